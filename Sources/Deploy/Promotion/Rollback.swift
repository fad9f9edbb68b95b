extension Deployment {
  /// The release that a rollback names; throws if there is none of this id.
  @discardableResult
  public static func release(
    _ id: ReleaseID, toRollBack app: AppName, among releases: [ReleaseRecord]
  ) throws(Failure) -> ReleaseRecord {
    try release(id, "rolling \(app) back to \(id)", among: releases)
  }

  /// The release that is named for something; throws if there is none of this id.
  public static func release(
    _ id: ReleaseID, _ attempt: String, among releases: [ReleaseRecord]
  ) throws(Failure) -> ReleaseRecord {
    if let release = releases.first(where: { $0.id == id }) { return release }
    let newest = releases.map(\.id).sorted(by: >).map(\.description)
    let more = newest.count > told ? " and \(newest.count - told) older ones" : ""
    throw Failure(
      .notFound, attempt, "there is no such release",
      next: newest.isEmpty
        ? "There is none at all: push to make one."
        : "There are, the newest first: \(newest.prefix(told).joined(separator: ", "))\(more).")
  }

  private static let told = 10
}

extension Promotion {
  /// The release that a rollback makes live again.
  func earlier(_ id: ReleaseID?) throws -> Candidate {
    steps.writer.enter(.release)
    let releases = try seams.releases.list()
    let id = try id ?? previous(among: Set(releases.map(\.id)))
    if !releases.contains(where: { $0.id == id }),
      let archived = try seams.releases.archived().first(where: { $0.release.id == id })
    {
      return try unpack(archived.release)
    }
    let release = try Deployment.release(id, toRollBack: app, among: releases)
    return try again(release, " of \(release.createdAt)", as: release.commit)
  }

  /// Puts a release back that is packed, as it was, and publishes its files anew.
  private func unpack(_ release: ReleaseRecord) throws -> Candidate {
    try steps.run(.unpack, "the release \(release.id)") {
      ((), try seams.releases.restore(release.id) { try steps.requireWantedNowAndThen() })
    }
    let reader = BuildReader(files: seams.releases.files(of: release.id), events: seams.events)
    let tree = try seams.repository.tree(builtInto: release)
    let output = try reader.published(of: release, ReleaseProject(release, builtFrom: tree, files: reader.files).file)
    _ = try steps.publish(release, output.files, output.folder)
    return try again(release, " of \(release.createdAt), from the archive", as: release.commit)
  }

  /// Takes a release as it is.
  func again(_ release: ReleaseRecord, _ which: String, as commit: Commit) throws -> Candidate {
    seams.events.emit(
      .began(Headline(app: app, branch: nil, commit: commit, detected: release.framework)))
    warnOfHoles(in: release)
    return try steps.take(release, which, as: commit)
  }

  private func previous(among releases: Set<ReleaseID>) throws -> ReleaseID {
    let history = History(try seams.deploys.records())
    guard let live = try seams.state.live() else {
      throw Failure(
        .notFound, "rolling \(app) back", "nothing of it is live yet",
        next: releases.isEmpty ? "Push the app first." : "Name one that 'nextdeploy releases' lists.")
    }
    guard let target = history.rollbackTarget(live: live.release, available: releases) else {
      throw Failure(
        .notFound, "rolling \(app) back", "no release was live before the one that is",
        next: releases.subtracting([live.release]).isEmpty
          ? "There is no other one yet: push to make it." : "Name one that 'nextdeploy releases' lists.")
    }
    return target
  }
}
