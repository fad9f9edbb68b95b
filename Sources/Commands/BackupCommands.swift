import Adapters
import Console
import Deploy
import Git
import Posix
import SSHAccess

/// `nextdeploy export --all` and `nextdeploy import`: a whole server into one stream, and back.
enum BackupCommands {
  static let all = CommandSpec.Option("--all", "a backup of the whole server, encrypted, on standard output")
  static let recipient = CommandSpec.Option(
    "--recipient", value: "AGE1…", isRepeatable: true, "with --all: encrypt for the owner of this key of age's")
  static let unencrypted = CommandSpec.Option(
    "--unencrypted", "with --all: do not encrypt; for a program behind a pipe that does")
  static let passphraseFile = CommandSpec.Option(
    "--passphrase-file", value: "FILE", "the passphrase is the first line of this file (default: the terminal is asked)"
  )
  static let passphraseDescriptor = CommandSpec.Option(
    "--passphrase-fd", value: "N", "the same of an open descriptor, as in '--passphrase-fd 3 3< FILE'")
  private static let identity = CommandSpec.Option(
    "--identity", value: "FILE", "the private key of age's, for a backup that was made with --recipient")
  private static let app = CommandSpec.Option(
    "--app", value: "APP", isRepeatable: true, "take only this app of it; more than one may be given")

  /// What `export` takes besides.
  static let options = [all, recipient, passphraseFile, passphraseDescriptor, unencrypted]

  // MARK: Export

  /// Whether an export is to be a backup, which root makes as root: apps may have closed files to all others.
  static func isWanted(_ invocation: Invocation) -> Bool { invocation.has(all) }

  static func export(_ invocation: Invocation, _ server: Server) throws -> Int32 {
    let attempt = "exporting the server"
    guard server.rights == .server else {
      throw Failure(
        .usage, attempt, "it is not for use over ssh: all secrets of the server are in it",
        next: "Run it on the server itself: 'sudo nextdeploy export --all'.")
    }
    guard invocation.argument(0) == nil else {
      throw Failure(.usage, attempt, "an app is named, too", next: "Give --all, or the app.")
    }
    guard !CurrentProcess.isTerminal(1) else {
      throw Failure(
        .usage, attempt, "standard output is a terminal, where a backup is of no use",
        next: "Give it a file: 'nextdeploy export --all > backup'.")
    }
    CurrentProcess.ignoreBrokenPipes()
    var output = try SealedOutput(
      seal(invocation, server, attempt), to: FileDescriptor(copying: 1), environment: server.baseEnvironment)
    let owner = CurrentProcess.isRoot ? server.backend.owner : nil
    let keys = owner.flatMap { Accounts.user(named: $0) }.map { KeyRing(layout: server.layout, home: $0.home) }
    let summary: BackupWriter.Summary
    do {
      summary = try BackupWriter(layout: server.layout) { server.warn($0) }.write(
        server.apps.names(), keys: (keys ?? server.keys()).list(), to: output.take()
      ) { app, file in
        try BareRepository(path: server.layout.app(app).repository).writeBundle(to: file, as: owner)
      }
    } catch let error as SystemError where error.isPermission && !CurrentProcess.isRoot {
      throw Failure(
        attempt, "\(error)", next: "An app has closed it to all but itself: 'sudo nextdeploy export --all'.")
    } catch let error as SystemError where error.isBrokenPipe {
      // Who encrypts it has ended first, and knows why.
      try output.finish()
      throw error
    }
    try output.finish()
    server.terminal.printError(
      "Exported \(count(summary.apps, "app")): \(summary.entries) files and directories, \(max(1, summary.bytes >> 20)) MB."
    )
    return 0
  }

  private static func seal(_ invocation: Invocation, _ server: Server, _ attempt: String) throws -> Seal {
    let recipients = invocation.values(recipient)
    let given = [!recipients.isEmpty, invocation.has(unencrypted), hasPassphrase(invocation)].count { $0 }
    if given > 1 {
      throw Failure(.usage, attempt, "there are several ways to encrypt it", next: "Give one.")
    }
    if invocation.has(unencrypted) { return .none }
    if !recipients.isEmpty { return .recipients(recipients) }
    return .passphrase(try passphrase(invocation, server, attempt, isNew: true))
  }

  // MARK: Import

  static let importAll = ServerCommand.server(
    CommandSpec(
      "import", [], [app, passphraseFile, passphraseDescriptor, identity],
      "Put all apps of a backup live, read from standard input",
      details: """
        The backup is what 'nextdeploy export --all' wrote. No app of it may be there yet. As in:
        sudo nextdeploy import < backup
        """), isRoots: true
  ) { invocation, server in
    guard !CurrentProcess.isTerminal(0) else {
      throw Failure(
        .usage, "importing a backup", "standard input is a terminal, where a backup is expected",
        next: "Give it one: 'nextdeploy import < backup'.")
    }
    if CurrentProcess.isRoot, let owner = server.backend.owner { return try importing(as: owner, invocation, server) }
    let began = ContinuousClock.now
    CurrentProcess.ignoreBrokenPipes()
    try Files.makeDirectory(server.layout.root)
    guard let lock = try FileLock(ifFree: server.layout.importLock) else {
      throw Failure("importing a backup", "another import runs", next: "Wait for its end.")
    }
    return try lock.hold {
      try StagedBackup.clear(server.layout)
      do {
        let backup = try stage(invocation, server)
        try StagedBackup.clear(server.layout)
        return try start(backup, server, since: began)
      } catch {
        // The first error is the one to tell; the next import removes what cannot be removed now.
        try? StagedBackup.clear(server.layout)
        throw error
      }
    }
  }

  /// Has the server's owner do it, who alone reads what is in the backup; root then gives apps what they kept.
  private static func importing(as owner: String, _ invocation: Invocation, _ server: Server) throws -> Int32 {
    let before = Set(try server.apps.names())
    let others = [app, identity].flatMap { option in invocation.values(option).flatMap { [option.name, $0] } }
    let words = try ["import"] + openedByRoot(invocation) + others
    let status = try ChildProcess(server.command(words, as: owner), input: .inherited).wait()
    for app in try server.apps.names() where !before.contains(app) {
      // The app runs already, and may disturb it.
      do { try server.backend.files(of: app, tell: server.warn).giveKept() } catch {
        server.warn("giving \(app) what it kept: \(Failure(of: error))")
      }
    }
    return status.code
  }

  /// Unpacks, checks and completes a backup, and moves its apps to their place.
  private static func stage(_ invocation: Invocation, _ server: Server) throws -> BackupManifest {
    var input = try SealedInput(
      from: FileDescriptor(copying: 0), environment: server.baseEnvironment, identity: invocation.value(identity)
    ) { try passphrase(invocation, server, "reading the backup", isNew: false) }
    var backup = try StagedBackup(unpacking: input.take(), for: server.layout)
    try input.finish()
    if invocation.has(app) { try backup.take(only: invocation.values(app).map { try AppName($0) }) }
    try backup.requireFree(server.apps)
    try backup.complete {
      server.backend.files(of: $0, tell: server.warn)
    } makeRepository: { app, path, config, bundle in
      try AppCommands.makeRepository(at: path, branch: config.branch, server)
      if let bundle { try BareRepository(path: path).takeBundle(bundle) }
    }
    try backup.commit(to: server.apps, server.warn)
    for key in backup.manifest.keys {
      do { try add(key, server) } catch { server.warn("adding the key \(key.name.quoted): \(Failure(of: error))") }
    }
    return backup.manifest
  }

  private static func add(_ key: BackupManifest.Key, _ server: Server) throws {
    let (name, ring) = (try KeyName(key.name), try server.keys())
    if try ring.list().contains(where: { $0.name == name }) { return }
    let root = server.layout.root == Backends.usualRoot ? nil : server.layout.root
    try ring.add(
      name, PublicKey(key.key), apps: key.apps, running: ForcedCommand(binary: server.binary, key: name, root: root))
  }

  /// Puts each app's release live that was; what does not start stays, to be looked at.
  private static func start(
    _ backup: BackupManifest, _ server: Server, since began: ContinuousClock.Instant
  ) throws -> Int32 {
    var (live, failed): ([AppName], [AppName]) = ([], [])
    for app in backup.apps {
      guard let release = app.live else { continue }
      let context = AppContext(server: server, name: app.name)
      do {
        try prepare(release, of: context)
        let status = try context.deploy(.rollback(release))
        if status == 0 { live.append(app.name) } else { failed.append(app.name) }
      } catch {
        failed.append(app.name)
        for line in Reporter.lines(of: Failure(of: error)) { server.terminal.printError("\(app.name): \(line)") }
      }
    }
    let took = (ContinuousClock.now - began) / .seconds(1)
    server.terminal.print(
      "Imported \(count(backup.apps.count, "app")), \(live.count) live, in \((took * 100).rounded() / 100) s.")
    for app in failed {
      server.terminal.printError(
        "\(app) is imported, but not live: correct what it says above, then 'nextdeploy releases \(app)' "
          + "and 'nextdeploy rollback \(app) RELEASE'.")
    }
    return failed.isEmpty ? 0 : 1
  }

  /// Brings what the release needs and a backup does not have: its Node or Bun, and its files where Caddy serves them.
  private static func prepare(_ id: ReleaseID, of app: AppContext) throws {
    guard let release = try app.releases.list().first(where: { $0.id == id }) else { return }
    let runtimes = "\(app.server.layout.runtimes)/"
    for tool in release.process?.runtimes ?? [] where tool.path.hasPrefix(runtimes) && !Files.exists(tool.path) {
      guard let runtime = Runtime(rawValue: tool.name) else { continue }
      let need = RuntimeNeed(runtime, [RuntimeWish(try RuntimeRequest(tool.version), source: "")])
      _ = try app.server.installer { app.terminal.print($0) }.install(need)
    }
    if let site = release.site {
      try app.files.prepare()
      for warning in try app.seams().files.publish(site, of: id).warnings { app.server.warn(warning) }
    }
  }

  private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
}
