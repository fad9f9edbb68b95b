extension Deployment {
  /// Removes the releases, journals and logs beyond those that are kept.
  func prune(_ live: LiveRecord) throws {
    var records = try seams.state.records().filter { $0.id != record.id }
    var own = record
    own.outcome = .live
    own.finishedAt = seams.state.timestamp()
    records.append(own)
    let releases = try seams.releases.list().map(\.id)
    let history = History(records)
    let surplus = history.surplus(of: releases, keep: config.keep, inUse: [live.release])
    if !surplus.isEmpty {
      try step(.prune) {
        for release in surplus {
          try seams.releases.remove(release)
          try seams.repository.set("refs/nextdeploy/releases/\(release)", to: nil)
        }
        return ((), surplus.count == 1 ? "1 old release" : "\(surplus.count) old releases")
      }
    }
    try pruneJournals(records, keeping: Set(releases).subtracting(surplus))
  }

  /// Keeps the journals of the releases that are there, and the last ones, which tell what went wrong.
  private func pruneJournals(_ records: [DeployRecord], keeping releases: Set<ReleaseID>) throws {
    let recent = records.sorted { $0.id < $1.id }.suffix(50)
    let kept = records.filter { record in
      !record.isFinished || recent.contains { $0.id == record.id } || record.release.map(releases.contains) == true
    }
    let gone = Set(records.map(\.id)).subtracting(kept.map(\.id))
    if gone.isEmpty { return }
    try seams.state.prune(keeping: Set(kept.map(\.id)))
    for deploy in gone { try seams.repository.set("refs/nextdeploy/failed/\(deploy)", to: nil) }
  }
}
