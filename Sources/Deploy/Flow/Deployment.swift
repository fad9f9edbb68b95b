/// One deploy of one app, from a commit or a release to live.
///
/// It has two halves: `Builder` makes a release of a source, `Promotion` makes a release the live one. Each step takes
/// what the one before it returned, so that nothing can be routed unless it was found healthy. `route` is the only
/// commit point: before it, a failure undoes what was done; after it, failures are only reported.
public struct Deployment {
  /// What is to be deployed.
  public enum Request {
    /// A push of the app's branch.
    case push(Commit, previous: CommitID?)
    /// A build of any commit, even if it was built before.
    case rebuild(Commit, clean: Bool)
    /// An older release again, without a build: the one with this id, or the one that was live before.
    case rollback(ReleaseID?)
    /// The live release again, with the environment as it is now.
    case restart
    /// An archive that was built somewhere else.
    case ship(Delivery)
  }

  private let request: Request
  private let steps: Steps
  private let began: ContinuousClock.Instant

  /// Runs a deploy as soon as no other deploy of the app runs, and returns its record, which says how it ended.
  ///
  /// - Parameters:
  ///   - deploys: begins its record.
  ///   - seams: makes what the deploy acts through, once it has a record.
  /// - Throws: only what kept the deploy from beginning.
  public static func run(
    _ request: Request, app: AppName, deploys: some DeployRecords, clock: some DeployClock,
    seams: (DeployRecord) throws -> Seams
  ) throws -> DeployRecord {
    let began = clock.now
    let record =
      switch request {
      case .push(let commit, let previous): try deploys.begin(.push, previous: previous, commit: commit)
      case .rebuild(let commit, _): try deploys.begin(.rebuild, previous: nil, commit: commit)
      case .rollback: try deploys.begin(.rollback, previous: nil, commit: nil)
      case .restart: try deploys.begin(.restart, previous: nil, commit: nil)
      case .ship: try deploys.begin(.ship, previous: nil, commit: nil)
      }
    let seams = try seams(record)
    let writer = RecordWriter(record, seams)
    var steps = Steps(app: app, config: try seams.config(), seams: seams, writer: writer)
    try steps.withDeployLock {
      do {
        // It may have been changed while this deploy waited.
        steps = Steps(app: app, config: try seams.config(), seams: seams, writer: writer)
        try Recovery(app: app, config: steps.config, seams: seams, next: record.commit?.id).run()
        try steps.requireNotOvertaken()
        try Deployment(request: request, steps: steps, began: began).run()
      } catch let superseded as Superseded {
        steps.giveWay(to: superseded)
      } catch {
        steps.fail(error)
      }
    }
    return writer.record
  }

  private func run() throws {
    steps.writer.enter(.plan)
    let environment = try readEnvironment()
    let builder = Builder(steps: steps, environment: environment)
    let promotion = Promotion(steps: steps)
    let candidate =
      switch request {
      case .push(let commit, _): try builder.release(of: commit, reusing: true)
      case .rebuild(let commit, let clean): try builder.release(of: commit, reusing: false, clean: clean)
      case .ship(let delivery): try builder.release(of: delivery)
      case .rollback(let id): try promotion.earlier(id)
      case .restart: try promotion.current()
      }
    let live = try promotion.run(candidate, environment)
    steps.seams.events.emit(
      .live(
        Success(
          url: steps.seams.origin(steps.config).description, release: live.release, commit: live.commit,
          seconds: steps.seams.clock.seconds(since: began))))
  }

  /// The environment for the whole deploy: changes made while it runs are for the next one.
  private func readEnvironment() throws -> AppEnvironment {
    let seams = steps.seams
    let own = try seams.variables.environment()
    if !own.variables.isEmpty { try seams.variables.noteEnvironment() }
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
}

extension Steps {
  /// Undoes what was done, tells why, and writes it down.
  fileprivate func fail(_ error: any Error) {
    let failure = Failure(of: error)
    attempt("undoing the failed deploy") { try Undo(config: config, seams: seams).run(record) }
    // Where the branch is not back, the record stays without an end: recovery tries again before git tells anybody
    // where it is.
    var isBack = true
    attempt("looking where the branch is") { isBack = try isBranchBack() }
    attempt("writing the deploy's record") { try writer.end(.failed, failure, staysOpen: !isBack) }
    var live: ReleaseID?
    attempt("reading what is live") { live = try seams.state.live()?.release }
    seams.events.emit(.failed(record.step ?? .plan, failure, live: live))
  }

  /// Whether the branch is no longer at what a failed push moved it to, so that the same commit can be pushed again.
  private func isBranchBack() throws -> Bool {
    guard record.kind == .push, let commit = record.commit, commit.id != record.previous else { return true }
    return try seams.refs.target(of: config.branch.ref) != commit.id
  }
}
