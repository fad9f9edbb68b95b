import Deploy
import Posix

/// Reads the state of instances' units without changing anything.
struct InstanceUnits {
  let layout: Layout
  let systemctl: Systemctl

  func state(of instance: InstanceID) throws -> InstanceState {
    guard record(instance).exists else { return .absent }
    let name = Units.instance(instance)
    if record(instance).isEnding {
      // What is left of it is the answer; to ask systemd takes longer.
      if Units.hasProcesses(name) { return .draining }
      if !Units.isEdited(name) { return .absent }
    }
    if let process = try firstRun(of: instance) { return .running(process: process, restarts: 0) }
    let unit = try unit(instance)
    guard record(instance).isEnding else {
      // The order matters, since another command may have removed it meanwhile.
      guard record(instance).exists else { return .absent }
      if record(instance).isPrepared, !unit.hasEnded { return .prepared }
      return try waiting(instance, unit.state) ?? unit.state
    }
    return unit.hasEnded ? .absent : .draining
  }

  func unit(_ instance: InstanceID) throws -> UnitState {
    try UnitState(systemctl.show(Units.instance(instance), UnitState.properties))
  }

  func record(_ instance: InstanceID) -> InstanceRecord { InstanceRecord(path: layout.instance(instance)) }

  /// The app's process where it runs since its first start, as the control group of its unit tells: to ask systemd takes
  /// longer, and every push does. Nil where that does not tell.
  private func firstRun(of instance: InstanceID) throws -> Int32? {
    guard !record(instance).isEnding, try record(instance).restarts.isFirstRun else { return nil }
    // The first there is, once it has become the app; what it left behind may be systemd's child as well.
    return Units.processes(Units.instance(instance)).compactMap(ProcessIdentity.init).filter {
      ProcessIdentity.parent(of: $0.id) == 1
        && AppUsers.range.contains((try? Files.status("/proc/\($0.id)"))??.owner ?? 0)
    }.min { $0.start < $1.start }?.id
  }

  /// `nextdeploy launch` is not the app yet: it waits before it restarts it.
  private func waiting(_ instance: InstanceID, _ state: InstanceState) throws -> InstanceState? {
    guard case .running(let process, let restarts) = state, restarts > 0,
      let user = (try? Files.status("/proc/\(process)"))?.owner, !AppUsers.range.contains(user)
    else { return nil }
    return .waitingToRestart(exit: try record(instance).restarts.exit ?? "it ended", restarts: restarts)
  }
}

/// The state of a unit, as systemd reports it.
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

  /// Whether systemd could not set up what the program needs; the exit statuses are its own (systemd.exec(5)).
  var isSetUpWrong: Bool { number("ExecMainCode") == 1 && (200..<250).contains(number("ExecMainStatus") ?? 0) }

  /// CLD_EXITED is 1, CLD_KILLED 2 and CLD_DUMPED 3.
  private var exit: String {
    let status = number("ExecMainStatus") ?? 0
    return (number("ExecMainCode") == 1 ? ExitStatus.exited(status) : .killed(signal: status)).description
  }

  private func number(_ name: String) -> Int32? { properties[name].flatMap { Int32($0) } }
}
