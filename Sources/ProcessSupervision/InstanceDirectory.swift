import Deploy
public import Posix

/// What the embedded manager keeps about one instance: what it runs, and its status.
public struct InstanceDirectory: Sendable {
  /// The path of the instance's directory.
  public let path: String

  /// Names the directory at a path, whether it exists or not.
  public init(path: String) { self.path = path }

  /// Held by the supervisor as long as it runs.
  var lock: String { "\(path)/lock" }
  /// The supervisor's own messages.
  public var log: String { "\(path)/supervisor.log" }
  private var programFile: String { "\(path)/service" }
  private var statusFile: String { "\(path)/status" }

  /// Whether the instance has a directory.
  public var exists: Bool { Files.exists(path) }

  /// Whether a supervisor holds the instance's lock.
  public var hasSupervisor: Bool {
    get throws { try FileLock.isHeld(lock) }
  }

  /// Removes the directory in one step: whoever finds no supervisor must not find what it is still removing.
  public func remove() throws {
    let rest = "\(path).\(CurrentProcess.id)\(Self.removed)"
    do { try Files.rename(path, to: rest) } catch {
      if error.isNotFound { return }
      throw error
    }
    try Files.remove(rest)
  }

  /// The suffix of what a crash prevented from being removed.
  public static let removed = ".removed"

  // MARK: What it runs

  /// Reads what the supervisor is to run; nil if nothing was written yet, and throws if the file is damaged.
  public func program() throws -> SupervisedProgram? {
    guard let fields = try Fields(reading: programFile) else { return nil }
    var environment: [String: String] = [:]
    for variable in fields.values("environment") {
      let (name, value) = Fields.pair(variable.utf8)
      environment[String(name)] = value
    }
    guard let directory = fields["directory"], let log = fields["log"],
      let drain = fields["drain"].flatMap({ Double($0) }), let stop = fields["stop"].flatMap({ Double($0) })
    else { throw damaged(programFile) }
    return SupervisedProgram(
      arguments: fields.values("argument"), environment: environment, directory: directory, log: log,
      drainTimeout: drain, stopTimeout: stop)
  }

  /// Writes what to run; the file holds secrets, so only its owner can read it.
  public func write(_ program: SupervisedProgram) throws {
    var fields = Fields()
    for argument in program.arguments { fields.add("argument", argument) }
    for (name, value) in program.environment { fields.add("environment", "\(name)=\(value)") }
    fields["directory"] = program.directory
    fields["log"] = program.log
    fields["drain"] = String(program.drainTimeout)
    fields["stop"] = String(program.stopTimeout)
    try fields.write(to: programFile, durable: true)
  }

  // MARK: How it is

  /// The status that the supervisor last wrote; nil until it has taken over the instance.
  public func status() throws -> InstanceStatus? {
    guard let fields = try Fields(reading: statusFile) else { return nil }
    guard let phase = fields["phase"].flatMap(InstanceStatus.Phase.init(rawValue:)),
      let supervisor = fields["supervisor"].flatMap({ ProcessIdentity($0) })
    else { throw damaged(statusFile) }
    return InstanceStatus(
      phase: phase, supervisor: supervisor, process: fields["process"].flatMap { ProcessIdentity($0) },
      restarts: fields["restarts"].flatMap { Int($0) } ?? 0, exit: fields["exit"])
  }

  func write(_ status: InstanceStatus) throws {
    var fields = Fields()
    fields["phase"] = status.phase.rawValue
    fields["supervisor"] = status.supervisor.description
    fields["process"] = status.process?.description
    fields["restarts"] = String(status.restarts)
    fields["exit"] = status.exit
    try fields.write(to: statusFile, durable: false)
  }

  /// Removes the last status, so that the next one is surely a new supervisor's.
  public func forgetStatus() throws { try Files.remove(statusFile) }

  private func damaged(_ file: String) -> Failure {
    Failure("reading \(file)", "the file is damaged", next: "Deploy the app again.")
  }
}

/// The status of an instance, as its supervisor last wrote it.
public struct InstanceStatus: Sendable {
  /// What the instance is doing: it runs, waits to be restarted, or drains before it ends.
  public enum Phase: String, Sendable { case running, waiting, draining }

  /// What the instance is doing.
  public var phase: Phase
  /// The supervisor that wrote this.
  public var supervisor: ProcessIdentity
  /// The app's main process, which leads its process group; nil if none runs.
  public var process: ProcessIdentity?
  /// How often the program was started again.
  public var restarts = 0
  /// How the program last ended, in words; nil if it has not.
  public var exit: String?
}
