import Deploy
import Posix

/// Controls systemd through `systemctl`, with lists of arguments; polkit decides what is allowed.
struct Systemctl: Sendable {
  let environment: [String: String]
  /// Seconds after which the command is ended; nil for no limit.
  let limit: Int?

  init(environment: [String: String], within limit: Int? = nil) {
    self.limit = limit
    // No pager, no colours, no questions at a terminal.
    self.environment = environment.merging(["SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0", "TERM": "dumb"]) { _, own in own
    }
  }

  func command(_ arguments: [String]) -> Command {
    let timed = limit.map { ["timeout", "--kill-after=1", "\($0)"] } ?? []
    return Command(timed + ["systemctl", "--no-ask-password", "--no-pager"] + arguments, environment: environment)
  }

  /// Runs the command; throws with its own words if it fails.
  func run(_ arguments: [String]) throws { _ = try output(of: arguments) }

  /// Begins with the command, and waits for nothing of it, nor does this process have it for a child; how it ends nobody
  /// is told.
  func begin(_ arguments: [String]) throws {
    let command = command(arguments)
    let detached = Command(["setsid", "--fork"] + command.arguments, environment: command.environment)
    _ = try ChildProcess(detached, output: .null, errors: .null, family: .ownGroup).wait()
  }

  private func output(of arguments: [String]) throws -> String {
    let (status, output) = try ChildProcess.run(command(arguments))
    if !status.isSuccess { throw Self.refusal(arguments, status, output) }
    return output
  }

  func succeeds(_ arguments: [String]) throws -> Bool {
    try ChildProcess.run(command(arguments)).status.isSuccess
  }

  /// Reloads a service. `systemctl reload` by itself waits forever if the service announces the beginning of a reload
  /// but never its end, as Caddy does when a load fails.
  func reload(_ unit: String) throws -> (isDone: Bool, output: String) {
    let (status, output) = try ChildProcess.run(command(["reload", "--no-block", unit]))
    guard status.isSuccess else { return (false, output) }
    var looksAtStuck = 0
    while looksAtStuck < 25 {
      let now = try show(unit, ["Job", "ReloadResult", "ActiveState", "ControlPID"])
      if now["Job"] ?? "" == "" {
        return (now["ActiveState"] == "active" && now["ReloadResult"] == "success", output)
      }
      looksAtStuck = Self.reloadsAlone(now) ? looksAtStuck + 1 : 0
      Pause.for(.milliseconds(20))
    }
    return (false, output)
  }

  /// Whether systemd says that a service is reloading although no process does so any more.
  static func reloadsAlone(_ unit: [String: String]) -> Bool {
    unit["ActiveState"] == "reloading" && unit["ControlPID"] == "0"
  }

  /// What systemd knows about a unit, by property name.
  func show(_ unit: String, _ properties: [String]) throws -> [String: String] {
    Self.properties(try output(of: ["show", "--property=\(properties.joined(separator: ","))", unit]))
  }

  /// The ActiveState of each unit.
  func states(of units: [String]) throws -> [String] {
    try output(of: ["show", "--property=ActiveState", "--value"] + units)
      .split(whereSeparator: \.isNewline).map(String.init)
  }

  /// Reads lines of `Name=value`.
  static func properties(_ output: String) -> [String: String] {
    var values: [String: String] = [:]
    for line in output.split(separator: "\n") {
      let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
    }
    return values
  }

  /// Whether polkit refused.
  static func isRefused(_ output: String) -> Bool {
    output.contains("authentication") || output.contains("Access denied")
  }

  static func refusal(_ arguments: [String], _ status: ExitStatus, _ output: String) -> Failure {
    let lines = output.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.contains("changed on disk") }
    return Failure(
      "running 'systemctl \(arguments.joined(separator: " "))'", lines.first ?? "it ended with \(status)",
      next: isRefused(output)
        ? "polkit refused it: run 'sudo nextdeploy setup', and check that polkit runs." : "See 'systemctl status'.",
      excerpt: Array(lines.dropFirst().prefix(5)))
  }
}

/// The names of nextdeploy's units.
enum Units {
  static func instance(_ instance: InstanceID) -> String { "nextdeploy@\(instance).service" }
  static func build(_ app: AppName) -> String { "nextdeploy-build@\(app).service" }
  static func files(_ app: AppName) -> String { "nextdeploy-files@\(app).service" }

  /// Whether there are processes of a unit, as its control group tells, which is where systemd's setting puts it.
  static func hasProcesses(_ unit: String) -> Bool { groups.contains { Files.exists("\($0)/system.slice/\(unit)") } }

  /// The processes of a unit, as far as they are in its own control group.
  static func processes(_ unit: String) -> [Int32] {
    groups.lazy.compactMap { try? Files.text("\($0)/system.slice/\(unit)/cgroup.procs") }.first.map {
      $0.split(separator: "\n").compactMap { Int32($0) }
    } ?? []
  }

  /// Whether an admin has settings of their own for a unit, or for its template: they may put it elsewhere.
  static func isEdited(_ unit: String) -> Bool {
    let template = unit.prefix { $0 != "@" } + "@.service"
    return ["/etc", "/run"].contains { place in
      [unit, String(template)].contains { name in
        ["", ".d"].contains { Files.exists("\(place)/systemd/system/\(name)\($0)") }
      }
    }
  }

  /// Where the machine has its control groups: of version 2, and where systemd has some of its own beside version 1.
  private static let groups = ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"]
}
