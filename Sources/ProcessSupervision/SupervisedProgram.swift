/// A program that a supervisor keeps running.
public struct SupervisedProgram: Equatable, Sendable {
  /// The program, by name or path, and its arguments.
  public var arguments: [String]
  /// The program's whole environment.
  public var environment: [String: String]
  /// The directory in which it is started.
  public var directory: String
  /// The file that its output goes to.
  public var log: String
  /// How many seconds its connections get to finish.
  public var drainTimeout: Double
  /// Seconds between asking it to end and killing it.
  public var stopTimeout: Double

  /// Makes a program from its command line, its whole environment, where it runs, and its timeouts in seconds.
  public init(
    arguments: [String], environment: [String: String], directory: String, log: String,
    drainTimeout: Double, stopTimeout: Double
  ) {
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.log = log
    self.drainTimeout = drainTimeout
    self.stopTimeout = stopTimeout
  }
}
