import Deploy
import Adapters
import Posix
import TestKit
import Testing

/// The units of a server on which the package is installed, by the user nextdeploy. The units know one root only: tests
/// are kept apart by the names of their apps.
struct SystemdBackend: Backend {
  let name = "systemd"
  /// Of those that the unit lets an app listen on, the ones behind the server's own apps.
  let ports: Range<UInt16> = 3_100..<3_980
  /// Its group is nextdeploy's own, which an instance has until it becomes its app's user.
  let secretMode: UInt32 = 0o640

  private static let root = "/opt/nextdeploy"

  func root(in scratch: Scratch) -> String { Self.root }

  func manager(_ layout: Layout, _ ports: PortRange) -> any ServiceManager {
    SystemdManager(layout: layout, ports: ports, environment: CurrentProcess.environment) { _ in Limits() }
  }

  func seen(_ path: String) -> String {
    // ROOT/apps/APP/releases/ID/…
    let inRelease = path.dropFirst(Self.root.utf8.count + 1).split(separator: "/").dropFirst(4)
    return "\(Self.root)/app/releases/live/" + inRelease.joined(separator: "/")
  }

  func lines(of app: AppName, log: String) throws -> [String] {
    // By the transport, for systemd itself writes of a unit too.
    let command = Command(
      ["journalctl", "--quiet", "--no-pager", "--output=cat", "--unit=nextdeploy@\(app):*", "_TRANSPORT=stdout"],
      environment: CurrentProcess.environment)
    return try ChildProcess.run(command).output.split(separator: "\n").map(String.init)
  }

  /// Other users' processes: only their control groups tell whose they are.
  func processes(_ stage: Stage) -> [String] {
    let ids = (try? Files.list("/proc"))?.compactMap { Int32($0) } ?? []
    return ids.compactMap { id in
      guard ProcessIdentity(of: id) != nil, let groups = try? Files.text("/proc/\(id)/cgroup"),
        groups.contains("/nextdeploy@\(stage.prefix)")
      else { return nil }
      return "\(id) \(commandLine(id))"
    }
  }

  /// nextdeploy may not signal an app's processes; on the tests' server it may have systemd do so.
  func kill(_ process: ProcessIdentity, of instance: InstanceID) throws {
    guard process.isRunning else { return }
    try systemctl(["kill", "--kill-whom=main", "--signal=KILL", unit(instance)])
  }

  /// Stopped behind the manager's back: what is left of an instance after a reboot, or by an admin.
  func lose(_ instance: InstanceID, _ process: ProcessIdentity) throws { try systemctl(["stop", unit(instance)]) }

  private func unit(_ instance: InstanceID) -> String { "nextdeploy@\(instance).service" }

  private func systemctl(_ arguments: [String]) throws {
    try runProgram(["systemctl", "--no-ask-password"] + arguments)
  }
}
