import Console
import Deploy
import Git
import Host
import Posix

/// What a push runs on the server: the hook of the bare repository, and git's receive-pack around it.
enum PushCommands {
  static let postReceive = ServerCommand(
    spec: CommandSpec("hook post-receive", [], [], "What hooks/post-receive runs: deploys what was pushed")
  ) { _, server in
    // The connection may end while the deploy goes on.
    CurrentProcess.detach()
    CurrentProcess.ignoreBrokenPipes()
    let repository = Files.resolved(server.environment["GIT_DIR"] ?? ".")
    let (root, app) = try place(of: repository)
    let server = Server(environment: server.environment, root: root)
    let config = try server.apps.config(of: app)
    var status: Int32 = 0
    for update in try RefUpdate.parse(try CurrentProcess.standardInput()) {
      guard update.ref == config.branch.ref else {
        server.terminal.print("\(update.shortName): received; only \(config.branch) is deployed.")
        continue
      }
      guard let id = update.new else {
        server.terminal.print("\(config.branch): deleted; what is live stays live.")
        continue
      }
      let connection = server.environment[connectionVariable]
      let commit = try server.repository(of: app).commit(id.description)
      status = try DeployCommands.deploy(.push(commit, connection: connection), app, server)
    }
    return status
  }

  static let receivePack = ServerCommand(
    spec: CommandSpec(
      "receive-pack", [.required("REPO")], [], "git's receive-pack, ending non-zero where the deploy failed")
  ) { invocation, server in
    let repository = Files.resolved(invocation.arguments[0])
    let (root, app) = try place(of: repository)
    let server = Server(environment: server.environment, root: root)
    guard let git = Command.find("git", path: server.baseEnvironment["PATH"] ?? "") else {
      throw Failure(
        "receiving the push", "git is not on this machine's PATH", next: "Install git ('apt-get install git').")
    }
    var generator = SystemRandomNumberGenerator()
    let connection = String(generator.next(), radix: 16)
    var environment = server.environment
    environment[connectionVariable] = connection
    let command = Command([git, "receive-pack", repository], environment: environment)
    let status = try ChildProcess(command, input: .inherited).wait()
    guard status.isSuccess else { return status.code }
    let deploys = try server.state(of: app).records().filter { $0.push == connection }
    return deploys.contains { $0.outcome == .failed } ? 1 : 0
  }

  /// Ties a deploy to the connection that it came over, from receive-pack through git to the hook.
  private static let connectionVariable = "NEXTDEPLOY_PUSH"

  /// The root directory and the app of a repository, ROOT/apps/APP/repo.git.
  private static func place(of repository: String) throws -> (root: String, app: AppName) {
    let parts = repository.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4, parts.last == "repo.git", parts[parts.count - 3] == "apps",
      let app = try? AppName(parts[parts.count - 2]), Files.exists(repository)
    else {
      throw Failure(
        .notFound, "finding the app of \(repository.quoted)", "it is not the repository of an app",
        next: "Use the path that 'nextdeploy app show NAME' prints.")
    }
    return (parts.dropLast(3).joined(separator: "/"), app)
  }
}

/// One line of what git tells a post-receive hook (githooks(5)).
struct RefUpdate: Equatable {
  /// Nil where the ref was deleted.
  let new: CommitID?
  let ref: String

  /// As in "main", or "tag v1".
  var shortName: String {
    for (prefix, kind) in [("refs/heads/", ""), ("refs/tags/", "tag ")] where ref.hasPrefix(prefix) {
      return kind + ref.dropFirst(prefix.count)
    }
    return ref
  }

  static func parse(_ text: String) throws -> [RefUpdate] {
    try text.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard words.count == 3 else {
        throw Failure(
          .usage, "reading what was pushed", "\(String(line).quoted) is not 'OLD NEW REF'",
          next: "Let git run the hook.")
      }
      let new = try CommitID(words[1])
      return RefUpdate(new: new.isNull ? nil : new, ref: words[2])
    }
  }
}
