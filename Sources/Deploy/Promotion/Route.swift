extension Promotion {
  /// The commit point: once it returns, new requests go to the new release, and one was seen to arrive there.
  func route(_ healthy: HealthyRelease) throws -> LiveRecord {
    var site = healthy.site
    return try steps.run(.route, durable: true) {
      if let live = try seams.state.live(), live.instance == nil {
        site.former = try seams.releases.list().first { $0.id == live.release }?.site
      }
      try seams.proxy.route(site)
      let live = live(release: site.release, commit: healthy.candidate.commit, at: site.destination)
      return (live, seams.origin(config).description)
    }
  }

  func live(release: ReleaseID, commit: Commit, at destination: Destination) -> LiveRecord {
    var upstream: Upstream?
    if case .instance(let place) = destination { upstream = place }
    return LiveRecord(
      release: release, commit: commit, deploy: record.id,
      instance: upstream.map { InstanceID(app: app, port: $0.port) },
      address: upstream?.address == .v4 ? nil : upstream?.address, origin: record.origin,
      environmentMark: record.environmentMark, since: seams.clock.timestamp)
  }

  /// Everything that follows the switch: save what is live, drain what was, prune.
  ///
  /// Nothing here is undone, and failures are only reported: the next deploy puts them right.
  func settle(_ live: LiveRecord) {
    steps.attempt("reading the records of earlier deploys") { try steps.writer.wentLive() }
    var isWritten = false
    steps.attempt("writing down what is live") {
      try seams.state.setLive(live)
      isWritten = true
    }
    steps.attempt("pointing the repository's refs at what is live") {
      try seams.refs.set("refs/nextdeploy/live", to: live.commit.id)
      try seams.refs.set("refs/nextdeploy/releases/\(live.release)", to: live.commit.id)
    }
    steps.attempt("looking for the app's other instances") {
      let others = try seams.manager.instances(of: app).filter { $0 != live.instance }
      steps.attempt("draining the old release") { try drain(others) }
      steps.attempt("removing old releases") { try prune(live, others: others) }
    }
    // Where it is not written down, the record stays without an end: recovery finishes the deploy, for the proxy knows.
    steps.attempt("writing the deploy's record") { try steps.writer.end(.live, staysOpen: !isWritten) }
  }
}
