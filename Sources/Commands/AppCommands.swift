import SSHAccess
import Console
import Deploy
import Git
import Hooks
import Adapters
import Posix

/// `nextdeploy app …`: making apps, listing them, taking them away.
enum AppCommands {
  private static let domain = CommandSpec.Option(
    "--domain", value: "D", isRepeatable: true, "a domain of the app; more than one may be given")
  private static let branch = CommandSpec.Option(
    "--branch", value: "NAME", "the branch whose pushes are deployed (default: main)")

  static let create = ServerCommand(
    spec: CommandSpec("app create", [.required("NAME")], [domain, branch], "Make an app, and say how to push to it"),
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

  /// Makes an app with its repository and hook.
  static func make(_ app: AppName, branch: BranchName, domains: [Domain], _ server: Server) throws -> AppConfig {
    try server.apps.create(app, branch: branch, domains: domains) { path in
      _ = try BareRepository.create(path: path, branch: branch)
      try Files.makeDirectory("\(path)/hooks")
      try Files.write(Hooks.postReceive(binary: server.binary), to: "\(path)/hooks/post-receive", mode: 0o755)
    }
  }

  /// How to push to an app: from anywhere, and from where the asker is if that is the server.
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

  private static func row(_ app: AppName, _ server: Server) throws -> Row {
    let config = try server.apps.config(of: app)
    return Row(
      name: app, url: server.origin(of: config).description, branch: config.branch, domains: config.domains,
      port: config.port,
      keep: config.keep, repository: server.layout.app(app).repository, live: try server.state(of: app).live())
  }

  static let list = ServerCommand(spec: CommandSpec("app list", [], [.json], "List the apps"), reach: .ssh) {
    invocation, server in
    let rows = try server.visibleApps().map { try row($0, server) }
    if invocation.has(.json) {
      try server.terminal.printJSON(rows)
      return 0
    }
    if rows.isEmpty { server.terminal.print("There is no app yet. Make one with 'nextdeploy app create NAME'.") }
    let table = rows.map { [$0.name.description, $0.url, $0.live.map { "\($0.release)" } ?? "nothing live yet"] }
    for line in TextTable.lines(table) { server.terminal.print(line) }
    return 0
  }

  static let show = ServerCommand(
    spec: CommandSpec("app show", [.required("NAME")], [.json], "Show what is known of an app"), reach: .ssh
  ) { invocation, server in
    let row = try row(server.app(invocation.arguments[0]), server)
    if invocation.has(.json) {
      try server.terminal.printJSON(row)
      return 0
    }
    let live = row.live.map { "\($0.release) (\($0.commit.id.short) \($0.commit.subject)) since \($0.since)" }
    let lines = TextTable.lines([
      ["app", row.name.description], ["url", row.url], ["branch", row.branch.description],
      ["repository", row.repository], ["live", live ?? "nothing yet"],
    ])
    for line in lines { server.terminal.print(line) }
    return 0
  }

  static let remove = ServerCommand(
    spec: CommandSpec("app remove", [.required("NAME")], [], "Stop an app and remove all it has on this server")
  ) { invocation, server in
    let app = try server.find(invocation.arguments[0])
    let removed: Void? = try server.state(of: app).inTurn {
      try server.proxy().remove(app)
      let manager = try server.manager()
      for instance in try manager.instances(of: app) { try manager.stop(instance) }
      try server.runner(of: app).endLeftovers()
      try server.apps.remove(app, server.leftovers(of: app) { server.terminal.printError("warning: \($0)") })
      try server.bindings.forget(app)
      if try server.apps.names().isEmpty { try server.caddy.stop() }
    }
    guard removed != nil else {
      throw Failure(
        "removing \(app)", "a deploy of it is running",
        next: "Wait for its end, or end it with 'nextdeploy cancel \(app)', then try again.")
    }
    server.terminal.print("Removed \(app).")
    return 0
  }
}
