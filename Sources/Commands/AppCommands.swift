import SSHAccess
import Console
import Deploy
import Git
import Adapters
import Posix

/// `nextdeploy app …`: creates, lists, shows and removes apps.
enum AppCommands {
  private static let domain = CommandSpec.Option(
    "--domain", value: "D", isRepeatable: true, "a domain of the app; more than one may be given")
  private static let branch = CommandSpec.Option(
    "--branch", value: "NAME", "the branch whose pushes are deployed (default: main)")

  static let create = ServerCommand.server(
    CommandSpec("app create", [.required("NAME")], [domain, branch], "Make an app, and say how to push to it"),
    reach: .ssh
  ) { invocation, server in
    let app = try AppName(invocation.arguments[0])
    try server.rights.requireUnbound("creating the app \(app)")
    let config = try make(
      app, branch: BranchName(invocation.value(branch) ?? "main"),
      domains: invocation.values(domain).map { try Domain($0) }.uniqued(), server)
    server.terminal.print("Created \(app). In the app's own repository\(remotes(app, config, server))")
    server.terminal.print("\nIt will be at \(server.origin(of: config)).")
    return 0
  }

  /// Creates an app with its repository and hook.
  static func make(_ app: AppName, branch: BranchName, domains: [Domain], _ server: Server) throws -> AppConfig {
    try server.apps.create(app, branch: branch, domains: domains) { path in
      try makeRepository(at: path, branch: branch, server)
    }
  }

  /// Makes an app's repository with its hook.
  static func makeRepository(at path: String, branch: BranchName, _ server: Server) throws {
    _ = try BareRepository.create(path: path, branch: branch)
    try Files.makeDirectory("\(path)/hooks")
    try HookFile.renew(in: "\(path)/hooks", running: server.binary, lock: server.layout.hooksLock)
  }

  /// How to push to an app: from anywhere, and from the user's own machine if that is the server.
  private static func remotes(_ app: AppName, _ config: AppConfig, _ server: Server) -> String {
    let withName = server.address == nil ? ", with this server's name for HOST" : ""
    let ssh = """
        git remote add production nextdeploy@\(server.address?.inURL ?? "HOST"):\(app)
        git push production \(config.branch)
      """
    if case .key = server.rights { return "\(withName):\n\n\(ssh)" }
    let onPath = Command.find("nextdeploy", path: server.environment["PATH"] ?? "").map(Files.resolved)
    let program = onPath == server.binary ? "nextdeploy" : server.binary
    return """
      , on this machine:

        git remote add production \(server.layout.app(app).repository)
        git config remote.production.receivepack '\(program) receive-pack'
        git push production \(config.branch)

      or on another one, with a key that 'nextdeploy key add' was given\(withName):

      \(ssh)
      """
  }

  private struct Row: Encodable {
    let name: AppName
    let url: String
    let branch: BranchName
    let domains: [Domain]
    let port: Port
    let keep: Int
    let repository: String
    let live: LiveRecord?
  }

  private static func row(_ app: AppContext) throws -> Row {
    let config = try app.config()
    return Row(
      name: app.name, url: app.server.origin(of: config).description, branch: config.branch, domains: config.domains,
      port: config.port, keep: config.keep, repository: app.layout.repository, live: try app.state.live())
  }

  static let list = ServerCommand.server(CommandSpec("app list", [], [.json], "List the apps"), reach: .ssh) {
    invocation, server in
    let rows = try server.visibleApps().map { try row(AppContext(server: server, name: $0)) }
    try server.terminal.show(rows, invocation) {
      if rows.isEmpty { return ["There is no app yet. Make one with 'nextdeploy app create NAME'."] }
      return TextTable.lines(
        rows.map { [$0.name.description, $0.url, $0.live.map { "\($0.release)" } ?? "nothing live yet"] })
    }
    return 0
  }

  static let show = ServerCommand.app(
    CommandSpec("app show", [.app("NAME")], [.json], "Show what is known of an app")
  ) { invocation, app in
    let row = try row(app)
    try app.terminal.show(row, invocation) {
      let live = row.live.map { "\($0.release) (\($0.commit.id.short) \($0.commit.subject)) since \($0.since)" }
      return TextTable.lines([
        ["app", row.name.description], ["url", row.url], ["branch", row.branch.description],
        ["repository", row.repository], ["live", live ?? "nothing yet"],
      ])
    }
    return 0
  }

  static let remove = ServerCommand.unsettledApp(
    CommandSpec("app remove", [.app("NAME")], [], "Stop an app and remove all it has on this server"),
    reach: .server
  ) { _, app in
    let (name, server) = (app.name, app.server)
    let removed: Void? = try app.state.withDeployLock {
      try server.proxy().remove(name)
      let services = try server.services()
      for instance in try services.instances(of: name) { try services.stop(instance) }
      try app.runner().endLeftovers()
      try server.apps.remove(name, app.leftovers(server.warn))
      try server.bindings.forget(name)
      if try server.apps.names().isEmpty { try server.backend.caddy.stop() }
    }
    guard removed != nil else {
      throw Failure(
        "removing \(name)", "a deploy of it is running",
        next: "Wait for its end, or end it with 'nextdeploy cancel \(name)', then try again.")
    }
    server.terminal.print("Removed \(name).")
    return 0
  }
}
