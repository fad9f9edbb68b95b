public import Deploy
import Posix
import ProcessSupervision

/// The service manager for machines with systemd: one unit per instance, `nextdeploy@APP:PORT.service`.
///
/// No process of nextdeploy's is there when a drain ends; the next command that looks removes what has ended.
public struct SystemdManager: ServiceManager {
  let layout: Layout
  let ports: PortRange
  let systemctl: Systemctl
  let units: InstanceUnits
  let limits: @Sendable (AppName) throws -> Limits
  /// Whether starting an instance waits until its process runs; nothing waits while the machine boots.
  let waits: Bool
  /// One that was begun before this process's deploy, which may go on with it.
  let expected: InstanceID?
  private let preparations = Preparations()

  /// Makes a manager that runs `systemctl` in the environment and sets each app's limits when it starts an instance.
  public init(
    layout: Layout, ports: PortRange, environment: [String: String], waits: Bool = true,
    expected: InstanceID? = nil, limits: @escaping @Sendable (AppName) throws -> Limits
  ) {
    self.layout = layout
    self.ports = ports
    self.waits = waits
    self.expected = expected
    self.limits = limits
    systemctl = Systemctl(environment: environment)
    units = InstanceUnits(layout: layout, systemctl: systemctl)
  }

  /// Removes the instances that have ended, then takes the first free port that no process has bound.
  public func reserve(_ app: AppName) throws -> InstanceID {
    for name in try Files.list(layout.instances) {
      guard let instance = try? InstanceID(name), record(instance).isEnding else { continue }
      if try !sweep(instance) { try systemctl.begin(["stop", "--no-block", Units.instance(instance)]) }
    }
    return try PortAllocator(layout: layout, ports: ports, mode: 0o750, guardsAgainstBound: true).reserve(app)
  }

  /// Makes an instance ready to be started before there is a deploy; nil if no port is free, or another waits for one: who
  /// may push to an app must not take all ports by many pushes that never end.
  func expect(_ app: AppName) throws -> ExpectedInstance? {
    if try recorded(app).contains(where: { self.record($0).isOffered }) { return nil }
    let instance: InstanceID
    do { instance = try reserve(app) } catch { return nil }
    let record = record(instance)
    do {
      try Files.createDirectory(record.expected)
      try writeRecord(instance, release: record.expected)
      try limit(instance)
      try record.makeOffer()
      return try ExpectedInstance(instance, record)
    } catch {
      // The first error is the one to report.
      try? record.markEnding()
      throw error
    }
  }

  /// Goes on with an instance that was expected; false if it cannot, as where another deploy has ended it.
  private func take(_ instance: InstanceID) throws -> Bool {
    let record = record(instance)
    // The release is renamed from there to its own place.
    guard !record.isEnding, let place = try Files.status(record.expected),
      try place.device == Files.status(layout.app(instance.app).releases)?.device, try record.endOffer()
    else { return false }
    preparations.take(instance, record)
    return true
  }

  /// Has systemd start the unit, which is most of what a small app's start takes; it sees the directory in which the
  /// release is made, and waits.
  public func prepare(_ app: AppName, for release: ReleaseID) throws -> InstanceID? {
    if let expected, expected.app == app, try take(expected) { return expected }
    let instance: InstanceID
    // One that drains may have the last port, and be gone when the release is made: that is when it must be free.
    do { instance = try reserve(app) } catch { return nil }
    do {
      let directory = layout.app(app).unfinishedRelease(release)
      try Files.makeDirectory(directory)
      try writeRecord(instance, release: directory)
      try limit(instance)
      try preparations.begin(instance, record(instance), systemctl.command(start(of: instance)))
      return instance
    } catch {
      // Nobody else knows of it, so nobody else would give it up. The first error is the one to report.
      try? stop(instance)
      throw error
    }
  }

  /// The place of an instance that was begun before its release had a name.
  public func place(of instance: InstanceID) throws -> String? {
    let place = record(instance).expected
    return Files.exists(place) ? place : nil
  }

  /// Waits for systemd to have started the unit: while it mounts the directory, that must keep its name.
  public func settle(_ instance: InstanceID) throws { try preparations.settle(instance) }

  /// Writes down what the instance is to run, then has systemd start its unit, if that has not been prepared.
  public func start(_ instance: InstanceID, _ service: Service) throws {
    let record = record(instance)
    let program = try launch(service, user: AppUsers(layout: layout).user(of: instance.app))
    let release = layout.app(instance.app).release(service.release).directory
    let isPrepared = record.isPrepared
    if isPrepared {
      try settle(instance)
      // Its later starts find the release where it is now. What else is in the record the unit has by now.
      try record.link(release: release)
    } else {
      try writeRecord(instance, release: release)
    }
    try record.write(program)
    if try preparations.end(instance) { return }
    // It could not be started, and systemd would count the next start as one after a crash.
    if isPrepared { try systemctl.run(["stop", Units.instance(instance)]) }
    try begin(instance)
  }

  /// Marks the instance as ending and has systemd stop its unit, without waiting for that, or for systemctl itself: where
  /// it comes to nothing, the next instance that is reserved has it done again.
  public func drain(_ instance: InstanceID) throws {
    if try markEnding(instance) { try systemctl.begin(["stop", "--no-block", Units.instance(instance)]) }
  }

  /// Marks the instance as ending, with no time to drain, and waits until systemd has stopped its unit.
  public func stop(_ instance: InstanceID) throws {
    guard try markEnding(instance, drainTimeout: 0) else { return }
    // Where its pipe closes without a service.json, `nextdeploy launch` fails.
    try preparations.end(instance) { try systemctl.run(["stop", Units.instance(instance)]) }
    try removeEnded(instance)
  }

  /// Asks systemd for the unit's state, and removes the record if the instance was told to end and has.
  public func state(of instance: InstanceID) throws -> InstanceState {
    let state = try units.state(of: instance)
    if state == .absent { try removeEnded(instance) }
    return state
  }

  /// Tells them apart by the user, which only the app has; the kernel's port rule keeps out the app's other instances.
  public func strangers(at instance: InstanceID) throws -> [Stranger] {
    let own = try AppUsers(layout: layout).user(of: instance.app)
    return ConnectionTable.listeners(on: [instance.port.number], butOf: own)
      .map { Stranger(PortHolder($0, in: layout)) }
  }

  /// The app's instances that have a record and have not ended since they were told to, sorted; without the one that this
  /// process's deploy may still go on with.
  public func instances(of app: AppName) throws -> [InstanceID] {
    try recorded(app).sorted().filter { $0 != expected || !record($0).isOffered }
      .filter { try !sweep($0) }
  }

  /// Starts the unit of an instance that has ended without being told to.
  public func revive(_ instance: InstanceID) throws {
    let record = record(instance)
    guard record.exists, !record.isEnding, let launch = try record.launch() else { return }
    // Nobody else can listen there. To ask systemd takes longer.
    if ConnectionTable.listeners(ofUser: launch.uid).contains(where: { $0.port == instance.port.number }) { return }
    if try units.unit(instance).hasEnded { try begin(instance) }
  }

  /// Sets the app's limits on the units that run; systemd keeps them until the machine's next boot.
  public func applyLimits(of app: AppName) throws {
    for instance in try instances(of: app) where !record(instance).isEnding { try limit(instance) }
  }

  // MARK: Parts

  /// The app's instances that have a record.
  private func recorded(_ app: AppName) throws -> [InstanceID] {
    try Files.list(layout.instances).compactMap { try? InstanceID($0) }.filter { $0.app == app }
  }

  /// Writes what an instance needs besides what it runs.
  private func writeRecord(_ instance: InstanceID, release: String) throws {
    let app = layout.app(instance.app)
    try Sharing().prepare(app)
    try record(instance).link(release: release, shared: app.shared)
    try record(instance).restarts.begin()
  }

  private func start(of instance: InstanceID) -> [String] {
    ["start"] + (waits ? [] : ["--no-block"]) + [Units.instance(instance)]
  }

  private func begin(_ instance: InstanceID) throws {
    try limit(instance)
    do { try systemctl.run(start(of: instance)) } catch {
      // A program that ends at once may do so before systemd considers it started. It is restarted like any other.
      let unit = try units.unit(instance)
      if unit.hasEnded || unit.isSetUpWrong { throw error }
    }
  }

  /// Limits hold until the machine's next boot; an earlier instance on the port may have left others.
  private func limit(_ instance: InstanceID) throws {
    let limits = try limits(instance.app)
    let unit = Units.instance(instance)
    let hasOwn = Files.exists("/run/systemd/system.control/\(unit).d")
    guard !limits.isEmpty || hasOwn else { return }
    try systemctl.run(["set-property", "--runtime", unit] + limits.properties)
  }

  /// Removes an instance that was told to end and has ended; true if it did.
  @discardableResult private func sweep(_ instance: InstanceID) throws -> Bool {
    guard record(instance).isEnding else { return false }
    return try state(of: instance) == .absent
  }

  /// Notes that the instance is to end for good, and how long its connections get; false if it is gone already.
  private func markEnding(_ instance: InstanceID, drainTimeout: Double? = nil) throws -> Bool {
    try FileLock(waitingFor: layout.portsLock).hold {
      let record = record(instance)
      guard record.exists else { return false }
      try record.markEnding()
      if let drainTimeout, var launch = try record.launch() {
        launch.drainTimeout = drainTimeout
        try record.write(launch)
      }
      return true
    }
  }

  /// Holds the lock for reserving, because another command may do the same and immediately reuse the name.
  private func removeEnded(_ instance: InstanceID) throws {
    try FileLock(waitingFor: layout.portsLock).hold {
      if record(instance).isEnding { try record(instance).remove() }
    }
  }

  private func record(_ instance: InstanceID) -> InstanceRecord { units.record(instance) }

  /// The service as it is inside the unit, which always sees its release in the same place.
  private func launch(_ service: Service, user: UInt32) -> InstanceRecord.Program {
    let release = ReleaseLayout(directory: "\(layout.root)/app/releases/live")
    var environment = service.environment(files: release.files, programs: release.programs)
    // The user has no entry in passwd.
    environment["HOME"] = "/tmp"
    environment["USER"] = "app"
    environment["TMPDIR"] = nil
    return InstanceRecord.Program(
      uid: user, arguments: service.arguments, environment: environment,
      directory: service.directory.below(release.files), drainTimeout: service.drainTimeout,
      stopTimeout: service.stopTimeout)
  }
}
