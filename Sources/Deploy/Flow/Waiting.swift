// Waiting for the app's lock: an app has one deploy at a time.
extension Steps {
  /// Runs `work` once no other deploy of the app is running. Of the pushes that wait, only the newest gets to.
  func withDeployLock(_ work: () throws -> Void) throws {
    var told = false
    while true {
      let done: Void? = try seams.lock.withDeployLock {
        if try !supersede() { try work() }
      }
      if done != nil { return }
      if try supersede() { return }
      if try endIfCancelled() { return }
      if !told, let holder = try holder() {
        seams.events.note("waiting for \(holder)")
        told = true
      }
      seams.clock.pause(0.1)
    }
  }

  /// Ends this deploy if a newer push has moved the branch on.
  private func supersede() throws -> Bool {
    guard record.kind == .push, let commit = record.commit else { return false }
    let tip = try seams.refs.target(of: config.branch.ref)
    if tip == commit.id { return false }
    try end(as: .branch(tip))
    return true
  }

  /// Ends this deploy if it is cancelled while it waits. So far only the push has happened, and everything else
  /// belongs to the deploy that holds the lock.
  private func endIfCancelled() throws -> Bool {
    guard let who = try seams.deploys.cancellation(of: record) else { return false }
    let failure = cancelled(by: who)
    attempt("moving the branch back") { try Undo(config: config, seams: seams).takeBackPush(record) }
    try writer.end(.failed, failure)
    seams.events.emit(.failed(.plan, failure, live: try seams.state.live()?.release))
    return true
  }

  private func holder() throws -> String? {
    let running = try seams.deploys.records().last { $0.id != record.id && !$0.isFinished && $0.step != nil }
    return running.map { other in
      let what = other.commit.map { "\($0.id.short) \($0.subject)" } ?? "release \(other.release?.description ?? "?")"
      return "the \(other.kind.rawValue) of \(what), which began at \(other.startedAt)"
    }
  }
}
