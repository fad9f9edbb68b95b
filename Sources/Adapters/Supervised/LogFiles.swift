import Deploy
import Posix

/// The output of apps, in one file per deploy.
struct LogFiles: InstanceLogs {
  let layout: Layout
  let environment: [String: String]

  func lastLines(of deploy: DeployRecord) throws -> [String] {
    try Files.lastLines(layout.app(deploy.app).instanceLog(deploy.id), count: 20)
  }

  func show(_ app: AppName, follow: Bool) throws -> Command {
    let file = try layout.app(app).requireLiveLog()
    return Command(["tail", "-n", "100"] + (follow ? ["-F"] : []) + [file], environment: environment)
  }
}
