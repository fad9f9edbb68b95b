/// Undoes what a deploy did before `route`, after a failure or a crash.
struct Undo {
  let config: AppConfig
  let seams: Seams
  /// A commit that is about to be deployed: the branch stays at it.
  var next: CommitID?

  /// Tries every part, whatever fails, and throws the first error at the end.
  func run(_ record: DeployRecord) throws {
    var first: (any Error)?
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { first = first ?? error }
    }
    attempt { try seams.deploys.giveUpReserve() }
    var live: LiveRecord?
    attempt { live = try seams.state.live() }
    if let instance = record.instance, instance != live?.instance {
      attempt { try seams.manager.stop(instance) }
    }
    attempt { try seams.releases.removeUnfinished() }
    if record.makesRelease, let release = record.release, release != live?.release {
      attempt { try seams.releases.remove(release) }
      attempt { try seams.files.withdraw(release) }
    }
    attempt { try takeBackPush(record) }
    if let first { throw first }
  }

  /// Moves the branch back to where the push found it, or to what is live if the commit there never was: to what was pushed
  /// last of that, for nobody could push on what stands for an archive.
  func takeBackPush(_ record: DeployRecord) throws {
    guard record.kind == .push, let commit = record.commit, commit.id != next else { return }
    var before = record.previous
    var unknown: (any Error)?
    do {
      let past = try seams.deploys.records().filter { $0.outcome == .live && $0.commit?.hasFiles == true }
      if !past.contains(where: { $0.commit?.id == before }) {
        let live = try seams.state.live()?.commit
        before = live?.hasFiles == true ? live?.id : past.max { $0.order ?? 0 < $1.order ?? 0 }?.commit?.id
      }
    } catch { unknown = error }
    try moveBranchBack(record, commit, to: before)
    if let unknown { throw unknown }
  }

  /// Moves the branch back, so that the same commit can be pushed again; the commit stays reachable.
  private func moveBranchBack(_ record: DeployRecord, _ commit: Commit, to before: CommitID?) throws {
    let isReachable = Result { try seams.refs.set("refs/nextdeploy/failed/\(record.id)", to: commit.id) }
    // Where a newer push has moved it on, it is that push's affair; where the commit is live, it is right.
    if commit.id != before { _ = try seams.refs.move(config.branch.ref, from: commit.id, to: before) }
    try isReachable.get()
  }
}
