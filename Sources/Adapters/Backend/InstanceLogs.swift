public import Deploy
public import Posix

/// What instances write, wherever it is kept.
public protocol InstanceLogs: Sendable {
  /// The last lines that the instance of a deploy wrote.
  func lastLines(of deploy: DeployRecord) throws -> [String]

  /// A program that shows what the live app wrote last.
  ///
  /// - Parameter follow: whether it goes on showing what comes.
  /// - Throws: if nothing is live yet.
  func show(_ app: AppName, follow: Bool) throws -> Command
}
