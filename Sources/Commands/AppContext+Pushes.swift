import Console
import Deploy
import Git
import Adapters
import Posix

extension AppContext {
  /// Cleans up what a crash left of pushes and deploys. This must happen before git says where the branch is, because a
  /// pusher whose commit is there already is told that everything is up to date.
  func settlePushes() throws {
    if try !state.interruptedRecords().isEmpty { try recover() }
    for push in try state.interruptedPushes() { _ = try undo(push) }
  }

  /// Records the push; nil if the app's settings cannot be read (the hook reports it and undoes the push) or the disk
  /// is full (git refuses the push).
  func beginPush() throws -> PushRecord? {
    guard let branch = try? config().branch else { return nil }
    let push = PushRecord(
      branch: branch, tip: try repository.target(of: branch.ref), last: try state.lastID())
    do { try state.begin(push) } catch let error as SystemError where error.isDiskFull { return nil }
    return push
  }

  /// Begins with the deploy of what is being pushed while git receives that, unless the app is being deployed.
  func expectDeploy() -> (any ExpectedDeploy)? {
    do {
      let ports = try server.apps.serverConfig().ports
      return try state.withDeployLock {
        try server.backend.expectDeploy(
          of: name, withInstance: state.live()?.instance != nil, on: ports, limits: server.limits)
      } ?? nil
    } catch {
      // The deploy itself says what it cannot do; without this it only takes longer.
      server.warn("beginning with the deploy: \(Failure(of: error))")
      return nil
    }
  }

  /// Gives up what was begun and no deploy has gone on with.
  func giveUp(_ expected: (any ExpectedDeploy)?) {
    do { try expected?.end() } catch { server.warn("giving up what was begun: \(Failure(of: error))") }
  }

  /// - Parameter isDone: whether the hook ran to its end.
  /// - Returns: whether the push was undone because no deploy of it had begun.
  func endPush(_ push: PushRecord?, isDone: Bool) throws -> Bool {
    guard let push else { return false }
    if isDone {
      try state.end(push)
      return false
    }
    if try !state.interruptedRecords().isEmpty { try recover() }
    return try state.interruptedPushes().contains(push) && undo(push)
  }

  /// Waits for the deploy of a commit that git calls up to date, if an earlier push whose connection ended left one
  /// running: up to date does not mean that it goes live.
  ///
  /// - Parameter tip: where the branch was when git told the pusher; the commit's deploy may have failed since.
  /// - Returns: the exit status for the pusher.
  func waitForDeploy(of tip: CommitID?) throws -> Int32 {
    guard let tip, let deploy = try state.records().last(where: { $0.commit?.id == tip }) else { return 0 }
    if !deploy.isFinished && state.isRunning(deploy) {
      terminal.printError(
        "\(tip.short) is being deployed since \(deploy.startedAt), by an earlier push; waiting for it ...")
      while state.isRunning(deploy), try state.record(deploy.id)?.isFinished == false { Pause.for(.milliseconds(100)) }
      if try state.record(deploy.id)?.isFinished == false { try recover() }
    } else if try repository.target(of: config().branch.ref) == tip {
      return 0
    }
    let ended = try state.record(deploy.id)
    if let failure = ended?.failure { for line in Reporter.lines(of: failure) { terminal.printError(line) } }
    if ended?.outcome == .live { terminal.printError("live: \(try origin())") }
    return ended?.outcome == .failed ? 1 : 0
  }

  /// Undoes a push that no deploy has begun with; false if there is nothing to undo.
  private func undo(_ push: PushRecord) throws -> Bool {
    let undone: Bool? = try state.withDeployLock {
      guard let tip = try repository.target(of: push.branch.ref), tip != push.tip,
        try !state.records().contains(where: { $0.commit?.id == tip && push.isBefore($0) })
      else { return false }
      try recovery().undoPush(of: try repository.commit(tip.description), previous: push.tip)
      return true
    }
    // If another deploy of the app runs, the next push cleans up.
    if undone != nil { try state.end(push) }
    return undone ?? false
  }
}
