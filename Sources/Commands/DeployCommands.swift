import Console
import Deploy
import Git
import Host
import Posix

/// `nextdeploy rebuild` and `rollback`: deploys without a push.
enum DeployCommands {
  private static let clean = CommandSpec.Option("--clean", "start from an empty workspace, node_modules included")

  static let rebuild = ServerCommand(
    spec: CommandSpec(
      "rebuild", [.required("SHA")], [.app, clean], "Build and deploy any commit of the app's repository")
  ) { invocation, server in
    let app = try server.app(invocation.value(.app))
    let commit = try server.repository(of: app).commit(invocation.arguments[0])
    return try deploy(.rebuild(commit, clean: invocation.has(clean)), app, server)
  }

  static let rollback = ServerCommand(
    spec: CommandSpec(
      "rollback", [.optional("RELEASE")], [.app], "Put an older release live again, without a build")
  ) { invocation, server in
    let app = try server.app(invocation.value(.app))
    let releases = try server.releases(of: app).list()
    let id = try invocation.argument(0).map { try ReleaseID($0) } ?? previous(app, releases.map(\.id), server)
    guard let release = releases.first(where: { $0.id == id }) else {
      throw Failure(
        .notFound, "rolling \(app) back to \(id)", "there is no such release",
        next: NearestName.hint(id.description, among: releases.map(\.id.description)))
    }
    return try deploy(.rollback(release), app, server)
  }

  private static func previous(_ app: AppName, _ releases: [ReleaseID], _ server: Server) throws -> ReleaseID {
    let state = server.state(of: app)
    let history = History(try state.records())
    guard let live = try state.live(),
      let target = history.rollbackTarget(live: live.release, available: Set(releases))
    else {
      throw Failure(
        .notFound, "rolling \(app) back", "no release was live before the one that is",
        next: "Name one that 'nextdeploy releases' lists.")
    }
    return target
  }

  /// Deploys and returns the exit status. What there is to say is said while it happens.
  static func deploy(_ request: Deployment.Request, _ app: AppName, _ server: Server) throws -> Int32 {
    CurrentProcess.ignoreBrokenPipes()
    let config = try server.apps.config(of: app)
    let record = try Deployment.run(request, app: app, config: config, state: server.state(of: app)) { record in
      try server.seams(of: app, log: server.layout.app(app).deployLog(record.id))
    }
    return record.outcome == .failed ? record.failure?.exitCode ?? 1 : 0
  }
}
