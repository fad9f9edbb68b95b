import Console
import Deploy
import Adapters
import Posix

/// How a server's parts are run: by systemd, or by nextdeploy itself where systemd is not.
enum Machine {
  case systemd, embedded

  /// The units know the usual root, and can work for no other.
  init(root: String) {
    self = root == Server.usualRoot && Files.exists("/run/systemd/system") ? .systemd : .embedded
  }
}

extension Server {
  /// Where systemd runs the apps, everything is the user nextdeploy's: for root, the command is run as that user.
  func leaveRoot(_ line: [String], _ invocation: Invocation) throws {
    guard machine == .systemd, CurrentProcess.isRoot else { return }
    guard let user = Accounts.user(named: "nextdeploy") else {
      throw Failure("running as the user nextdeploy", "there is no such user", next: "Run 'nextdeploy setup' first.")
    }
    var environment = environment
    environment["HOME"] = user.home
    environment["USER"] = "nextdeploy"
    environment["LOGNAME"] = "nextdeploy"
    environment["PATH"] = baseEnvironment["PATH"]
    let line = try KeyCommands.openedByRoot(invocation) ?? line
    try CurrentProcess.replace(
      with: Command(["runuser", "-u", "nextdeploy", "--", binary] + line, environment: environment))
  }
}
