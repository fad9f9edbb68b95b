/// One deploy of one app, from a commit (or a release) to live.
///
/// The steps are the files beside this one. Each takes what the one before it returned, so that nothing can be
/// routed that was not found healthy. `route` is the only commit point: before it a failure undoes what was done,
/// after it failures are reported.
public final class Deployment {
  public enum Request {
    /// A push of the app's branch.
    case push(Commit, previous: CommitID?)
    /// A build of any commit, whether it was built before or not.
    case rebuild(Commit, clean: Bool)
    /// An older release again, without a build: one by its id, or what was live before the live one.
    case rollback(ReleaseID?)
    /// The live release again, with the environment as it is now.
    case restart
  }

  let app: AppName
  private(set) var config: AppConfig
  let seams: Seams
  var record: DeployRecord
  /// Says what helps where a program of the app's fails; nil until the commit was read.
  var advisor: Advisor?
  let began = ContinuousClock.now
  /// When it was last asked whether the deploy is still wanted.
  var asked: ContinuousClock.Instant?

  init(app: AppName, config: AppConfig, seams: Seams, record: DeployRecord) {
    self.app = app
    self.config = config
    self.seams = seams
    self.record = record
  }

  /// Deploys, once it is this deploy's turn. How it ended is in the record that comes back.
  ///
  /// - Parameter seams: what the deploy acts through, once it has a journal.
  /// - Throws: only what kept the deploy from beginning.
  public static func run(
    _ request: Request, app: AppName, state: some AppState, seams: (DeployRecord) throws -> Seams
  ) throws -> DeployRecord {
    let record =
      switch request {
      case .push(let commit, let previous): try state.begin(.push, previous: previous, commit: commit)
      case .rebuild(let commit, _): try state.begin(.rebuild, previous: nil, commit: commit)
      case .rollback: try state.begin(.rollback, previous: nil, commit: nil)
      case .restart: try state.begin(.restart, previous: nil, commit: nil)
      }
    let seams = try seams(record)
    let deployment = Deployment(app: app, config: try seams.config(), seams: seams, record: record)
    try deployment.inTurn {
      do {
        // It may have been changed while this deploy waited.
        deployment.config = try seams.config()
        try Recovery(app: app, config: deployment.config, seams: seams, next: record.commit?.id).run()
        try deployment.deploy(request)
      } catch let superseded as Superseded {
        deployment.giveWay(superseded)
      } catch {
        deployment.fail(error)
      }
    }
    return deployment.record
  }

  private func deploy(_ request: Request) throws {
    record.step = .plan
    let environment = try readEnvironment()
    let release =
      switch request {
      case .push(let commit, _): try release(of: commit, environment, reusing: true)
      case .rebuild(let commit, let clean): try release(of: commit, environment, reusing: false, clean: clean)
      case .rollback(let id): try again(id)
      case .restart: try liveAgain()
      }
    let instance = try boot(release, environment)
    let healthy = try checkHealth(of: instance)
    let live = try route(healthy)
    // From here on the new release is live: nothing is undone any more.
    settle(live)
    seams.events.emit(
      .live(
        Success(
          url: seams.origin(config).description, release: live.release, commit: live.commit,
          seconds: seconds(since: began))))
  }

  /// A release with the commit's files: one that was built before, or a new one.
  private func release(
    of commit: Commit, _ environment: AppEnvironment, reusing: Bool, clean: Bool = false
  ) throws -> ReleaseRecord {
    let planned = try plan(commit, environment, clean: clean)
    if reusing, let built = try seams.releases.list().last(where: { $0.buildKey == planned.buildKey }) {
      if planned.plan.app.release != nil {
        let checkout = try checkOut(planned, clean: false)
        try runReleaseCommand(try install(checkout))
      }
      return try take(built)
    }
    let checkout = try checkOut(planned, clean: clean)
    let installation = try install(checkout)
    let artifact = try build(installation)
    return try makeRelease(artifact)
  }

  /// The environment for all of the deploy: what is changed while it runs is for the next one.
  private func readEnvironment() throws -> AppEnvironment {
    let own = try seams.state.environment()
    if !own.variables.isEmpty { try seams.state.noteEnvironment() }
    seams.events.redact(own.secrets)
    let environment = try Self.complete(own, seams)
    seams.events.redact(environment.secrets)
    let fetched = environment.variables.values.count { $0.source == .doppler }
    if fetched > 0 { seams.events.note("\(fetched) variables from Doppler") }
    return environment
  }

  /// The app's own environment, with what Doppler keeps for it.
  static func complete(_ own: AppEnvironment, _ seams: Seams) throws -> AppEnvironment {
    guard let access = try DopplerAccess(own) else { return own }
    return try own.adding(try seams.secrets.fetch(access), from: access)
  }

  // MARK: What every step needs

  /// Runs one step: intent into the journal, the work, then the fact.
  func step<Result>(
    _ step: Step, _ detail: String = "", durable: Bool = false, _ work: () throws -> (Result, String)
  ) throws -> Result {
    record.step = step
    try requireWanted()
    try seams.state.save(record, durable: durable)
    seams.events.emit(.stepStarted(step, detail: detail))
    let start = ContinuousClock.now
    let (result, text) = try work()
    let seconds = seconds(since: start)
    record.steps.append(
      DeployRecord.StepRecord(step: step, seconds: seconds, result: seams.events.redacted(text, of: step)))
    // What is done is done: after `route` an error here would undo a release that is live. Before it, a journal
    // that cannot be written stops the next step, whose intent must be in it.
    attempt("writing the deploy's journal") { try seams.state.save(record, durable: false) }
    seams.events.emit(.stepFinished(step, result: text, seconds: seconds))
    return result
  }

  func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }

  func requireCommit() throws -> Commit {
    guard let commit = record.commit else {
      throw Failure("deploying \(app)", "the journal of deploy \(record.id) names no commit", next: "Push again.")
    }
    return commit
  }

  // MARK: Failure

  /// Undoes what was done, tells why, and writes it down.
  private func fail(_ error: any Error) {
    let failure = seams.events.redacted(Failure(of: error))
    let step = record.step ?? .plan
    record.outcome = .failed
    record.failure = failure
    record.finishedAt = seams.state.timestamp()
    attempt("undoing the failed deploy") { try Undo(config: config, seams: seams).run(record) }
    // Where the branch is not back, the journal stays without an end: recovery tries again before git tells anybody
    // where it is.
    var written = record
    attempt("looking where the branch is") { if try !isBranchBack() { written.outcome = nil } }
    attempt("writing the deploy's journal") { try seams.state.save(written, durable: false) }
    var live: ReleaseID?
    attempt("reading what is live") { live = try seams.state.live()?.release }
    seams.events.emit(.failed(step, failure, live: live))
  }

  /// Whether the branch has left what a failed push put it at, so that the same commit can be pushed again.
  private func isBranchBack() throws -> Bool {
    guard record.kind == .push, let commit = record.commit, commit.id != record.previous else { return true }
    return try seams.repository.target(of: config.branch.ref) != commit.id
  }

  /// Does what must not change how the deploy ends; a failure of it is told.
  func attempt(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch { seams.events.warn("\(what): \(Failure(of: error))") }
  }
}
