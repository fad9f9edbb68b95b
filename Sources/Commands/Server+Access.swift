import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// Who may do what; nothing here restricts a user on the server itself.
extension Server {
  var bindings: KeyBindings { KeyBindings(layout: layout) }

  /// Where the user's ssh client found this server; nil if they did not connect with ssh.
  var connection: ServerAddress? { ServerAddress(sshConnection: environment["SSH_CONNECTION"]) }

  /// The same, for others to use: nil if it is this machine's own loopback address.
  var address: ServerAddress? { connection.flatMap { $0.isLoopback ? nil : $0 } }

  func keys() throws -> KeyRing {
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw Failure(
        "looking for authorized_keys", "HOME names no directory", next: "Set HOME to the home of the user nextdeploy.")
    }
    return KeyRing(layout: layout, home: home)
  }

  /// The apps that the user may see.
  func visibleApps() throws -> [AppName] { try apps.names().filter(rights.allows) }

  /// Whether a word names one of the user's apps.
  func isApp(_ word: String) -> Bool {
    guard let app = try? AppName(word) else { return false }
    return rights.allows(app) && apps.exists(app)
  }

  /// Refuses a command that the user cannot run from where they are.
  func require(_ command: ServerCommand) throws(Failure) {
    guard case .key = rights, !command.reach.isSSH else { return }
    if command.reach == .project {
      throw Failure(
        .usage, "running '\(command.spec.name)'", "it is for a project on your own machine, and there is none here",
        next: "Run it there, in the project's directory.")
    }
    throw Failure(
      .usage, "running '\(command.spec.name)'", "it is not for use over ssh",
      next: "Run it on the server itself, as the user nextdeploy.")
  }

  /// The help, with the commands that the user can run from where they are.
  func help(_ commands: [ServerCommand]) -> String {
    switch rights {
    case .server: Help.all(commands.map(\.spec))
    case .key(let name, let apps): ShellCommand.help(name, apps, commands, at: address)
    }
  }

  /// The help of the commands that begin with a word, of those that the user can run from where they are.
  func help(_ commands: [ServerCommand], in group: String) throws -> String {
    let own = commands.filter { $0.spec.isPart(of: group) }
    guard case .key = rights else { return Help.group(group, of: own.map(\.spec)) }
    let allowed = own.filter(\.reach.isSSH)
    if allowed.isEmpty, let first = own.first { try require(first) }
    return Help.group(group, of: allowed.map(\.spec))
  }
}
