public import Deploy
import Posix
import ProcessSupervision

/// The service manager for machines without systemd, with one supervisor process per instance.
public struct SupervisedManager: ServiceManager {
  let layout: Layout
  let ports: PortRange
  /// The path of nextdeploy-supervisor.
  let supervisor: String

  /// Makes a manager that starts `supervisor`, the path of nextdeploy-supervisor, for each instance.
  public init(layout: Layout, ports: PortRange, supervisor: String) {
    self.layout = layout
    self.ports = ports
    self.supervisor = supervisor
  }

  /// Takes the first free port by creating the instance's directory.
  public func reserve(_ app: AppName) throws -> InstanceID {
    try PortAllocator(layout: layout, ports: ports).reserve(app)
  }

  /// Always nil: a supervisor starts in milliseconds.
  public func prepare(_ app: AppName, for release: ReleaseID) -> InstanceID? { nil }

  /// Always nil: nothing is prepared.
  public func place(of instance: InstanceID) -> String? { nil }

  /// Does nothing: nothing is prepared.
  public func settle(_ instance: InstanceID) {}

  /// Writes down what to run and starts a supervisor; returns once that has the instance in hand.
  public func start(_ instance: InstanceID, _ service: Service) throws {
    let directory = directory(instance)
    let app = layout.app(instance.app)
    let release = app.release(service.release)
    let place = service.directory.below(release.files)
    try directory.write(
      SupervisedProgram(
        arguments: service.arguments,
        environment: service.environment(files: release.files, programs: release.programs), directory: place,
        log: app.instanceLog(service.deploy), drainTimeout: service.drainTimeout, stopTimeout: service.stopTimeout))
    try Files.replaceLink("\(directory.path)/release", to: place)
    try SupervisorProcess(program: supervisor).start(directory)
  }

  /// Signals the supervisor to drain the instance and returns at once.
  public func drain(_ instance: InstanceID) throws { _ = try directory(instance).end(.drain) }

  /// Signals the supervisor to end the instance, and waits until its directory and the supervisor are gone.
  public func stop(_ instance: InstanceID) throws { try directory(instance).stop() }

  /// Reads the state that the supervisor last wrote; `lost` if there is no supervisor any more.
  public func state(of instance: InstanceID) throws -> InstanceState { try directory(instance).state() }

  /// Who listens on the instance's port without descending from its supervisor; empty before that has begun.
  public func strangers(at instance: InstanceID) throws -> [Stranger] {
    // Whatever an instance starts descends from its supervisor, even if it detaches itself.
    guard let supervisor = try directory(instance).status()?.supervisor else { return [] }
    return ConnectionTable.strangers(on: instance.port.number, to: supervisor.id)
      .map { Stranger(PortHolder($0, in: layout)) }
  }

  /// The app's instances that have a directory, sorted.
  public func instances(of app: AppName) throws -> [InstanceID] {
    try Files.list(layout.instances).compactMap { try? InstanceID($0) }.filter { $0.app == app }.sorted()
  }

  /// Does nothing: without systemd an app has no limits.
  public func applyLimits(of app: AppName) {}

  /// Ends what a killed supervisor left running and starts a new supervisor; does nothing if one runs.
  public func revive(_ instance: InstanceID) throws {
    let directory = directory(instance)
    guard directory.exists, try !directory.hasSupervisor else { return }
    try directory.endOrphan()
    try SupervisorProcess(program: supervisor).start(directory)
  }

  private func directory(_ instance: InstanceID) -> InstanceDirectory {
    InstanceDirectory(path: layout.instance(instance))
  }
}

extension InstanceDirectory {
  /// The state of the instance; changes nothing.
  func state() throws -> InstanceState {
    guard exists else { return .absent }
    guard try hasSupervisor, let status = try status() else { return .lost }
    switch status.phase {
    case .running: return .running(process: status.process?.id ?? 0, restarts: status.restarts)
    case .waiting: return .waitingToRestart(exit: status.exit ?? "it ended", restarts: status.restarts)
    case .draining: return .draining
    }
  }

  /// Tells the supervisor to end the program; if there is none, ends the program itself and returns nil.
  func end(_ signal: ProcessIdentity.Signal) throws -> ProcessIdentity? {
    while try hasSupervisor {
      if let supervisor = try status()?.supervisor {
        supervisor.signal(signal)
        return supervisor
      }
      // The supervisor has only just started.
      Pause.short()
    }
    guard exists else { return nil }
    try endOrphan()
    try remove()
    return nil
  }

  /// Has the supervisor end the program at once, and waits until the directory and the supervisor are gone.
  func stop() throws {
    while exists {
      // The supervisor releases its lock before it has removed the directory and ended.
      guard let supervisor = try end(.quit) else { continue }
      while supervisor.isRunning { Pause.short() }
    }
  }

  /// Ends a program whose supervisor was killed before it could end it.
  func endOrphan() throws {
    if let process = try status()?.process { ProcessGroup.end(leader: process, within: .seconds(10)) }
  }
}

/// Starts the supervisor of an instance.
struct SupervisorProcess {
  /// The path of nextdeploy-supervisor.
  let program: String

  /// Starts the supervisor, and returns once it has taken over the instance.
  func start(_ directory: InstanceDirectory) throws {
    try directory.forgetStatus()
    let command = Command([program, "instance", directory.path], environment: [:])
    let child = try ChildProcess(
      command, output: .file(directory.log), errors: .file(directory.log), family: .ownSession)
    while try directory.status() == nil {
      if let exit = try child.poll() {
        throw Failure(
          "starting the supervisor of \(directory.path)", "it ended with \(exit)", next: "Look at \(directory.log).",
          excerpt: try Files.lastLines(directory.log, count: 5))
      }
      Pause.for(.milliseconds(2))
    }
  }
}
