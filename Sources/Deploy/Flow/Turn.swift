// Waiting for one's turn: an app has one deploy at a time.
extension Deployment {
  /// Runs `work` once no other deploy of the app runs. Of the pushes that wait only the newest gets its turn.
  func inTurn(_ work: () throws -> Void) throws {
    var told = false
    while true {
      let done: Void? = try seams.state.inTurn {
        if try !supersede() { try work() }
      }
      if done != nil { return }
      if try supersede() { return }
      if !told, let holder = try holder() {
        seams.progress.note("waiting for \(holder)")
        told = true
      }
      seams.pause(0.1)
    }
  }

  /// Ends this deploy if a newer push has moved the branch on.
  private func supersede() throws -> Bool {
    guard record.kind == .push, let commit = record.commit else { return false }
    let tip = try seams.repository.target(of: config.branch.ref)
    if tip == commit.id { return false }
    record.outcome = .superseded
    record.finishedAt = seams.state.timestamp()
    try seams.state.save(record, durable: false)
    let newer = tip.map { "\(config.branch) is at \($0.short) now" } ?? "\(config.branch) was deleted"
    seams.progress.note("superseded: \(newer); \(commit.id.short) is not deployed")
    return true
  }

  private func holder() throws -> String? {
    let running = try seams.state.records().last { $0.id != record.id && !$0.isFinished && $0.step != nil }
    return running.map { other in
      let what = other.commit.map { "\($0.id.short) \($0.subject)" } ?? "release \(other.release?.description ?? "?")"
      return "the \(other.kind.rawValue) of \(what), which began at \(other.startedAt)"
    }
  }
}
