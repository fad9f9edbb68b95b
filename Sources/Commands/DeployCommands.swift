import Console
import Deploy
import Git
import Adapters
import Posix

/// `nextdeploy rebuild`, `rollback` and `restart`: deploys without a push.
enum DeployCommands {
  private static let clean = CommandSpec.Option("--clean", "start from an empty workspace, node_modules included")

  static let rebuild = ServerCommand(
    spec: CommandSpec(
      "rebuild", [.optional("SHA")], [.app, clean],
      "Build and deploy any commit of the app's repository; without one, what is live"), reach: .ssh
  ) { invocation, server in
    let app = try server.app(invocation.value(.app))
    guard let name = try invocation.argument(0) ?? server.state(of: app).live()?.commit.id.description else {
      throw Failure(.notFound, "rebuilding \(app)", "nothing of it is live yet", next: "Push it, or name a commit.")
    }
    let commit = try server.repository(of: app).commit(name)
    return try deploy(.rebuild(commit, clean: invocation.has(clean)), app, server)
  }

  static let rollback = ServerCommand(
    spec: CommandSpec(
      "rollback", [.optional("RELEASE")], [.app], "Put an older release live again, without a build"), reach: .ssh
  ) { invocation, server in
    let app = try server.app(invocation.value(.app))
    let id = try invocation.argument(0).map { try ReleaseID($0) }
    return try deploy(.rollback(id), app, server)
  }

  static let restart = ServerCommand(
    spec: CommandSpec(
      "restart", [], [.app], "Start the live release again, with the environment as it is now and without downtime"),
    reach: .ssh
  ) { invocation, server in
    try deploy(.restart, try server.app(invocation.value(.app)), server)
  }

  /// Deploys and returns the exit status. What there is to say is said while it happens.
  static func deploy(_ request: Deployment.Request, _ app: AppName, _ server: Server) throws -> Int32 {
    CurrentProcess.ignoreBrokenPipes()
    try server.restrain()
    let record = try Deployment.run(request, app: app, state: server.state(of: app)) { record in
      try server.seams(of: app, log: server.layout.app(app).deployLog(record.id))
    }
    return record.outcome == .failed ? record.failure?.exitCode ?? 1 : 0
  }
}
