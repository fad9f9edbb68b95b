import Deploy
import Posix
import ProcessSupervision

/// Allocates ports in ascending order, one to each instance on the machine.
struct PortAllocator {
  let layout: Layout
  let ports: PortRange
  /// The mode of each instance's directory.
  var mode: UInt32 = 0o700
  /// Whether a program may hide on a port: with a socket that is bound but does not listen yet, passed on by the
  /// instance that had the port to another one.
  var guardsAgainstBound = false

  /// Takes the first port that no instance has and nobody listens on, and records it.
  func reserve(_ app: AppName) throws -> InstanceID {
    try Files.makeDirectory(layout.instances, mode: 0o755)
    return try FileLock(waitingFor: layout.portsLock).hold { try take(for: app) }
  }

  private func take(for app: AppName) throws -> InstanceID {
    let names = try Files.list(layout.instances)
    for name in names where name.hasSuffix(InstanceDirectory.removed) {
      try Files.remove("\(layout.instances)/\(name)")
    }
    let given = Set(names.compactMap { try? InstanceID($0).port })
    let open = ports.ports.filter { !given.contains($0) }
    // If recent connections get in the way of that test, the second one takes the port anyway.
    let port =
      (guardsAgainstBound ? open.first { Socket.isUnbound($0.number) } : nil)
      ?? open.first { Socket.isFree($0.number) }
    guard let port else { throw exhausted(app, open) }
    let instance = InstanceID(app: app, port: port)
    try Files.createDirectory(layout.instance(instance), mode: mode)
    return instance
  }

  /// - Parameter open: the ports that no instance has.
  private func exhausted(_ app: AppName, _ open: [Port]) -> Failure {
    let holders = ConnectionTable.listeners(on: Set(open.map(\.number))).map { PortHolder($0, in: layout) }
    var counts: [String: Set<UInt16>] = [:]
    for holder in holders { counts[holder.description, default: []].insert(holder.address.port) }
    let names = counts.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(3)
      .map { "\($0.value.count) of them by \($0.key)" }
    return Failure(
      "looking for a free port for \(app)",
      "all ports from \(ports.first) to \(ports.last) are taken\(names.isEmpty ? "" : ", \(names.joined(separator: ", "))")",
      next: (names.isEmpty ? "Give" : "End that, or give")
        + " more of them with 'nextdeploy config set ports FIRST-LAST'.")
  }
}
