import Console
import Deploy
import Posix

/// A command: how it is called, and what it does. It returns the exit status.
struct ServerCommand: Sendable {
  /// From where it can be run.
  enum Reach: Sendable {
    /// On the server alone: it gives access away, takes something away for good, or is part of a push.
    case server
    /// With a key over ssh too. It finds its apps by `Server.find`, which knows which ones are the key's.
    case ssh
    /// In an app's own repository, on whatever machine that is.
    case project
    /// In an app's own repository, and with a key over ssh.
    case projectAndSSH

    var isProject: Bool { self == .project || self == .projectAndSSH }
    var isSSH: Bool { self == .ssh || self == .projectAndSSH }
  }

  let spec: CommandSpec
  let reach: Reach
  let run: @Sendable (Invocation, Server) throws -> Int32

  init(
    spec: CommandSpec, reach: Reach = .server, run: @escaping @Sendable (Invocation, Server) throws -> Int32
  ) {
    self.spec = spec
    self.reach = reach
    self.run = run
  }
}

/// All commands. Parsing and help are made from this table.
public enum CommandTable {
  static let commands: [ServerCommand] = [
    ProjectCommands.initialize, CICommands.generate,
    AppCommands.create, AppCommands.list, AppCommands.show, AppCommands.remove,
    ConfigCommands.show, ConfigCommands.set, ConfigCommands.unset,
    EnvCommands.list, EnvCommands.set, EnvCommands.unset, EnvCommands.importFile,
    DeployCommands.rebuild, DeployCommands.rollback, DeployCommands.restart,
    CancelCommand.cancel,
    InspectCommands.releases, InspectCommands.status, InspectCommands.logs, InspectCommands.plan,
    DoctorCommand.doctor,
    KeyCommands.add, KeyCommands.list, KeyCommands.remove,
    PushCommands.postReceive, PushCommands.receivePack, ShellCommand.shell,
    SystemCommands.setup, SystemCommands.launch, SystemCommands.drain, SystemCommands.keepPorts,
    SystemCommands.runBuild, SystemCommands.runFiles, SystemCommands.boot,
  ]

  /// Runs a command line (without the program's name) and returns the exit status.
  public static func run(_ line: [String]) -> Int32 {
    let environment = CurrentProcess.environment
    let terminal = Terminal(environment: environment)
    do { return try run(line, Server(environment: environment)) } catch {
      let failure = Failure(of: error)
      for line in Reporter.lines(of: failure) { terminal.printError(line) }
      return failure.exitCode
    }
  }

  /// Runs a command line as far as the asker's rights go.
  static func run(_ line: [String], _ server: Server) throws -> Int32 {
    let specs = commands.map(\.spec)
    switch try Invocation.parse(line, specs, isApp: server.isApp) {
    case .version: server.terminal.print("nextdeploy \(version)")
    case .help(let name):
      server.terminal.print(specs.first { $0.name == name }.map(Help.one) ?? server.help(commands))
    case .run(let invocation):
      guard let command = commands.first(where: { $0.spec.name == invocation.command }) else { return 2 }
      try server.require(command)
      // Only root can make a server, and only root sees all of it; what is done in a project is its owner's.
      if ![SystemCommands.setup, SystemCommands.keepPorts, DoctorCommand.doctor].map(\.spec.name).contains(
        command.spec.name),
        !command.reach.isProject
      {
        try server.leaveRoot(line, invocation)
      }
      return try command.run(invocation, server)
    }
    return 0
  }

  public static let version = "0.1.0"
}
