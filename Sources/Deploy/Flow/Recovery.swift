/// Recovers an app after a crash or a power loss. Whoever runs it must hold the app's lock.
///
/// A deploy that had not got past `route` is undone, else it is finished; where the proxy sends requests tells which.
public struct Recovery {
  let app: AppName
  let config: AppConfig
  let seams: Seams
  let next: CommitID?

  /// Makes a recovery of an app, which does nothing before `run()`.
  ///
  /// - Parameter next: a commit that is about to be deployed; the branch is left at it.
  public init(app: AppName, config: AppConfig, seams: Seams, next: CommitID? = nil) {
    self.next = next
    self.app = app
    self.config = config
    self.seams = seams
  }

  /// Settles every interrupted deploy, ends leftover instances, and makes sure that the live one is up and routed to.
  public func run() throws {
    for file in try seams.deploys.setAsideDamagedRecords() {
      seams.events.warn("the record of an earlier deploy is damaged; it was set aside, as \(file)")
    }
    for record in try seams.deploys.records() where !record.isFinished && !seams.deploys.isRunning(record) {
      try settle(record)
    }
    try seams.releases.removeUnfinished()
    let live = try seams.state.live()
    for instance in try seams.manager.instances(of: app) where instance != live?.instance {
      if try seams.manager.state(of: instance) != .draining { try seams.manager.drain(instance) }
    }
    if let live {
      if let instance = live.instance { try seams.manager.revive(instance) } else { publish(live) }
      try seams.proxy.revive()
      restoreSwitch(to: live)
    }
  }

  /// Routes requests to what is live, if the proxy's files say otherwise or are gone.
  private func restoreSwitch(to live: LiveRecord) {
    do {
      if try seams.proxy.destination(of: app) == live.destination { return }
      seams.events.note("sending the requests of \(app) to \(live.place), which is live")
      try seams.proxy.restore(live.site(of: app, at: config.addresses, seams.releases))
    } catch {
      // A deploy that follows may be what fixes it.
      seams.events.warn("sending the requests of \(app) to \(live.place): \(Failure(of: error))")
    }
  }

  /// Puts the live release's files where the proxy serves them, if they are no longer there.
  private func publish(_ live: LiveRecord) {
    do {
      if let site = try live.site(of: app, at: config.addresses, seams.releases).files {
        for warning in try seams.files.publish(site, of: live.release).warnings { seams.events.warn(warning) }
      }
    } catch { seams.events.warn("publishing the files of \(app): \(Failure(of: error))") }
  }

  /// Undoes a push whose hook never got as far as beginning a deploy, so that the same push can be made again.
  public func undoPush(of commit: Commit, previous: CommitID?) throws {
    try settle(try seams.deploys.begin(.push, previous: previous, commit: commit))
  }

  /// Whether requests go where a deploy was to send them.
  private func isGoal(_ destination: Destination, of record: DeployRecord, _ release: ReleaseID) throws -> Bool {
    switch destination {
    case .instance(let upstream):
      guard let instance = record.instance, upstream.port == instance.port else { return false }
      return try seams.manager.state(of: instance) != .absent
    case .files(let served):
      guard record.instance == nil, served == release else { return false }
      return try seams.releases.list().contains { $0.id == release }
    }
  }

  private func settle(_ record: DeployRecord) throws {
    let writer = RecordWriter(record, seams)
    let step = record.step.map { " at '\($0.rawValue)'" } ?? " while it waited"
    if record.step?.isLate == true, let commit = record.commit, let release = record.release,
      let destination = try seams.proxy.destination(of: app), try isGoal(destination, of: record, release)
    {
      seams.events.note("finishing deploy \(record.id), which was interrupted\(step)")
      let promotion = Promotion(steps: Steps(app: app, config: config, seams: seams, writer: writer))
      let live = promotion.live(release: release, commit: commit, at: destination)
      try seams.proxy.restore(live.site(of: app, at: config.addresses, seams.releases))
      promotion.settle(live)
      return
    }
    seams.events.note("undoing deploy \(record.id), which was interrupted\(step)")
    try seams.runner.endLeftovers()
    try Undo(config: config, seams: seams, next: next).run(record)
    // One that had failed could not be undone then.
    let interruption = Failure(
      "deploying \(app)", "nextdeploy was interrupted\(step)", next: "Push again, or run 'nextdeploy rebuild'.")
    try writer.end(.failed, record.failure ?? interruption)
  }
}

extension LiveRecord {
  /// The instance, or the release whose files are served, for messages.
  fileprivate var place: String { instance.map { "\($0)" } ?? "the files of \(release)" }
}
