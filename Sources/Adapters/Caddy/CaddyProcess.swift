public import Deploy
import Posix
import ProcessSupervision

/// The process that Caddy is, to tell where it listens from where others do.
public struct CaddyProcess: Equatable, Sendable {
  let id: Int32
  let user: UInt32
  /// Whether it takes no configuration any more. Of a load that fails Caddy tells systemd the beginning, but for long not
  /// the end (caddyserver/caddy#7385): each later reload of the service waits for that, until it is started anew.
  var isStuck = false

  /// The service, as systemd tells of it; nil if it does not run.
  ///
  /// - Parameter show: asks systemd for properties of it.
  static func service(_ show: ([String]) throws -> [String: String]) rethrows -> CaddyProcess? {
    let properties = ["MainPID", "User", "ActiveState", "ControlPID"]
    var unit = try show(properties)
    if Systemctl.reloadsAlone(unit) {
      // Between the end of the reload's own process and systemd's word on it there is a moment.
      Pause.for(.milliseconds(500))
      unit = try show(properties)
    }
    guard let id = unit["MainPID"].flatMap({ Int32($0) }), id > 0 else { return nil }
    let name = unit["User"] ?? ""
    return CaddyProcess(
      id: id, user: name.isEmpty ? 0 : Accounts.user(named: name)?.id ?? 0, isStuck: Systemctl.reloadsAlone(unit))
  }

  /// Whether it is Caddy that listens. Only root can look into another user's processes: for all else its user tells.
  func has(_ listener: ConnectionTable.Listener) -> Bool {
    listener.process.map { $0 == id } ?? (listener.user == user)
  }

  /// Where it listens more than once. A configuration that Caddy 2.6 could not load as a whole leaves the sockets that
  /// it had opened by then. They go on answering some of the requests with it, whatever is loaded later; only a new
  /// start ends them.
  public func leftovers() -> [ListeningAddress] {
    let before = doubled()
    if before.isEmpty { return [] }
    // While it loads a configuration it has the old sockets and the new for a moment.
    Pause.for(.milliseconds(500))
    let after = doubled()
    return before.filter { address, sockets in sockets.intersection(after[address] ?? []).count > 1 }.keys.sorted()
  }

  private func doubled() -> [ListeningAddress: Set<String>] {
    Dictionary(grouping: ConnectionTable.listeners().filter(has), by: \.address)
      .mapValues { Set($0.map(\.socket)) }.filter { $0.value.count > 1 }
  }
}
