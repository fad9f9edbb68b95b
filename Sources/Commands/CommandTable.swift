import Console
import Deploy
import Posix

/// A command: how it is called, and what it does. It returns the exit status.
struct ServerCommand: Sendable {
  let spec: CommandSpec
  let run: @Sendable (Invocation, Server) throws -> Int32
}

/// All commands. Parsing and help are made from this table.
public enum CommandTable {
  static let commands: [ServerCommand] = [
    AppCommands.create, AppCommands.list, AppCommands.show, AppCommands.remove,
    ConfigCommands.show, ConfigCommands.set, ConfigCommands.unset,
    DeployCommands.rebuild, DeployCommands.rollback,
    InspectCommands.releases, InspectCommands.status, InspectCommands.logs, InspectCommands.plan,
    PushCommands.postReceive, PushCommands.receivePack,
    SystemCommands.setup, SystemCommands.launch, SystemCommands.drain, SystemCommands.runBuild, SystemCommands.boot,
  ]

  /// Runs a command line (without the program's name) and returns the exit status.
  public static func run(_ line: [String]) -> Int32 {
    let environment = CurrentProcess.environment
    let terminal = Terminal(environment: environment)
    let specs = commands.map(\.spec)
    do {
      switch try Invocation.parse(line, specs) {
      case .version: terminal.print("nextdeploy \(version)")
      case .help(let name):
        terminal.print(specs.first { $0.name == name }.map(Help.one) ?? Help.all(specs))
      case .run(let invocation):
        guard let command = commands.first(where: { $0.spec.name == invocation.command }) else { return 2 }
        let server = Server(environment: environment)
        if command.spec.name != SystemCommands.setup.spec.name { try server.leaveRoot(line) }
        return try command.run(invocation, server)
      }
      return 0
    } catch {
      let failure = Failure(of: error)
      for line in Reporter.lines(of: failure) { terminal.printError(line) }
      return failure.exitCode
    }
  }

  public static let version = "0.1.0"
}
