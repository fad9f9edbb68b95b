import Console
import Deploy
import Git
import Adapters
import Posix

/// What sets up and maintains a server: `setup` for the admin, and the commands that the units call.
enum SystemCommands {
  private static let dryRun = CommandSpec.Option("--dry-run", "say what would be changed, and change nothing")

  static let setup = ServerCommand.server(
    CommandSpec("setup", [], [dryRun], "Make this machine ready: users, directories, units, Caddy; run as root"),
    isRoots: true
  ) { invocation, server in
    let isDryRun = invocation.has(dryRun)
    guard isDryRun || CurrentProcess.isRoot else {
      throw Failure(
        "setting up the server", "that takes root", next: "Run 'sudo nextdeploy setup', or add --dry-run to look only.")
    }
    var environment = server.baseEnvironment
    // A shell that `su` gave may lack the directories of the system's own programs.
    environment["PATH"] = Command.systemPath
    let setup = ServerSetup(isDryRun: isDryRun, environment: environment) {
      server.terminal.print(isDryRun ? "would \($0)" : "\($0)")
    }
    let changes = try setup.run()
    if changes == 0 {
      server.terminal.print("The server is set up; nothing had to be changed.")
    } else if !isDryRun {
      server.terminal.print("The server is set up.")
    }
    if !setup.isSystemdRunning {
      server.terminal.print(
        "systemd does not run here: this is for when it does, as in an image that is being built. Without it nothing has "
          + "to be set up (docs/install.md).")
    }
    return 0
  }
  // MARK: What the units call

  private static let instance = CommandSpec.Argument.required("APP:PORT")

  static let launch = ServerCommand.server(
    CommandSpec("launch", [instance], [], "What nextdeploy@.service starts", isHidden: true)
  ) { invocation, server in
    do {
      return try InstanceRun(InstanceID(invocation.arguments[0]), layout: server.layout)
        .run { server.terminal.printError("nextdeploy: \($0)") }
    } catch {
      for line in Reporter.lines(of: Failure(of: error)) { server.terminal.printError(line) }
      return InstanceRun.cannotRun
    }
  }

  static let drain = ServerCommand.server(
    CommandSpec("drain", [instance], [], "What nextdeploy@.service stops with", isHidden: true)
  ) { invocation, server in
    try InstanceRun(InstanceID(invocation.arguments[0]), layout: server.layout)
      .stop(InstanceRun.mainProcess(in: server.environment), exit: InstanceRun.exit(in: server.environment))
    return 0
  }

  static let keepPorts = ServerCommand.server(
    CommandSpec(
      "keep-ports", [], [], "What nextdeploy-ports.service runs, as root: keeps each port for its app", isHidden: true),
    isRoots: true
  ) { _, _ in
    try PortRule.install()
    return 0
  }

  static let runBuild = ServerCommand.server(
    CommandSpec("run-build", [.required("APP")], [], "What nextdeploy-build@.service starts", isHidden: true)
  ) { invocation, server in
    try BuildRun(AppName(invocation.arguments[0]), layout: server.layout).run()
  }

  static let runFiles = ServerCommand.server(
    CommandSpec("run-files", [.required("APP")], [], "What nextdeploy-files@.service starts", isHidden: true)
  ) { invocation, server in
    try FilesRun(AppName(invocation.arguments[0]), layout: server.layout).run {
      commit, limits, repository, workspace, index in
      try BareRepository(path: repository, limits: { limits }).checkout(commit, into: workspace, index: index)
    }
    return 0
  }

  static let runCheckOut = ServerCommand.server(
    CommandSpec(
      "run-checkout", [.required("APP"), .required("COMMIT"), .required("PARENT")], [],
      "What checks out a commit that needs no build", isHidden: true)
  ) { invocation, server in
    let limits = try server.apps.serverConfig().push ?? PushLimits()
    let app = try AppName(invocation.arguments[0])
    try ConfinedCheckOut(server.layout.app(app)).confined(by: Int32(invocation.arguments[2]) ?? 0) {
      path, directory, index in
      let repository = BareRepository(path: path, limits: { limits })
      return try repository.checkout(
        repository.commit(invocation.arguments[1]), into: directory, index: index, isForBuild: false)
    }
    return 0
  }

  static let boot = ServerCommand.server(
    CommandSpec("boot", [], [], "What nextdeploy-boot.service runs: brings the apps back", isHidden: true)
  ) { _, server in
    // Nothing waits for an instance to start while the machine boots.
    let server = Server(environment: server.environment, rights: server.rights, isBooting: true)
    var status: Int32 = 0
    // Whatever is wrong with one app, the others come back.
    for app in try server.apps.names() {
      do { try AppContext(server: server, name: app).recover() } catch {
        status = 1
        for line in Reporter.lines(of: Failure(of: error)) { server.terminal.printError("\(app): \(line)") }
      }
    }
    return status
  }
}
