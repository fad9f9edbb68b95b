public import Deploy
import Posix

/// Runs an app's installs and builds in a unit of their own, `nextdeploy-build@APP.service`, as another user.
public struct SystemdRunner: Runner {
  let app: AppName
  let layout: Layout
  let builds: Int
  let mayName: (AppName) -> Bool
  let systemctl: Systemctl

  /// - Parameters:
  ///   - builds: how many may run at a time on the machine.
  ///   - mayName: whether whoever reads the output may learn of an app.
  public init(
    app: AppName, layout: Layout, builds: Int, environment: [String: String], mayName: @escaping (AppName) -> Bool
  ) {
    self.app = app
    self.layout = layout
    self.builds = builds
    self.mayName = mayName
    systemctl = Systemctl(environment: environment)
  }

  public func run(_ job: Job, watch: (Double?) throws -> Void, output: ([UInt8]) throws -> Void) throws -> JobResult {
    try BuildTurns(layout: layout, count: builds).take(
      for: app, waiting: { try output(Array(Self.notice(of: $0, mayName).utf8)) }, watch: { try watch(nil) },
      { try runAlone(job, watch: watch, output: output) })
  }

  /// What is told to whoever waits for others' builds.
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
    let unit = Units.build(self.app)
    // Nothing may run in the workspace beside this step.
    try endLeftovers()
    let step = BuildStep(directory: app.build)
    var sending: BuildStep.Sending? = try step.send(request(job), group: sharing.build)
    let pipe = try step.output(group: sharing.build)
    let words = "\(app.build)/systemctl"
    try Files.remove(words)
    let child = try ChildProcess(
      systemctl.command(["start", unit]), output: .file(words), errors: .file(words), family: .ownGroup)
    let began = ContinuousClock.now
    do {
      var end: ExitStatus?
      while true {
        if end == nil { try watch((ContinuousClock.now - began) / .seconds(1)) }
        if try sending?.goOn() == false { sending = nil }
        // What it wrote last is read once more after its end; what it left behind may hold the pipe open for ever.
        let bytes = try pipe.read(upTo: 65_536, within: .milliseconds(end == nil ? 20 : 0))
        if !bytes.isEmpty {
          try output(bytes)
        } else if end != nil {
          break
        } else {
          end = try child.poll()
        }
      }
      return try result(of: unit, end ?? .exited(1), words: words)
    } catch {
      // The error that led here is the one to tell.
      try? systemctl.run(["stop", unit])
      throw error
    }
  }

  /// A unit does not end with the builder that started it.
  public func endLeftovers() throws {
    let unit = Units.build(app)
    if try !Self.hasEnded(systemctl.show(unit, ["ActiveState"])) { try systemctl.run(["stop", unit]) }
  }

  /// Its home is the cache that its app keeps from build to build.
  private func request(_ job: Job) -> BuildStep.Request {
    var environment = job.environment
    environment["HOME"] = layout.app(app).cache
    environment["USER"] = "nextdeploy-build"
    environment["LOGNAME"] = "nextdeploy-build"
    environment["TMPDIR"] = nil
    return BuildStep.Request(arguments: job.work.arguments, environment: environment, directory: job.directory)
  }

  private static func hasEnded(_ properties: [String: String]) -> Bool {
    ["inactive", "failed"].contains(properties["ActiveState"] ?? "")
  }

  private func result(of unit: String, _ start: ExitStatus, words: String) throws -> JobResult {
    if start.isSuccess { return .succeeded }
    let properties = try systemctl.show(unit, ["Result", "ExecMainCode", "ExecMainStatus"])
    if let result = Self.result(properties) { return result }
    throw Systemctl.refusal(["start", unit], start, try Files.text(words) ?? "")
  }

  /// How a step that failed ended; nil where it did not begin.
  static func result(_ properties: [String: String]) -> JobResult? {
    let status = properties["ExecMainStatus"].flatMap { Int32($0) } ?? 0
    switch properties["Result"] {
    case "oom-kill": return .killed
    // 203 and so on: systemd's own, for what it could not set up.
    case "exit-code" where status >= 200 && status < 250: return nil
    case "exit-code": return status == 137 ? .killed : .failed(exitCode: status)
    case "signal", "core-dump": return status == 9 ? .killed : .failed(exitCode: 128 + status)
    case "timeout", "watchdog": return .failed(exitCode: 124)
    default: return nil
    }
  }
}
