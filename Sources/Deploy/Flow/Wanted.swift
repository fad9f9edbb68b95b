/// A deploy ends, without having failed, because of a newer one.
enum Superseded: Error {
  /// A push has moved the branch on, to this commit; nil if it was deleted.
  case branch(CommitID?)
  /// What came later is live already: it had its turn first.
  case live(Commit)
}

// Whether a deploy that runs is still wanted: it may be cancelled, and a newer push takes its place.
extension Steps {
  /// Throws if the deploy is no longer wanted. From `route` on it is too late for that.
  func requireWanted() throws {
    guard record.step.map({ !$0.isLate }) ?? true else { return }
    if let who = try seams.deploys.cancellation(of: record) { throw cancelled(by: who) }
    // What a release command does to a database is better done to its end.
    guard record.kind == .push, [.plan, .checkout, .install, .build].contains(record.step), let commit = record.commit
    else { return }
    let tip = try seams.refs.target(of: config.branch.ref)
    if tip != commit.id { throw Superseded.branch(tip) }
  }

  /// Throws if what came later had its turn before this deploy, as those who wait for the lock have it in no order.
  func requireNotOvertaken() throws {
    let new: [DeployRecord.Kind] = [.push, .ship]
    guard new.contains(record.kind), let live = try seams.state.live(), live.deploy > record.id,
      let later = try seams.deploys.records().first(where: { $0.id == live.deploy }), new.contains(later.kind)
    else { return }
    throw Superseded.live(live.commit)
  }

  /// Does what `requireWanted` does, for callers that ask all the time: it only looks now and then.
  func requireWantedNowAndThen() throws {
    let now = seams.clock.now
    if let asked, now - asked < .milliseconds(300) { return }
    asked = now
    try requireWanted()
  }

  func cancelled(by who: String) -> Failure {
    Failure(
      "deploying \(app)", "it was cancelled by \(who)", next: "Push again, or run 'nextdeploy rebuild', to have it.")
  }

  /// Undoes what was done, and says which push it gives way to; the branch stays where that push moved it.
  func giveWay(to superseded: Superseded) {
    attempt("undoing the superseded deploy") {
      try Undo(config: config, seams: seams, next: record.commit?.id).run(record)
    }
    attempt("writing the deploy's record") { try end(as: superseded) }
  }

  /// Writes down that the deploy was superseded, and tells the sinks.
  func end(as superseded: Superseded) throws {
    try writer.end(.superseded)
    let newer =
      switch superseded {
      case .branch(let tip?): "\(config.branch) is at \(tip.short) now"
      case .branch(nil): "\(config.branch) was deleted"
      case .live(let commit): "\(commit.id.short) \(commit.subject), which came later, is live"
      }
    seams.events.note("superseded: \(newer); \(record.commit?.id.short ?? "this") is not deployed")
  }
}
