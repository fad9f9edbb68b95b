import Deploy
import Posix

/// Runs an app's installs and builds in a unit of their own, `nextdeploy-build@APP.service`, as a user of their own.
struct SystemdRunner: Runner {
  let app: AppName
  let layout: Layout
  /// How many builds may run at a time on the machine.
  let builds: Int
  let environment: [String: String]
  /// Whether the person who reads the output may learn of an app.
  let mayName: (AppName) -> Bool

  private var systemctl: Systemctl { Systemctl(environment: environment) }

  /// Waits for one of the machine's build slots, then runs the job in the app's build unit.
  func run(_ job: Job, watch: (Double?) throws -> Void, output: ([UInt8]) throws -> Void) throws -> JobResult {
    try BuildSlots(layout: layout, count: builds).take(
      for: app, waiting: { try output(Array(Self.notice(of: $0, mayName).utf8)) }, watch: { try watch(nil) },
      { try runAlone(job, watch: watch, output: output) })
  }

  /// The message to a pusher who waits for other apps' builds.
  static func notice(of others: [AppName], _ mayName: (AppName) -> Bool) -> String {
    let names = others.filter(mayName).map(\.description)
    let who = names.isEmpty ? "Another app" : names.joined(separator: " and ")
    return
      "\(who) \(names.count > 1 ? "are" : "is") being built; this build waits for \(names.count > 1 ? "them" : "it").\n"
  }

  private func runAlone(
    _ job: Job, watch: (Double?) throws -> Void, output: ([UInt8]) throws -> Void
  ) throws -> JobResult {
    let sharing = try Sharing()
    let app = layout.app(app)
    try sharing.prepare(app)
    // Nothing else may run in the workspace during this step; what works on its files for a moment ends by itself.
    try StepUnit.endLeftovers([Units.build(self.app)], systemctl)
    let unit = StepUnit(
      name: Units.build(self.app), step: .build(in: app.build), systemctl: systemctl, group: sharing.build)
    var space = try SpaceWatch(app, of: self.app)
    let began = ContinuousClock.now
    return try unit.run(request(job), output: output) {
      try space.look()
      try watch((ContinuousClock.now - began) / .seconds(1))
    }
  }

  /// Stops the app's build unit and files unit, if they still run.
  func endLeftovers() throws { try StepUnit.endLeftovers([Units.build(app), Units.files(app)], systemctl) }

  /// The job's home directory is the cache that its app keeps from build to build.
  private func request(_ job: Job) throws -> BuildStep.Request {
    var environment = job.environment
    environment["HOME"] = layout.app(app).cache
    // The user has no entry in passwd.
    environment["USER"] = "nextdeploy-build"
    environment["LOGNAME"] = "nextdeploy-build"
    environment["TMPDIR"] = nil
    return BuildStep.Request(
      user: try AppUsers(layout: layout).builder(of: app), arguments: job.work.arguments, environment: environment,
      directory: job.directory)
  }
}
