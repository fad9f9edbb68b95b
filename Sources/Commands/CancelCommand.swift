import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// `nextdeploy cancel`: ends deploys that are not live yet.
enum CancelCommand {
  static let cancel = ServerCommand.unsettledApp(
    CommandSpec("cancel", [], [.app], "End an app's deploys that run or wait, before they go live")
  ) { _, app in
    let state = app.state
    let deploys = try state.records().filter { !$0.isFinished && state.isRunning($0) }
    if deploys.isEmpty {
      app.terminal.print("\(app.name): nothing is being deployed.")
      return 0
    }
    for deploy in deploys { try state.cancel(deploy, by: asker(app.server)) }
    try wait(for: deploys, state)
    if try records(deploys, state).contains(where: { !$0.isFinished }) { try app.recover() }
    var status: Int32 = 0
    for deploy in try records(deploys, state) {
      let what =
        "\(app.name): the \(deploy.kind.rawValue) of \(deploy.commit?.id.short ?? deploy.release?.description ?? "?")"
      switch deploy.outcome {
      case .live:
        app.terminal.print(
          "\(what) went live before it could be cancelled; 'nextdeploy rollback \(app.name)' goes back.")
        status = 1
      case .failed, .superseded: app.terminal.print("\(what) is cancelled.")
      case nil:
        app.terminal.print("\(what) still ends.")
        status = 1
      }
    }
    return status
  }

  /// Who cancels, in words for the pusher, who may be somebody else.
  private static func asker(_ server: Server) -> String {
    server.rights.key.map { "the key \($0)" } ?? "somebody on the server"
  }

  private static func records(_ deploys: [DeployRecord], _ state: AppDirectory) throws -> [DeployRecord] {
    try state.records().filter { record in deploys.contains { $0.id == record.id } }
  }

  /// Waits for the deploys to end. One that does not check whether it is cancelled is killed, unless it is already
  /// going live.
  private static func wait(for deploys: [DeployRecord], _ state: AppDirectory) throws {
    let began = ContinuousClock.now
    while true {
      let left = try records(deploys, state).filter { !$0.isFinished && state.isRunning($0) }
      if left.isEmpty { return }
      let waited = ContinuousClock.now - began
      if waited > .seconds(60) { return }
      if waited > .seconds(20) { for deploy in left where deploy.canBeEnded { state.kill(deploy) } }
      Pause.for(.milliseconds(50))
    }
  }
}
