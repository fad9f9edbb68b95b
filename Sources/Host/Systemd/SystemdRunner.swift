public import Deploy
import Posix

/// Runs an app's installs and builds in a unit of their own, `nextdeploy-build@APP.service`, as a user of their own.
public struct SystemdRunner: Runner {
  let app: AppName
  let layout: Layout
  let builds: Int
  let systemctl: Systemctl

  /// - Parameter builds: how many may run at a time on the machine.
  public init(app: AppName, layout: Layout, builds: Int, environment: [String: String]) {
    self.app = app
    self.layout = layout
    self.builds = builds
    systemctl = Systemctl(environment: environment)
  }

  public func run(_ job: Job, output: ([UInt8]) throws -> Void) throws -> JobResult {
    try BuildTurns(layout: layout, count: builds).take(
      waiting: { try output(Array("Another app is being built; this build waits for it.\n".utf8)) },
      { try runAlone(job, output: output) })
  }

  private func runAlone(_ job: Job, output: ([UInt8]) throws -> Void) throws -> JobResult {
    let sharing = try Sharing()
    let app = layout.app(app)
    try sharing.prepare(app)
    // Nothing may run in the workspace beside this step.
    try endLeftovers()
    let unit = StepUnit(
      name: Units.build(self.app), step: BuildStep(directory: app.build), systemctl: systemctl, group: sharing.build)
    var space = try SpaceGuard(app, of: self.app)
    return try unit.run(request(job), output: output, meanwhile: { try space.look() })
  }

  public func endLeftovers() throws { try StepUnit.endLeftovers(of: app, systemctl) }

  /// Its home is the cache that its app keeps from build to build.
  private func request(_ job: Job) throws -> BuildStep.Request {
    var environment = job.environment
    environment["HOME"] = layout.app(app).cache
    // Its user has no entry in passwd.
    environment["USER"] = "nextdeploy-build"
    environment["LOGNAME"] = "nextdeploy-build"
    environment["TMPDIR"] = nil
    return BuildStep.Request(
      user: try AppUsers(layout: layout).builder(of: app), arguments: job.work.arguments, environment: environment,
      directory: job.directory)
  }
}
