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
      try seams.manager.revive(live.instance)
      try seams.proxy.revive()
      restoreSwitch(to: live)
    }
  }

  /// Routes requests to what is live, if the proxy's files say otherwise or are gone.
  private func restoreSwitch(to live: LiveRecord) {
    do {
      if try seams.proxy.upstream(of: app) == live.upstream { return }
      seams.events.note("sending the requests of \(app) to \(live.instance), which is live")
      try seams.proxy.restore(
        Site(app: app, addresses: config.addresses, upstream: live.upstream, release: live.release))
    } catch {
      // A deploy that follows may be what fixes it.
      seams.events.warn("sending the requests of \(app) to \(live.instance): \(Failure(of: error))")
    }
  }

  /// Undoes a push whose hook never got as far as beginning a deploy, so that the same push can be made again.
  public func undoPush(of commit: Commit, previous: CommitID?) throws {
    try settle(try seams.deploys.begin(.push, previous: previous, commit: commit))
  }

  private func settle(_ record: DeployRecord) throws {
    let writer = RecordWriter(record, seams)
    let step = record.step.map { " at '\($0.rawValue)'" } ?? " while it waited"
    if let instance = record.instance, record.step?.isLate == true, let commit = record.commit,
      let release = record.release, let upstream = try seams.proxy.upstream(of: app), upstream.port == instance.port,
      try seams.manager.state(of: instance) != .absent
    {
      seams.events.note("finishing deploy \(record.id), which was interrupted\(step)")
      try seams.proxy.restore(Site(app: app, addresses: config.addresses, upstream: upstream, release: release))
      let promotion = Promotion(steps: Steps(app: app, config: config, seams: seams, writer: writer))
      promotion.settle(promotion.live(release: release, commit: commit, at: upstream))
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
