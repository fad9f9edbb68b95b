extension Promotion {
  /// Removes the releases, records and logs beyond those that are kept.
  ///
  /// - Parameter others: the app's instances besides the live one, which may still be finishing requests.
  func prune(_ live: LiveRecord, others: [InstanceID]) throws {
    var records = try seams.deploys.records().filter { $0.id != record.id }
    records.append(steps.writer.asLive)
    let releases = try seams.releases.list().map(\.id)
    let history = History(records)
    let inUse = releasesRun(by: others, records).union([live.release])
    let damaged = try seams.releases.damaged().filter { !inUse.contains($0) }
    for release in damaged {
      seams.events.warn("the release \(release) is removed: its release.json is damaged, and nothing could start it")
    }
    let surplus = history.surplus(of: releases, keep: config.keep, inUse: inUse) + damaged
    let archived = Set(try seams.releases.archived().filter { $0.size != nil }.map(\.release.id))
    if !surplus.isEmpty {
      try steps.run(.prune) {
        for release in surplus {
          if archived.contains(release) {
            // It is packed since it was unpacked last, unless the archive has just given it up.
            try seams.releases.remove(release)
            if try !seams.releases.archived().contains(where: { $0.release.id == release }) {
              try seams.refs.set("refs/nextdeploy/releases/\(release)", to: nil)
            }
          } else if damaged.contains(release) || !setAside(release) {
            try seams.releases.remove(release)
            try seams.refs.set("refs/nextdeploy/releases/\(release)", to: nil)
          }
        }
        return ((), surplus.count == 1 ? "1 old release" : "\(surplus.count) old releases")
      }
    }
    let kept = Set(releases).subtracting(surplus)
    try seams.files.prune(keeping: kept)
    try seams.releases.boundCaches(config.cache ?? CacheLimits())
    try pruneRecords(records, keeping: kept.union(seams.releases.archived().map(\.release.id)))
  }

  /// Whether a release is kept, to be packed later; where that fails it is removed, as if nothing were ever packed.
  private func setAside(_ release: ReleaseID) -> Bool {
    var isKept = false
    steps.attempt("keeping the release \(release) for the archive") {
      isKept = try seams.releases.setAside(release, within: config.archive ?? ArchiveSettings())
    }
    return isKept
  }

  /// The releases that instances run: an app may load a file of its release at any time.
  private func releasesRun(by instances: [InstanceID], _ records: [DeployRecord]) -> Set<ReleaseID> {
    let releases = instances.compactMap { instance in
      // Ports are used again: the last deploy on one is whose it is.
      records.filter { $0.instance == instance }.max { $0.id < $1.id }?.release
    }
    return Set(releases)
  }

  /// Keeps the records of existing releases, and the latest ones, which say what went wrong.
  private func pruneRecords(_ records: [DeployRecord], keeping releases: Set<ReleaseID>) throws {
    let recent = records.sorted { $0.id < $1.id }.suffix(50)
    let kept = records.filter { record in
      !record.isFinished || recent.contains { $0.id == record.id } || record.release.map(releases.contains) == true
    }
    let gone = Set(records.map(\.id)).subtracting(kept.map(\.id))
    if gone.isEmpty { return }
    try seams.deploys.prune(keeping: Set(kept.map(\.id)))
    for deploy in gone { try seams.refs.set("refs/nextdeploy/failed/\(deploy)", to: nil) }
  }
}
