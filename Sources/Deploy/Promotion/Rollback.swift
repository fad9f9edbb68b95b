extension Deployment {
  /// The release that a rollback puts live again.
  func again(_ id: ReleaseID?) throws -> ReleaseRecord {
    record.step = .release
    let releases = try seams.releases.list()
    let id = try id ?? previous(among: Set(releases.map(\.id)))
    guard let release = releases.first(where: { $0.id == id }) else {
      throw Failure(
        .notFound, "rolling \(app) back to \(id)", "there is no such release",
        next: NearestName.hint(id.description, among: releases.map(\.id.description)))
    }
    record.commit = release.commit
    return try take(release, "of \(release.createdAt)")
  }

  /// Takes a release as it is, of the commit that the journal names.
  func take(_ release: ReleaseRecord, _ which: String) throws -> ReleaseRecord {
    record.release = release.id
    seams.events.emit(
      .began(Headline(app: app, branch: nil, commit: try requireCommit(), detected: release.framework)))
    return try step(.release, release.id.description) { (release, "\(release.id) \(which)") }
  }

  private func previous(among releases: Set<ReleaseID>) throws -> ReleaseID {
    let history = History(try seams.state.records())
    guard let live = try seams.state.live(),
      let target = history.rollbackTarget(live: live.release, available: releases)
    else {
      throw Failure(
        .notFound, "rolling \(app) back", "no release was live before the one that is",
        next: "Name one that 'nextdeploy releases' lists.")
    }
    return target
  }
}
