/// What starts an instance and keeps it running.
///
/// Both managers keep the same promises, which one contract suite checks:
/// - an instance outlives the command that started it, and is started again, with growing pauses, when it ends;
/// - stopping waits for the connections that its port still has, then asks it to end, then ends it and all it started;
/// - once it is stopped nothing of it is left: no process, no port, no record.
public protocol ServiceManager {
  /// Reserves a port for a new instance of an app and records it, so that nobody else takes it.
  func reserve(_ app: AppName) throws -> InstanceID

  /// Starts an instance under a reserved name. Returns once its process runs, not once it answers.
  func start(_ instance: InstanceID, _ service: Service) throws

  /// Begins to stop an instance, and returns at once: it drains, then is asked to end, then is ended.
  func drain(_ instance: InstanceID) throws

  /// Stops an instance without draining it, and returns when nothing of it is left.
  func stop(_ instance: InstanceID) throws

  func state(of instance: InstanceID) throws -> InstanceState

  /// Who listens on an instance's port and does not belong to it: what answers there need not be the app.
  func strangers(at instance: InstanceID) throws -> [Stranger]

  /// The app's instances that have a record, stopped ones included.
  func instances(of app: AppName) throws -> [InstanceID]

  /// Starts an instance again whose manager was lost (a crash, a reboot); nothing happens where it runs.
  func revive(_ instance: InstanceID) throws
}

/// What an instance runs.
public struct Service: Equatable, Codable, Sendable {
  public var arguments: [String]
  public var environment: [String: String]
  public var directory: String
  /// The file its output goes to.
  public var log: String
  /// Seconds that its connections get to end by themselves.
  public var drainTimeout: Double
  /// Seconds between asking it to end and ending it.
  public var stopTimeout: Double

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

/// A program that listens on a port which is an instance's.
public struct Stranger: Equatable, Sendable, CustomStringConvertible {
  public let address: ListeningAddress
  /// Who it is, with its process and its app as far as they are known.
  public let name: String

  public init(address: ListeningAddress, name: String) {
    self.address = address
    self.name = name
  }

  public var description: String { "\(name), which listens on \(address)" }
}

public enum InstanceState: Equatable, Sendable {
  /// Its process runs; `restarts` counts how often it was started again.
  case running(process: Int32, restarts: Int)
  /// It ended, as `exit` says in words, and will be started again.
  case waitingToRestart(exit: String, restarts: Int)
  /// It finishes what it is answering, then ends.
  case draining
  /// It has a record, but nothing keeps it running.
  case lost
  /// There is no such instance.
  case absent
}
