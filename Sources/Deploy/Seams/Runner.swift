/// Runs the code of an app that is not the app itself: installs, builds, release commands.
public protocol Runner {
  /// Runs to the end, handing over the output as it comes. When it returns, nothing that it started is left.
  ///
  /// - Parameter watch: asked several times a second, with the seconds that the job has run; nil while it waits for its
  ///   turn. Where it throws, the job is ended with all that it started, and the error is passed on.
  func run(_ job: Job, watch: (Double?) throws -> Void, output: ([UInt8]) throws -> Void) throws -> JobResult

  /// Ends what still runs of a job whose builder was killed. Whoever calls it holds the app's lock.
  func endLeftovers() throws
}

public struct Job: Equatable, Sendable {
  public var work: Work
  /// All that it sees; nothing of nextdeploy's own environment.
  public var environment: [String: String]
  public var directory: String

  public init(work: Work, environment: [String: String], directory: String) {
    self.work = work
    self.environment = environment
    self.directory = directory
  }
}

public enum JobResult: Equatable, Sendable {
  case succeeded
  case failed(exitCode: Int32)
  /// It was killed, as the kernel does with what takes too much memory.
  case killed
}
