import SSHAccess
import Console
import Deploy
import Posix

/// A command: how and from where it is called, what it is about, and what it does. It returns the exit status.
struct ServerCommand: Sendable {
  /// From where a command can be run.
  enum Reach: Sendable {
    /// Only on the server: it grants access, removes something for good, or is part of a push.
    case server
    /// Also over ssh with a key, as far as the key's rights go.
    case ssh
    /// In an app's own repository, on any machine.
    case project
    /// In an app's own repository, and over ssh with a key.
    case projectAndSSH

    var isProject: Bool { self == .project || self == .projectAndSSH }
    var isSSH: Bool { self == .ssh || self == .projectAndSSH }
  }

  /// What a command is about. Whoever runs the command (`CommandTable`) finds the app, because it knows which apps the
  /// user may access.
  enum Subject: Sendable {
    /// One app, which is first recovered from a crash.
    case app(@Sendable (Invocation, AppContext) throws -> Int32)
    /// One app as it is, whatever is wrong with it.
    case unsettledApp(@Sendable (Invocation, AppContext) throws -> Int32)
    /// The server, or a project; `find` returns the named app if the command is about one, recovered or as it is.
    case server(settles: Bool, @Sendable (Invocation, Server, _ find: () throws -> AppContext) throws -> Int32)
  }

  let spec: CommandSpec
  let reach: Reach
  /// Whether root runs it as root, even if the server belongs to another user.
  var isRoots = false
  let subject: Subject

  /// A command about one app.
  static func app(
    _ spec: CommandSpec, reach: Reach = .ssh, run: @escaping @Sendable (Invocation, AppContext) throws -> Int32
  ) -> ServerCommand { ServerCommand(spec: spec, reach: reach, subject: .app(run)) }

  /// A command about one app as it is, whatever is wrong with it.
  static func unsettledApp(
    _ spec: CommandSpec, reach: Reach = .ssh, run: @escaping @Sendable (Invocation, AppContext) throws -> Int32
  ) -> ServerCommand { ServerCommand(spec: spec, reach: reach, subject: .unsettledApp(run)) }

  /// A command about the server, or a project.
  static func server(
    _ spec: CommandSpec, reach: Reach = .server, isRoots: Bool = false,
    run: @escaping @Sendable (Invocation, Server) throws -> Int32
  ) -> ServerCommand {
    ServerCommand(
      spec: spec, reach: reach, isRoots: isRoots,
      subject: .server(settles: false) { invocation, server, _ in try run(invocation, server) })
  }

  /// A command about the server, and about an app if one is named or there is only one.
  static func serverOrApp(
    _ spec: CommandSpec, reach: Reach = .ssh, isRoots: Bool = false, settles: Bool = false,
    run: @escaping @Sendable (Invocation, Server, _ find: () throws -> AppContext) throws -> Int32
  ) -> ServerCommand {
    ServerCommand(spec: spec, reach: reach, isRoots: isRoots, subject: .server(settles: settles, run))
  }
}

/// All commands; parsing and help follow from this table.
public enum CommandTable {
  static let commands: [ServerCommand] = [
    ProjectCommands.initialize, CICommands.generate, PackCommand.pack,
    AppCommands.create, AppCommands.list, AppCommands.show, AppCommands.remove,
    ConfigCommands.show, ConfigCommands.set, ConfigCommands.unset,
    EnvCommands.list, EnvCommands.set, EnvCommands.unset, EnvCommands.importFile,
    EnvCommands.build,
    DeployCommands.rebuild, DeployCommands.rollback, DeployCommands.restart,
    ShipCommand.ship, ExportCommand.export, BackupCommands.importAll, CancelCommand.cancel,
    InspectCommands.releases, InspectCommands.status, InspectCommands.logs, InspectCommands.plan,
    DoctorCommand.doctor,
    RuntimeCommands.install, RuntimeCommands.list, RuntimeCommands.remove,
    KeyCommands.add, KeyCommands.list, KeyCommands.remove,
    PushCommands.postReceive, PushCommands.receivePack, ShellCommand.shell,
    ProgramCommand.program, ArchiveCommand.packReleases, SystemCommands.setup, SystemCommands.launch,
    SystemCommands.drain, SystemCommands.keepPorts,
    SystemCommands.runBuild, SystemCommands.runFiles, SystemCommands.runCheckOut, SystemCommands.boot,
  ]

  /// Runs a command line (without the program's name) and returns the exit status.
  public static func run(_ line: [String]) -> Int32 {
    let environment = CurrentProcess.environment
    let terminal = Terminal(environment: environment)
    let start = Trace.now
    defer {
      if Trace.isOn, let text = Trace.text(of: "nextdeploy \(line.first ?? "")", since: start) {
        terminal.printError(text)
      }
    }
    do { return try run(line, Server(environment: environment, rights: .server)) } catch {
      let failure = Failure(of: error)
      for line in Reporter.lines(of: failure) { terminal.printError(line) }
      return failure.exitCode
    }
  }

  /// Runs a command line within the user's rights.
  static func run(_ line: [String], _ server: Server) throws -> Int32 {
    let specs = commands.map(\.spec)
    switch try Invocation.parse(line, specs, isApp: server.isApp) {
    case .version: server.terminal.print("nextdeploy \(version)")
    case .help(let name):
      server.terminal.print(specs.first { $0.name == name }.map(Help.one) ?? server.help(commands))
    case .groupHelp(let name): server.terminal.print(try server.help(commands, in: name))
    case .run(let invocation):
      guard let command = commands.first(where: { $0.spec.name == invocation.command }) else { return 2 }
      try server.require(command)
      let isRoots = command.isRoots || BackupCommands.isWanted(invocation)
      if !isRoots && !command.reach.isProject { try server.leaveRoot(line, invocation) }
      return try run(command, invocation, server)
    }
    return 0
  }

  private static func run(_ command: ServerCommand, _ invocation: Invocation, _ server: Server) throws -> Int32 {
    func find() throws -> AppContext {
      try AppContext(finding: command.spec.app(of: invocation), for: server)
    }
    func settled() throws -> AppContext {
      let app = try find()
      try app.recoverIfNeeded()
      return app
    }
    switch command.subject {
    case .app(let run): return try run(invocation, settled())
    case .unsettledApp(let run): return try run(invocation, find())
    case .server(let settles, let run): return try run(invocation, server, settles ? settled : find)
    }
  }

  /// The version of this build of nextdeploy, as `--version` prints it.
  public static let version = "0.1.0"
}
