/// Runs an app's code other than the app itself: installs, builds, release commands.
public protocol Runner {
  /// Runs a job to its end, handing over its output as it comes. When it returns, nothing that it started is left.
  ///
  /// - Parameter watch: called several times a second with the seconds that the job has run; nil while it waits for its
  ///   turn. If it throws, the job is ended with all that it started, and the error is passed on.
  func run(_ job: Job, watch: (Double?) throws -> Void, output: ([UInt8]) throws -> Void) throws -> JobResult

  /// Ends what still runs of a job whose deploy was killed. Whoever calls it must hold the app's lock.
  func endLeftovers() throws
}

/// One run of an app's own code for a deploy.
public struct Job: Equatable, Sendable {
  /// The program or shell command to run.
  public var work: Work
  /// All the variables that it sees; none of nextdeploy's own.
  public var environment: [String: String]
  /// The absolute path of the directory in which it runs.
  public var directory: String

  /// Describes a job, which does not run before a runner takes it.
  public init(work: Work, environment: [String: String], directory: String) {
    self.work = work
    self.environment = environment
    self.directory = directory
  }
}

/// How a job that ran to its end came out.
public enum JobResult: Equatable, Sendable {
  /// It ended with status 0.
  case succeeded
  /// It ended with another status; 128 and the signal's number if a signal other than a kill ended it.
  case failed(exitCode: Int32)
  /// It was killed, as the kernel does with what uses too much memory.
  case killed
}
