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

  /// Has an app's running instances take over its limits; nothing happens where there are none.
  func applyLimits(of app: AppName) throws

  /// Starts an instance again whose manager was lost (a crash, a reboot); nothing happens where it runs.
  func revive(_ instance: InstanceID) throws
}

/// What an instance runs, in the terms of its release: where that is on the disk is the manager's to say.
public struct Service: Equatable, Sendable {
  public var release: ReleaseID
  /// The deploy that starts it.
  public var deploy: DeployID
  /// Where it is started, below the release's files.
  public var directory: RelativePath
  public var arguments: [String]
  /// All that it sees but PWD, and PATH where it has none of its own.
  public var environment: [String: String]
  /// The PATH behind the release's own directories of programs.
  public var path: String
  /// Seconds that its connections get to end by themselves.
  public var drainTimeout: Double
  /// Seconds between asking it to end and ending it.
  public var stopTimeout: Double

  public init(
    release: ReleaseID, deploy: DeployID, directory: RelativePath, arguments: [String], environment: [String: String],
    path: String, drainTimeout: Double, stopTimeout: Double
  ) {
    self.release = release
    self.deploy = deploy
    self.directory = directory
    self.arguments = arguments
    self.environment = environment
    self.path = path
    self.drainTimeout = drainTimeout
    self.stopTimeout = stopTimeout
  }

  /// The environment with what depends on where the release is.
  ///
  /// - Parameters:
  ///   - files: the directory of the release's files.
  ///   - programs: the directory of the programs that it finds beside its own.
  public func environment(files: String, programs: String) -> [String: String] {
    let own = PackageManagerChoice.ancestors(of: directory).map { "\($0.below(files))/node_modules/.bin" }
    var all = ["PATH": (own + [programs, path]).joined(separator: ":")].merging(environment) { _, own in own }
    all["PWD"] = directory.below(files)
    return all
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
