public import Deploy
import Posix
import ProcessSupervision

/// The running Caddy process, told apart from other processes that listen.
public struct CaddyProcess: Equatable, Sendable {
  let id: Int32
  let user: UInt32
  /// Whether it accepts no more configurations. When a load fails, Caddy tells systemd of its beginning but, in many
  /// versions, not of its end (caddyserver/caddy#7385); every later reload of the service waits for that until Caddy is
  /// restarted.
  var isStuck = false

  /// The process of the service, as systemd reports it; nil if it does not run.
  ///
  /// - Parameter show: asks systemd for properties of the service.
  static func service(_ show: ([String]) throws -> [String: String]) rethrows -> CaddyProcess? {
    let properties = ["MainPID", "User", "ActiveState", "ControlPID"]
    var unit = try show(properties)
    if Systemctl.reloadsAlone(unit) {
      // There is a moment between the end of the reload's own process and systemd's report of it.
      Pause.for(.milliseconds(500))
      unit = try show(properties)
    }
    guard let id = unit["MainPID"].flatMap({ Int32($0) }), id > 0 else { return nil }
    let name = unit["User"] ?? ""
    return CaddyProcess(
      id: id, user: name.isEmpty ? 0 : Accounts.user(named: name)?.id ?? 0, isStuck: Systemctl.reloadsAlone(unit))
  }

  /// Whether it is Caddy that listens. Only root can look into another user's processes; for everyone else, the user
  /// decides.
  func has(_ listener: ConnectionTable.Listener) -> Bool {
    listener.process.map { $0 == id } ?? (listener.user == user)
  }

  /// The addresses it listens on more than once. A configuration that Caddy 2.6 could not load completely leaves the
  /// sockets that it had opened by then. They go on answering some of the requests with it, whatever is loaded later,
  /// until Caddy is restarted.
  public func leftovers() -> [ListeningAddress] {
    let before = doubled()
    if before.isEmpty { return [] }
    // While it loads a configuration, it briefly has both the old sockets and the new ones.
    Pause.for(.milliseconds(500))
    let after = doubled()
    return before.filter { address, sockets in sockets.intersection(after[address] ?? []).count > 1 }.keys.sorted()
  }

  private func doubled() -> [ListeningAddress: Set<String>] {
    Dictionary(grouping: ConnectionTable.listeners().filter(has), by: \.address)
      .mapValues { Set($0.map(\.socket)) }.filter { $0.value.count > 1 }
  }
}
