public import Deploy
import Posix
import ProcessSupervision

/// The service manager where systemd is: one unit an instance, `nextdeploy@APP:PORT.service`.
///
/// Nobody of ours is there when a drain ends: what has ended is removed by the next command that looks.
public struct SystemdManager: ServiceManager {
  let layout: Layout
  let ports: PortRange
  let systemctl: Systemctl
  let limits: @Sendable (AppName) throws -> Limits
  /// Whether starting an instance waits until its process runs; while the machine boots nothing waits.
  let waits: Bool

  public init(
    layout: Layout, ports: PortRange, environment: [String: String], waits: Bool = true,
    limits: @escaping @Sendable (AppName) throws -> Limits
  ) {
    self.layout = layout
    self.ports = ports
    self.waits = waits
    self.limits = limits
    systemctl = Systemctl(environment: environment)
  }

  public func reserve(_ app: AppName) throws -> InstanceID {
    for name in try Files.list(layout.instances) { if let instance = try? InstanceID(name) { try sweep(instance) } }
    return try PortBook(layout: layout, ports: ports, mode: 0o750, guardsAgainstBound: true).reserve(app)
  }

  public func start(_ instance: InstanceID, _ service: Service) throws {
    let record = record(instance)
    let app = layout.app(instance.app)
    guard let release = release(of: service.directory, below: app.releases) else {
      throw Failure(
        "starting \(instance)", "\(service.directory) is in no release of \(instance.app)", next: "Deploy it again.")
    }
    try Sharing().prepare(app)
    try record.link(release: release, shared: app.shared)
    try record.restarts.begin()
    try record.write(launch(service, release: release, user: AppUsers(layout: layout).user(of: instance.app)))
    try begin(instance)
  }

  public func drain(_ instance: InstanceID) throws {
    guard try markEnding(instance) else { return }
    try systemctl.run(["stop", "--no-block", Units.instance(instance)])
  }

  public func stop(_ instance: InstanceID) throws {
    guard try markEnding(instance, drainTimeout: 0) else { return }
    try systemctl.run(["stop", Units.instance(instance)])
    try removeEnded(instance)
  }

  public func state(of instance: InstanceID) throws -> InstanceState {
    guard record(instance).exists else { return .absent }
    let unit = try UnitState(systemctl.show(Units.instance(instance), UnitState.properties))
    guard record(instance).isEnding else {
      // In this order, for another command may have removed it meanwhile.
      guard record(instance).exists else { return .absent }
      return try waiting(instance, unit.state) ?? unit.state
    }
    if !unit.hasEnded { return .draining }
    try removeEnded(instance)
    return .absent
  }

  /// By their user, which is the app's alone. That no other instance of the app is among them is the kernel's rule.
  public func strangers(at instance: InstanceID) throws -> [Stranger] {
    let own = try AppUsers(layout: layout).user(of: instance.app)
    return ConnectionTable.listeners(on: [instance.port.number]).filter { $0.user != own }
      .map { Stranger(PortHolder($0, in: layout)) }
  }

  public func instances(of app: AppName) throws -> [InstanceID] {
    try Files.list(layout.instances).compactMap { try? InstanceID($0) }.filter { $0.app == app }.sorted()
      .filter { try !sweep($0) }
  }

  public func revive(_ instance: InstanceID) throws {
    let record = record(instance)
    guard record.exists, !record.isEnding, try record.launch() != nil else { return }
    let unit = try UnitState(systemctl.show(Units.instance(instance), UnitState.properties))
    if unit.hasEnded { try begin(instance) }
  }

  /// Has the app's running instances take over its limits.
  public func applyLimits(of app: AppName) throws {
    for instance in try instances(of: app) where !record(instance).isEnding { try limit(instance) }
  }

  // MARK: Parts

  /// `nextdeploy launch` has not become the app yet: it waits before it starts that again.
  private func waiting(_ instance: InstanceID, _ state: InstanceState) throws -> InstanceState? {
    guard case .running(let process, let restarts) = state, restarts > 0,
      let user = (try? Files.status("/proc/\(process)"))?.owner, !AppUsers.range.contains(user)
    else { return nil }
    return .waitingToRestart(exit: try record(instance).restarts.exit ?? "it ended", restarts: restarts)
  }

  private func begin(_ instance: InstanceID) throws {
    try limit(instance)
    let name = Units.instance(instance)
    do { try systemctl.run(["start"] + (waits ? [] : ["--no-block"]) + [name]) } catch {
      // A program that ends at once may end before systemd calls its start done. It is started again like any other.
      let unit = try UnitState(systemctl.show(name, UnitState.properties))
      if unit.hasEnded || unit.isSetUpWrong { throw error }
    }
  }

  /// They hold until the machine's next boot; a port's earlier instance may have left others.
  private func limit(_ instance: InstanceID) throws {
    let limits = try limits(instance.app)
    let unit = Units.instance(instance)
    let hasOwn = Files.exists("/run/systemd/system.control/\(unit).d")
    guard !limits.isEmpty || hasOwn else { return }
    try systemctl.run(["set-property", "--runtime", unit] + limits.properties)
  }

  /// Removes an instance that was told to end, and has; true where it did.
  @discardableResult private func sweep(_ instance: InstanceID) throws -> Bool {
    guard record(instance).isEnding else { return false }
    return try state(of: instance) == .absent
  }

  /// Notes that it is to end for good, and how long its connections get for that; false where it is gone already.
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

  /// Under the lock for reserving, for another command may do the same, and give the name out again at once.
  private func removeEnded(_ instance: InstanceID) throws {
    try FileLock(waitingFor: layout.portsLock).hold {
      if record(instance).isEnding { try record(instance).remove() }
    }
  }

  private func record(_ instance: InstanceID) -> InstanceRecord { InstanceRecord(path: layout.instance(instance)) }

  /// The release's directory, which a path is in.
  private func release(of directory: String, below releases: String) -> String? {
    guard directory.hasPrefix("\(releases)/") else { return nil }
    let name = directory.dropFirst(releases.utf8.count + 1).split(separator: "/").first.map(String.init) ?? ""
    return (try? ReleaseID(name)).map { "\(releases)/\($0)" }
  }

  /// The service as it is inside the unit, which sees its release in one place, whichever it is.
  private func launch(_ service: Service, release: String, user: UInt32) -> InstanceRecord.Launch {
    func inside(_ text: String) -> String {
      text.split(separator: release + "/", omittingEmptySubsequences: false)
        .joined(separator: "\(layout.root)/app/releases/live/")
    }
    var environment = service.environment.mapValues(inside)
    // Its user has no entry in passwd.
    environment["HOME"] = "/tmp"
    environment["USER"] = "app"
    environment["TMPDIR"] = nil
    return InstanceRecord.Launch(
      uid: user, arguments: service.arguments.map(inside), environment: environment,
      directory: inside(service.directory + "/"), drainTimeout: service.drainTimeout,
      stopTimeout: service.stopTimeout)
  }
}

/// How a unit is, as systemd tells.
struct UnitState {
  static let properties = ["ActiveState", "SubState", "MainPID", "NRestarts", "ExecMainCode", "ExecMainStatus"]

  private let properties: [String: String]

  init(_ properties: [String: String]) { self.properties = properties }

  var hasEnded: Bool { ["inactive", "failed"].contains(properties["ActiveState"] ?? "inactive") }

  var state: InstanceState {
    if hasEnded { return .lost }
    guard let process = number("MainPID"), process > 0 else {
      return .waitingToRestart(exit: exit, restarts: restarts)
    }
    return properties["ActiveState"] == "deactivating" ? .draining : .running(process: process, restarts: restarts)
  }

  private var restarts: Int { Int(number("NRestarts") ?? 0) }

  /// Whether systemd could not make what the program is to run in: the exit statuses are its own (systemd.exec(5)).
  var isSetUpWrong: Bool { number("ExecMainCode") == 1 && (200..<250).contains(number("ExecMainStatus") ?? 0) }

  /// As CLD_EXITED is 1, CLD_KILLED 2 and CLD_DUMPED 3.
  private var exit: String {
    let status = number("ExecMainStatus") ?? 0
    return (number("ExecMainCode") == 1 ? ExitStatus.exited(status) : .killed(signal: status)).description
  }

  private func number(_ name: String) -> Int32? { properties[name].flatMap { Int32($0) } }
}
