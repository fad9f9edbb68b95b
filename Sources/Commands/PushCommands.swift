import SSHAccess
import Console
import Deploy
import Git
import Adapters
import Posix

/// What a push runs on the server: the bare repository's hook, and git's receive-pack around it.
enum PushCommands {
  static let postReceive = ServerCommand.server(
    CommandSpec("hook post-receive", [], [], "What hooks/post-receive runs: deploys what was pushed")
  ) { _, server in
    let start = Trace.now
    // The connection may end while the deploy goes on.
    CurrentProcess.detach()
    CurrentProcess.ignoreBrokenPipes()
    let repository = Files.resolved(server.environment["GIT_DIR"] ?? ".")
    let updates = try RefUpdate.parse(try CurrentProcess.standardInput())
    // git does not tell the pusher how its hook ended; receive-pack, above it, does.
    let reporter = try server.environment[reportVariable].flatMap { Int32($0) }.map {
      try FileDescriptor(inherited: $0)
    }
    try reporter?.write(begun.utf8)
    let (root, name) = try place(of: repository)
    func app(as rights: Rights) -> AppContext {
      AppContext(server: Server(environment: server.environment, root: root, rights: rights), name: name)
    }
    var status: Int32 = 1
    do { status = try deploy(updates, app(as: pusher(root, server.environment))) } catch {
      try takeBack(updates, app(as: .server))
      for line in Reporter.lines(of: Failure(of: error)) { server.terminal.print(line) }
    }
    if status == 0 { try reporter?.write(done.utf8) }
    // The one timeline is receive-pack's.
    if Trace.isOn, reporter != nil {
      Trace.add("nextdeploy hook", since: start)
      try reporter?.write("\n\(Trace.taken().joined(separator: "\n"))".utf8)
    }
    return status
  }

  /// Who pushed: the log of the deploy says no more than they may know.
  private static func pusher(_ root: String, _ environment: [String: String]) throws -> Rights {
    guard let name = environment[keyVariable] else { return .server }
    return try KeyBindings(layout: Layout(root: root)).rights(of: KeyName(name))
  }

  private static func deploy(_ updates: [RefUpdate], _ app: AppContext) throws -> Int32 {
    let branch = try app.config().branch
    var status: Int32 = 0
    for update in updates {
      guard update.ref == branch.ref else {
        let hint =
          update.new == nil || !update.ref.hasPrefix("refs/heads/")
          ? "" : " To deploy it: git push production \(update.shortName):\(branch)"
        app.terminal.print("\(update.shortName): received; only \(branch) is deployed.\(hint)")
        continue
      }
      guard let id = update.new else {
        app.terminal.print("\(branch): deleted; what is live stays live.")
        continue
      }
      status = try app.deploy(.push(app.repository.commit(id.description), previous: update.old))
    }
    return status
  }

  /// Nothing could be deployed, so the branches are moved back and the same push can be repeated.
  private static func takeBack(_ updates: [RefUpdate], _ app: AppContext) throws {
    try app.state.giveUpReserve()
    for update in updates where update.ref.hasPrefix("refs/heads/") {
      if let new = update.new { _ = try app.repository.move(update.ref, from: new, to: update.old) }
    }
  }

  static let receivePack = ServerCommand.server(
    CommandSpec(
      "receive-pack", [.required("REPO")], [], "git's receive-pack, ending non-zero where the deploy failed")
  ) { invocation, server in
    let repository = Files.resolved(invocation.arguments[0])
    let (root, name) = try place(of: repository)
    let server = Server(environment: server.environment, root: root, rights: server.rights)
    return try receive(into: AppContext(server: server, name: name), environment: server.environment)
  }

  /// Runs git's receive-pack on this process's own streams, and returns the exit status for the pusher.
  static func receive(into app: AppContext, environment: [String: String]) throws -> Int32 {
    let server = app.server
    try server.restrain()
    // First of all: it takes most of a small app's push.
    let expected = app.expectDeploy()
    defer { app.giveUp(expected) }
    var environment = environment
    if let key = server.rights.key { environment[keyVariable] = key.description }
    environment[Server.expected] = expected?.instance.description
    let repository = app.layout.repository
    let hooks = try server.backend.hooks(running: server.binary)
    // For pushes that do not arrive this way.
    try HookFile.renew(in: "\(repository)/hooks", running: server.binary, lock: server.layout.hooksLock)
    try app.state.keepReserve()
    try warnOfFullDisk(repository, server.terminal)
    let most = try server.apps.serverConfig().push?.mostBytes ?? PushLimits().mostBytes
    let settings =
      BareRepository.checks + [
        ("core.hooksPath", hooks), ("receive.maxInputSize", String(most)), ("receive.autogc", "false"),
      ]
    let words = [try git(server)] + options(settings + BareRepository.frugality) + ["receive-pack", repository]
    try app.settlePushes()
    let push = try app.beginPush()
    let (status, bytes) = try ChildProcess.run(
      Command(words, environment: environment), reportingTo: reportVariable)
    beginMaintenance(of: repository, server)
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let report = lines.first ?? ""
    Trace.add(noted: lines.dropFirst().map(String.init))
    // Whatever else was killed, this process is still there, and so is the pusher.
    let wasUndone = try app.endPush(push, isDone: report == begun + done)
    if !status.isSuccess { return status.code }
    if wasUndone { return 1 }
    // Nothing is reported if nothing was pushed; a hook that was killed did not run to its end.
    if report.isEmpty { return try app.waitForDeploy(of: push?.tip) }
    return report == begun + done ? 0 : 1
  }

  /// Has git pack what pushes have brought, where that is worth it; no push waits for it.
  private static func beginMaintenance(of repository: String, _ server: Server) {
    do {
      let words = try [git(server)] + options(BareRepository.frugality)
      _ = try ChildProcess(
        Command(
          words + ["--git-dir", repository, "maintenance", "run", "--auto", "--quiet"],
          environment: server.baseEnvironment), output: .null, errors: .null, family: .ownSession)
    } catch {
      // The next push tries again.
      server.warn("packing the repository: \(Failure(of: error))")
    }
  }

  /// git's own messages do not always name the reason.
  private static func warnOfFullDisk(_ repository: String, _ terminal: Terminal) throws {
    let free = try Files.space(repository).free
    guard free < 1 << 20 else { return }
    terminal.printError(
      "warning: only \(free >> 10) KB are free below \(repository): git cannot take much. "
        + "Free space, for example with 'nextdeploy config set keep 2', then push again.")
  }

  /// Settings in the form of git's command line.
  static func options(_ settings: [(key: String, value: String)]) -> [String] {
    settings.flatMap { ["-c", "\($0.key)=\($0.value)"] }
  }

  static func git(_ server: Server) throws -> String {
    guard let git = Command.find("git", path: server.baseEnvironment["PATH"] ?? "") else {
      throw Failure(
        "answering git", "git is not on this machine's PATH", next: "Install git ('apt-get install git').")
    }
    return git
  }

  private static let begun = "begun "
  private static let done = "done"

  /// The variable with the descriptor on which the hook tells receive-pack, bypassing git, how it ended.
  private static let reportVariable = "NEXTDEPLOY_REPORT"

  /// The variable with the key that a push came with, bypassing git.
  private static let keyVariable = "NEXTDEPLOY_KEY"

  /// The root directory and the app of a repository at ROOT/apps/APP/repo.git.
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

/// One line of what git passes to a post-receive hook (githooks(5)).
struct RefUpdate: Equatable {
  /// Nil if the ref is new.
  let old: CommitID?
  /// Nil if the ref was deleted.
  let new: CommitID?
  let ref: String

  /// A name such as "main" or "tag v1".
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
      let ids = try words.prefix(2).map { try CommitID($0) }.map { $0.isNull ? nil : $0 }
      return RefUpdate(old: ids[0], new: ids[1], ref: words[2])
    }
  }
}
