import Deploy
import Posix

/// The output of apps, as systemd's journal keeps it.
struct SystemdJournal: InstanceLogs {
  let layout: Layout
  let environment: [String: String]

  /// Shows what the instances of an app wrote, across its releases.
  func show(_ app: AppName, follow: Bool) throws -> Command {
    try layout.app(app).requireLiveLog()
    return Command(
      ["journalctl", "--unit=nextdeploy@\(app):*", "--lines=100", "--output=short-iso", "--no-pager"]
        + (follow ? ["--follow"] : []), environment: environment)
  }

  func lastLines(of deploy: DeployRecord) throws -> [String] {
    // The port may have been another instance's, even after this deploy was asked for: the link is made at the start.
    guard let instance = deploy.instance,
      let start = try Files.status("\(layout.instance(instance))/release")?.modified
    else { return [] }
    // What an app wrote as it ended may not have arrived yet.
    for _ in 0..<20 {
      // Without --reverse, the lines are counted from that time on.
      let found = try Self.lines(
        ["_SYSTEMD_UNIT=\(Units.instance(instance))", "--since=@\(Double(start) / 1e9)", "--lines=20", "--reverse"],
        environment)
      if !found.isEmpty { return found.reversed() }
      Pause.for(.milliseconds(25))
    }
    return []
  }

  /// The lines that journalctl finds, without what it adds to them.
  static func lines(_ arguments: [String], _ environment: [String: String]) throws -> [String] {
    let command = Command(
      ["journalctl", "--output=cat", "--no-pager", "--quiet"] + arguments, environment: environment)
    return try ChildProcess.run(command).output.split(whereSeparator: \.isNewline).map(String.init)
  }
}
