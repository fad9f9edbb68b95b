public import Deploy
public import Posix

/// What instances write, wherever it is kept.
public protocol InstanceLogs: Sendable {
  /// The last lines that a deploy's instance wrote, while it is there.
  func lastLines(of deploy: DeployRecord) throws -> [String]

  /// A command that shows what the live app last wrote.
  ///
  /// - Parameter follow: whether the command keeps showing new lines.
  /// - Throws: if nothing is live yet.
  func show(_ app: AppName, follow: Bool) throws -> Command
}

extension AppLayout {
  /// The link to the log of the instance that is live.
  ///
  /// - Throws: if nothing is live yet.
  @discardableResult func requireLiveLog() throws -> String {
    if Files.exists(liveLog) { return liveLog }
    throw Failure(.notFound, "showing the app's log", "nothing is live yet", next: "Push the app first.")
  }
}
