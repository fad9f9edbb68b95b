import Deploy
import Posix

/// The output of apps, as systemd's journal keeps it.
struct SystemdJournal: InstanceLogs {
  let environment: [String: String]

  /// Shows what the instances of an app wrote, across its releases.
  func show(_ app: AppName, follow: Bool) -> Command {
    Command(
      ["journalctl", "--unit=nextdeploy@\(app):*", "--lines=100", "--output=short-iso", "--no-pager"]
        + (follow ? ["--follow"] : []), environment: environment)
  }

  func lastLines(of deploy: DeployRecord) throws -> [String] {
    guard let instance = deploy.instance else { return [] }
    return try lastLines(of: instance, count: 20, since: deploy.startedAt)
  }

  /// The last lines that an instance itself wrote, without systemd's messages about it.
  ///
  /// - Parameter since: in UTC (RFC 3339); ports are reused, so older lines belong to another instance.
  func lastLines(of instance: InstanceID, count: Int, since: String) throws -> [String] {
    // The format that Debian 12's journalctl takes: "2026-11-24 22:54:03 UTC".
    let time = since.prefix(19).split(separator: "T").joined(separator: " ") + " UTC"
    // What an app wrote as it ended may not have arrived yet.
    for _ in 0..<20 {
      let found = try lines([
        // Without --reverse, the lines are counted from that time on.
        "_SYSTEMD_UNIT=\(Units.instance(instance))", "--since=\(time)", "--lines=\(count)", "--reverse",
      ])
      if !found.isEmpty { return found.reversed() }
      Pause.for(.milliseconds(25))
    }
    return []
  }

  func lastLines(of unit: String, count: Int) throws -> [String] {
    try lines(["--unit=\(unit)", "--lines=\(count)"])
  }

  private func lines(_ arguments: [String]) throws -> [String] {
    let command = Command(
      ["journalctl", "--output=cat", "--no-pager", "--quiet"] + arguments, environment: environment)
    return try ChildProcess.run(command).output.split(whereSeparator: \.isNewline).map(String.init)
  }
}
