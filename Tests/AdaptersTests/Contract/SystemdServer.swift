import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// A server on which the package is installed; the tests are run by the user nextdeploy. Its units know one root only:
/// tests are kept apart by the names of their apps.
struct SystemdServer: TestedBackend {
  let name = "systemd"
  let capabilities = Capabilities(limits: true, tls: true, isolation: true)
  /// Of those that the unit lets an app listen on, the ones behind the server's own apps.
  let ports: Range<UInt16> = 3_100..<3_980
  /// Its group is nextdeploy's own, which an instance has until it becomes its app's user.
  let secretMode: UInt32 = 0o640
  let hasOwnCaddy = false

  func root(in scratch: Scratch) -> String { Backends.usualRoot }

  func seen(_ path: String) -> String {
    // ROOT/apps/APP/shared/…, or ROOT/apps/APP/releases/ID/…
    let inApp = path.dropFirst(Backends.usualRoot.utf8.count + 1).split(separator: "/").dropFirst(2)
    let place = inApp.first == "shared" ? Array(inApp) : ["releases", "live"] + inApp.dropFirst(2)
    return "\(Backends.usualRoot)/app/" + place.joined(separator: "/")
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
        groups.contains("@\(stage.prefix)")
      else { return nil }
      return "\(id) \(commandLine(id))"
    }
  }

  /// nextdeploy may not signal an app's processes; on the tests' server it may have systemd do so.
  func kill(_ process: ProcessIdentity, of instance: InstanceID) throws {
    guard process.isRunning else { return }
    try systemctl(["kill", "--kill-whom=main", "--signal=KILL", Units.instance(instance)])
  }

  /// Stopped behind the manager's back: what is left of an instance after a reboot, or by an admin.
  func lose(_ instance: InstanceID, _ process: ProcessIdentity) throws {
    try systemctl(["stop", Units.instance(instance)])
  }

  func mostTasks(of instance: InstanceID) throws -> Int? {
    Int(try systemctl(["show", "--property=TasksMax", "--value", Units.instance(instance)]).filter { $0 != "\n" })
  }

  /// On the tests' server nextdeploy may do that.
  func withoutCaddy(_ stage: Stage, _ test: () throws -> Void) throws {
    try systemctl(["stop", "caddy.service"])
    defer { #expect(throws: Never.self) { try systemctl(["start", "caddy.service"]) } }
    try test()
  }

  @discardableResult
  private func systemctl(_ arguments: [String]) throws -> String {
    try runProgram(["systemctl", "--no-ask-password", "--no-pager"] + arguments)
  }
}
