import SSHAccess
import Console
import Deploy
import Git
import Adapters
import Posix

/// `nextdeploy shell`: what sshd runs for a key, whatever its client asked for.
enum ShellCommand {
  private static let key = CommandSpec.Option("--key", value: "NAME", "the key that its client logged in with")
  private static let root = CommandSpec.Option(
    "--root", value: "DIRECTORY", "nextdeploy's own, where it is not the usual")

  static let shell = ServerCommand.server(
    CommandSpec("shell", [], [key, root], "What sshd runs for a key: pushes, fetches and commands, no shell")
  ) { invocation, server in
    guard let name = invocation.value(key) else {
      throw Failure(
        .usage, "nextdeploy shell", "--key is missing", next: "Let sshd run it: 'nextdeploy key add' says so to it.")
    }
    let (environment, root) = (safe(server.environment), invocation.value(root) ?? Backends.usualRoot)
    let rights = try KeyBindings(layout: Layout(root: root)).rights(of: KeyName(name))
    let asker = Server(environment: environment, root: root, rights: rights)
    var words = try ClientLine.words(server.environment["SSH_ORIGINAL_COMMAND"] ?? "")
    // As it would be typed on the server.
    if words.first == "nextdeploy" { words.removeFirst() }
    if words.isEmpty {
      asker.terminal.printError(asker.help(CommandTable.commands))
      return 1
    }
    if let request = try GitRequest(words) {
      return try answer(request, asker, version: server.environment["GIT_PROTOCOL"])
    }
    return try CommandTable.run(words, asker)
  }

  /// The part of the environment that reaches the commands and git. A client can send variables if sshd lets it
  /// (AcceptEnv), but none of GIT_* and NEXTDEPLOY_* may come from there.
  private static func safe(_ environment: [String: String]) -> [String: String] {
    let names = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "NO_COLOR", "SSH_CONNECTION", Trace.variable]
    return environment.filter { names.contains($0.key) }
  }

  private static func answer(_ request: GitRequest, _ server: Server, version: String?) throws -> Int32 {
    var environment = server.environment
    if let version = GitProtocol.checked(version) { environment["GIT_PROTOCOL"] = version }
    switch request.service {
    case .push:
      try makeIfNew(request.app, server)
      return try PushCommands.receive(
        into: AppContext(finding: request.app.description, for: server), environment: environment)
    case .fetch:
      let repository = try AppContext(finding: request.app.description, for: server).layout.repository
      try server.restrain()
      try CurrentProcess.replace(
        with: Command(
          [try PushCommands.git(server)] + PushCommands.options(BareRepository.frugality)
            + ["upload-pack", "--strict", repository], environment: environment))
    }
  }

  /// The first push to a name creates the app, if the key is for every app.
  private static func makeIfNew(_ app: AppName, _ server: Server) throws {
    guard server.rights.isUnbound, !server.apps.exists(app) else { return }
    do {
      let config = try AppCommands.make(app, branch: BranchName("main"), domains: [], server)
      server.terminal.printError("Made the app \(app). Pushes to main go live at \(server.origin(of: config)).")
    } catch {
      // Another push to the same name may have come first.
      guard server.apps.exists(app) else { throw error }
    }
  }

  static func help(
    _ key: KeyName, _ apps: [AppName]?, _ commands: [ServerCommand], at address: ServerAddress?
  ) -> String {
    let specs = commands.filter(\.reach.isSSH).map(\.spec)
    let names = apps.map { $0.map(\.description).joined(separator: ", ") }
    let whose = names.map { $0.isEmpty ? "no app" : $0 } ?? "every app"
    let repository = "\(address?.inURL ?? "HOST"):\(apps?.first?.description ?? "APP")"
    return """
      This is nextdeploy. The key \(key) is for \(whose). There is no shell; it can

        git push nextdeploy@\(repository) main
        git fetch nextdeploy@\(repository)
        ssh nextdeploy@\(address?.description ?? "HOST") COMMAND [APP] …

      Commands:
      \(Help.list(specs))

      'COMMAND --help' tells more of one. Exit status: 0 done, 1 failed, 2 wrong usage, 3 no such app, release or commit.
      """
  }
}
