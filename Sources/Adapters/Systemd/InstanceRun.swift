public import Deploy
import Posix
import ProcessSupervision

/// What `nextdeploy@APP:PORT.service` runs: as an instance's start, and as its stop.
public struct InstanceRun {
  let instance: InstanceID
  let record: InstanceRecord

  /// Makes the run of an instance, whose record is below the layout's root.
  public init(_ instance: InstanceID, layout: Layout) {
    self.instance = instance
    record = InstanceRecord(path: layout.instance(instance))
  }

  /// The exit status after which systemd does not start the unit again.
  public static let cannotRun: Int32 = 78

  /// The exit status after which it does not either, and has nothing to complain of; one that no app is known to end with.
  public static let isGivenUp: Int32 = 187

  /// Becomes the app's user and then the app; throws if the app cannot be run at all.
  ///
  /// - Parameter report: called with a line about anything unusual.
  /// - Returns: the exit status, if the deploy that prepared the instance was killed: recovery removes its record.
  public func run(report: (String) -> Void) throws -> Int32 {
    let isPrepared = record.isPrepared
    let program = try record.awaitedLaunch()
    if program == nil, isPrepared {
      report("the deploy that prepared \(instance) ended before its release was made")
      return Self.isGivenUp
    }
    let launch = try valid(program)
    guard let group = Accounts.group(named: "nextdeploy-app") else {
      throw Failure("starting \(instance)", "there is no group nextdeploy-app", next: "Run 'sudo nextdeploy setup'.")
    }
    // A site must come back sooner or later, even if its restarts cannot be counted.
    do { try record.restarts.wait(report) } catch { report("\(Failure(of: error))") }
    for listener in ConnectionTable.listeners(on: [instance.port.number]) where listener.user != launch.uid {
      report("\(listener.address) is taken by \(PortHolder(listener)): the app cannot listen there")
    }
    // The port belongs to this group; what the app writes is shared through the other one.
    try Privileges.become(user: launch.uid, group: PortRule.group(of: instance.port), alsoIn: group)
    // What is missing may come back, such as a program that is being upgraded; systemd's next start then finds it.
    CurrentProcess.become(
      Command(launch.arguments, environment: launch.environment, directory: launch.directory))
  }

  /// Waits until the port has had no connection for a while, or the app's time for that is over; then asks the app to
  /// end and waits as long as it may take. systemd kills what is left.
  ///
  /// All timing is done here: an app can neither ask systemd for more time nor reach this process.
  ///
  /// - Parameters:
  ///   - process: the app's main process.
  ///   - exit: how the app ended, if it has; there is then nothing left to wait for.
  public func stop(_ process: Int32?, exit: String?) throws {
    if let exit { return try record.restarts.note(exit) }
    try record.restarts.forget()
    guard let process else { return }
    guard let launch = try record.launch().map(valid) else {
      // It is prepared: this same program, which waits for its release. Killed, its unit would count as failed.
      ProcessIdentity(of: process)?.signal(.terminate)
      return waitForEnd(of: process, within: 10)
    }
    drain(process, launch.drainTimeout)
    // While `run` still waits, the process is not the app yet, and there is nobody to ask.
    guard try Privileges.askToEnd(group: process, as: launch.uid) else { return }
    waitForEnd(of: process, within: launch.stopTimeout ?? 10)
  }

  private func waitForEnd(of process: Int32, within limit: Double) {
    let asked = ContinuousClock.now
    while ProcessIdentity.exists(process), ContinuousClock.now - asked < .seconds(limit) {
      Pause.for(.milliseconds(10))
    }
  }

  private func drain(_ process: Int32, _ timeout: Double) {
    let start = ContinuousClock.now
    var watch = PortWatch(instance.port.number)
    while !watch.isQuiet(), ProcessIdentity.exists(process) {
      // Whoever wants it stopped at once writes a shorter time meanwhile.
      let limit = (try? record.launch()?.drainTimeout) ?? timeout
      if ContinuousClock.now - start >= .seconds(limit) { return }
      Pause.for(PortWatch.pause)
    }
  }

  /// The process id of the unit's main process, as systemd passes it to ExecStop.
  public static func mainProcess(in environment: [String: String]) -> Int32? {
    environment["MAINPID"].flatMap { Int32($0) }.flatMap { $0 > 1 ? $0 : nil }
  }

  /// How the app ended, in words, as systemd tells ExecStop and ExecStopPost; nil if it has not ended.
  public static func exit(in environment: [String: String]) -> String? {
    guard let code = environment["EXIT_CODE"] else { return nil }
    return "\(code == "exited" ? "exit code" : "signal") \(environment["EXIT_STATUS"] ?? "")"
  }

  private func valid(_ launch: InstanceRecord.Program?) throws -> InstanceRecord.Program {
    guard let launch else {
      throw Failure("running \(instance)", "it has no service.json", next: "Deploy the app again.")
    }
    // nextdeploy can write the file, but must not be able to act as anybody but an app.
    guard AppUsers.range.contains(launch.uid) else {
      throw Failure(
        "running \(instance)", "\(launch.uid) is not one of the apps' users \(AppUsers.range)",
        next: "Deploy the app again.")
    }
    return launch
  }
}
