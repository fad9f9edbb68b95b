public import Deploy
import Posix
import Supervision

/// What `nextdeploy@APP:PORT.service` runs: as an instance's start, and as its stop.
public struct Launch {
  let instance: InstanceID
  let record: InstanceRecord

  public init(_ instance: InstanceID, layout: Layout) {
    self.instance = instance
    record = InstanceRecord(path: layout.instance(instance))
  }

  /// The exit status after which systemd does not start the unit again.
  public static let cannotRun: Int32 = 78

  /// Becomes the app's user and then the app; returns only where it cannot be run at all.
  ///
  /// - Parameter report: told in a line what is not as usual.
  public func run(report: (String) -> Void) throws -> Never {
    let launch = try required()
    // The file is nextdeploy's, and nextdeploy must not be able to run a program as anybody but an app.
    guard AppUsers.range.contains(launch.uid) else {
      throw Failure(
        "starting \(instance)", "\(launch.uid) is not one of the apps' users \(AppUsers.range)",
        next: "Deploy the app again.")
    }
    guard let group = Accounts.group(named: "nextdeploy-app") else {
      throw Failure("starting \(instance)", "there is no group nextdeploy-app", next: "Run 'sudo nextdeploy setup'.")
    }
    // A site comes back sooner or later, also where its restarts cannot be counted.
    do { try record.restarts.wait(report) } catch { report("\(Failure(of: error))") }
    try Privileges.become(user: launch.uid, group: group)
    // What is missing may come back, a program that is being upgraded say: then systemd's next start finds it.
    CurrentProcess.become(
      Command(launch.arguments, environment: launch.environment, directory: launch.directory))
  }

  /// Waits until the port has had no connection for a while, or the app's time for that is over.
  ///
  /// - Parameters:
  ///   - notifySocket: systemd's NOTIFY_SOCKET, to ask it for that time.
  ///   - exit: how the app ended, where it has: there is nothing left to wait for then.
  public func drain(notifySocket: String?, exit: String?) throws {
    if let exit { return try record.restarts.note(exit) }
    try record.restarts.forget()
    let timeout = try required().drainTimeout
    if let notifySocket {
      try Notification.send(
        "EXTEND_TIMEOUT_USEC=\(Int((timeout + 1) * 1_000_000))\nSTATUS=draining", to: notifySocket)
    }
    let start = ContinuousClock.now
    // The proxy may just be connecting for a request that it took before it was told of the new port.
    var quiet = 0
    while quiet < 5 {
      // Who wants it stopped at once writes a shorter time down meanwhile.
      let limit = (try? required().drainTimeout) ?? timeout
      if ContinuousClock.now - start >= .seconds(limit) { return }
      quiet = ConnectionTable.established(on: instance.port.number) == 0 ? quiet + 1 : 0
      Pause.for(.milliseconds(100))
    }
  }

  /// How the app ended, in words, as systemd tells ExecStop and ExecStopPost; nil where it has not.
  public static func exit(in environment: [String: String]) -> String? {
    guard let code = environment["EXIT_CODE"] else { return nil }
    return "\(code == "exited" ? "exit code" : "signal") \(environment["EXIT_STATUS"] ?? "")"
  }

  private func required() throws -> InstanceRecord.Launch {
    guard let launch = try record.launch() else {
      throw Failure("running \(instance)", "it has no service.json", next: "Deploy the app again.")
    }
    return launch
  }
}
