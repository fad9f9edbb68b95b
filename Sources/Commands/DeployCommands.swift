import Adapters
import Git
import Console
import Deploy

/// `nextdeploy rebuild`, `rollback` and `restart`: deploys without a push.
enum DeployCommands {
  private static let clean = CommandSpec.Option("--clean", "start from an empty workspace, node_modules included")

  static let rebuild = ServerCommand.app(
    CommandSpec(
      "rebuild", [.optional("SHA")], [.app, clean],
      "Build and deploy any commit of the app's repository; without one, what is live")
  ) { invocation, app in
    guard let name = try invocation.argument(0) ?? app.state.live()?.commit.id.description else {
      throw Failure(
        .notFound, "rebuilding \(app.name)", "nothing of it is live yet", next: "Push it, or name a commit.")
    }
    let commit = try app.repository.commit(name)
    if !commit.hasFiles {
      throw Failure(
        "rebuilding \(app.name)", "\(commit.id.short) (\(commit.subject)) stands for what was built elsewhere",
        next: "Ship it again, or name a commit that was pushed.")
    }
    return try app.deploy(.rebuild(commit, clean: invocation.has(clean)))
  }

  static let rollback = ServerCommand.app(
    CommandSpec("rollback", [.optional("RELEASE")], [.app], "Put an older release live again, without a build")
  ) { invocation, app in
    let id = try invocation.argument(0).map { try ReleaseID($0) }
    // A mistyped id is no deploy that failed.
    if let id {
      let releases = try app.releases.list() + app.releases.archived().map(\.release)
      try Deployment.release(id, toRollBack: app.name, among: releases)
    }
    return try app.deploy(.rollback(id))
  }

  static let restart = ServerCommand.app(
    CommandSpec(
      "restart", [], [.app], "Start the live release again, with the environment as it is now and without downtime")
  ) { _, app in try app.deploy(.restart) }
}
