import Console
import Deploy
import Host
import Posix

/// What makes and keeps a server: `setup` for the admin, and the commands that the units call.
enum SystemCommands {
  private static let dryRun = CommandSpec.Option("--dry-run", "say what would be changed, and change nothing")

  static let setup = ServerCommand(
    spec: CommandSpec("setup", [], [dryRun], "Make this machine ready: users, directories, units, Caddy; run as root")
  ) { invocation, server in
    let isDryRun = invocation.has(dryRun)
    guard isDryRun || CurrentProcess.isRoot else {
      throw Failure(
        "setting up the server", "that takes root", next: "Run 'sudo nextdeploy setup', or add --dry-run to look only.")
    }
    var environment = server.baseEnvironment
    // A shell that `su` gave may lack the directories of the system's own programs.
    environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    let setup = ServerSetup(isDryRun: isDryRun, environment: environment) {
      server.terminal.print(isDryRun ? "would \($0)" : "\($0)")
    }
    let changes = try setup.run()
    if changes == 0 {
      server.terminal.print("The server is set up; nothing had to be changed.")
    } else if !isDryRun {
      server.terminal.print("The server is set up.")
    }
    return 0
  }
}
