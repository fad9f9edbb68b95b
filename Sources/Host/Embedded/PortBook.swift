import Deploy
import Posix
import Supervision

/// Gives out ports, in order, one to each instance of the machine.
struct PortBook {
  let layout: Layout
  let ports: PortRange
  /// Of each instance's directory.
  var mode: UInt32 = 0o700

  /// Takes the first port that nobody has and nobody listens on, and writes it down.
  func reserve(_ app: AppName) throws -> InstanceID {
    try Files.makeDirectory(layout.instances, mode: 0o755)
    return try FileLock(waitingFor: layout.portsLock).hold { try take(for: app) }
  }

  private func take(for app: AppName) throws -> InstanceID {
    let names = try Files.list(layout.instances)
    for name in names where name.hasSuffix(InstanceDirectory.removed) {
      try Files.remove("\(layout.instances)/\(name)")
    }
    let taken = Set(names.compactMap { try? InstanceID($0).port })
    for port in ports.ports where !taken.contains(port) && Socket.isFree(port.number) {
      let instance = InstanceID(app: app, port: port)
      try Files.createDirectory(layout.instance(instance), mode: mode)
      return instance
    }
    throw Failure(
      "looking for a free port for \(app)", "all ports from \(ports.first) to \(ports.last) are taken",
      next: "Give more of them with 'nextdeploy config set ports FIRST-LAST'.")
  }
}
