/// What starts an instance and keeps it running.
///
/// Both managers keep the same promises, which one contract suite checks:
/// - an instance outlives the command that started it, and is restarted, with growing pauses, when it ends;
/// - draining waits for the connections still open on its port, then asks it to end, then ends it and all it started;
/// - once it is stopped nothing of it is left: no process, no port, no record.
public protocol ServiceManager {
  /// Reserves a port for a new instance of an app and records it, so that nobody else takes it.
  func reserve(_ app: AppName) throws -> InstanceID

  /// Reserves a port and begins to start an instance of a release that is still being made, as far as that is possible
  /// without it. `start` or `stop` must follow; if this process ends before, the instance does too.
  ///
  /// - Returns: the instance; nil if there is nothing to gain, or no port is free yet.
  func prepare(_ app: AppName, for release: ReleaseID) throws -> InstanceID?

  /// Where the release of an instance that is prepared must be made, because it has that directory; nil for one of the releases'
  /// own.
  func place(of instance: InstanceID) throws -> String?

  /// Waits until an instance that is prepared has the directory in which its release is made, which may then be renamed.
  func settle(_ instance: InstanceID) throws

  /// Starts a reserved instance. Returns once its process runs, which may be before it answers.
  func start(_ instance: InstanceID, _ service: Service) throws

  /// Begins to stop an instance, and returns at once: it drains, then is asked to end, then is ended.
  func drain(_ instance: InstanceID) throws

  /// Stops an instance without draining it, and returns once nothing of it is left.
  func stop(_ instance: InstanceID) throws

  /// What an instance is doing now; `absent` if there is none.
  func state(of instance: InstanceID) throws -> InstanceState

  /// The programs that listen on an instance's port and do not belong to it: what answers there may not be the app.
  func strangers(at instance: InstanceID) throws -> [Stranger]

  /// The app's instances that have a record, including stopped ones.
  func instances(of app: AppName) throws -> [InstanceID]

  /// Applies an app's limits to its running instances; does nothing if there are none.
  func applyLimits(of app: AppName) throws

  /// Restarts an instance whose manager was lost (a crash, a reboot); does nothing if it runs.
  func revive(_ instance: InstanceID) throws
}

/// What an instance runs, in terms of its release: where that is on the disk is for the manager to say.
public struct Service: Equatable, Sendable {
  /// The release that it runs.
  public var release: ReleaseID
  /// The deploy that starts it.
  public var deploy: DeployID
  /// The directory in which it is started, from the top of the release's files.
  public var directory: RelativePath
  /// The program and its arguments.
  public var arguments: [String]
  /// All the variables that it sees but PWD, and PATH unless it has its own.
  public var environment: [String: String]
  /// What follows the release's own directories of programs in its PATH.
  public var path: String
  /// How long its open connections get to end by themselves, in seconds.
  public var drainTimeout: Double
  /// How long it gets to end once asked to, in seconds, before it is killed.
  public var stopTimeout: Double

  /// Describes what an instance is to run.
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

  /// The environment completed by what depends on where the release is.
  ///
  /// - Parameters:
  ///   - files: the directory of the release's files.
  ///   - programs: the directory of the programs that it finds besides its own.
  public func environment(files: String, programs: String) -> [String: String] {
    let own = PackageManagerChoice.ancestors(of: directory).map { "\($0.below(files))/node_modules/.bin" }
    var all = ["PATH": (own + [programs, path]).joined(separator: ":")].merging(environment) { _, own in own }
    all["PWD"] = directory.below(files)
    return all
  }
}

/// A program that listens on the port of an instance it does not belong to.
public struct Stranger: Equatable, Sendable, CustomStringConvertible {
  /// Where it listens.
  public let address: ListeningAddress
  /// What it is, with its process and its app as far as they are known.
  public let name: String

  /// Describes a program that listens there.
  public init(address: ListeningAddress, name: String) {
    self.address = address
    self.name = name
  }

  /// Its name and where it listens, for messages.
  public var description: String { "\(name), which listens on \(address)" }
}

/// What an instance is doing, as its manager sees it.
public enum InstanceState: Equatable, Sendable {
  /// Its process runs; `restarts` counts how often it was restarted.
  case running(process: Int32, restarts: Int)
  /// It ended, in the way that `exit` describes, and will be restarted.
  case waitingToRestart(exit: String, restarts: Int)
  /// It finishes the requests it is answering, then ends.
  case draining
  /// It waits for the release that it is to run.
  case prepared
  /// It has a record, but nothing keeps it running.
  case lost
  /// There is no such instance.
  case absent
}
