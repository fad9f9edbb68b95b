/// Takes a deploy through its steps: records the intent, does the work, records the fact, and tells the sinks.
final class Steps {
  let app: AppName
  /// The app's settings, which stay the same for the whole deploy.
  let config: AppConfig
  let seams: Seams
  let writer: RecordWriter
  /// When it was last checked whether the deploy is still wanted.
  var asked: ContinuousClock.Instant?

  init(app: AppName, config: AppConfig, seams: Seams, writer: RecordWriter) {
    self.app = app
    self.config = config
    self.seams = seams
    self.writer = writer
  }

  var record: DeployRecord { writer.record }

  /// Runs one step, which returns what the next one needs, and its result for people.
  func run<Result>(
    _ step: Step, _ detail: String = "", durable: Bool = false, _ work: () throws -> (Result, String)
  ) throws -> Result {
    try begin(step, durable: durable)
    seams.events.emit(.stepStarted(step, detail: detail))
    let start = seams.clock.now
    let (result, text) = try work()
    let seconds = seams.clock.seconds(since: start)
    writer.finished(step, seconds: seconds, text)
    // What is done is done: after `route` an error here would undo a release that is live. Before it, a record that cannot
    // be written stops the next step, whose intent must be in it.
    attempt("writing the deploy's record") { try writer.writeFacts() }
    seams.events.emit(.stepFinished(step, result: text, seconds: seconds))
    return result
  }

  /// Enters a step, if the deploy is still wanted.
  func begin(_ step: Step, durable: Bool = false) throws {
    writer.enter(step)
    try requireWanted()
    try writer.writeIntent(durable: durable)
  }

  /// Does something that must not change how the deploy ends: if it fails, that is only reported.
  func attempt(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch { seams.events.warn("\(what): \(Failure(of: error))") }
  }
}

/// One of the two halves of a deploy; it acts through its steps.
protocol Half {
  var steps: Steps { get }
}

extension Half {
  var app: AppName { steps.app }
  var config: AppConfig { steps.config }
  var seams: Seams { steps.seams }
  var record: DeployRecord { steps.record }
}
