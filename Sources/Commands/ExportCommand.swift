import SSHAccess
import Adapters
import Archives
import Console
import Deploy
import Git
import Posix

/// `nextdeploy export`: writes a release as the archive that `ship` takes, or for other engines; or a backup of the server.
enum ExportCommand {
  private static let output = CommandSpec.Option(
    "--output", short: "-o", value: "PATH",
    "where it goes: FILE.tar.zst, FILE.tar.gz or FILE.tar; with --as a folder that is made (default: standard output)")

  static let export = ServerCommand.serverOrApp(
    CommandSpec(
      "export", [.optionalApp("APP"), .optional("RELEASE")], [output, engine] + BackupCommands.options,
      "Write a release for another server or engine, or a backup of the whole server",
      details: """
        Without RELEASE it is the live one. As in: ssh nextdeploy@OLD export APP | ssh nextdeploy@NEW ship APP. The app's
        variables, its settings and what is in persistent paths are not in it.

        \(engineDetails)

        A backup has all of it, as in: sudo nextdeploy
        export --all > backup. Without another option the terminal is asked for a passphrase.
        """), settles: true
  ) { invocation, server, find in
    if BackupCommands.isWanted(invocation) {
      try refuse([output, engine], invocation, "is for one app", next: "A backup goes to standard output.")
      return try BackupCommands.export(invocation, server)
    }
    try refuse(
      BackupCommands.options, invocation, "is for a backup; what is exported of one app is not encrypted",
      next: "Leave it out, or give --all instead of an app.")
    let app = try find()
    let attempt = "exporting \(app.name)"
    let id = try invocation.argument(1).map { try ReleaseID($0) }
    if let engine = try engine(of: invocation, app) {
      return try export(id, of: app, for: engine, to: invocation.value(output))
    }
    let target = try invocation.value(output).map { path in
      guard app.server.rights == .server else {
        throw Failure(
          .usage, attempt, "a file on the server is of no use to a key",
          next: "Leave --output out: 'ssh nextdeploy@HOST export \(app.name) > \(app.name).tar.zst'.")
      }
      return try ArchiveFile(path)
    }
    if target == nil, CurrentProcess.isTerminal(1) {
      throw Failure(
        .usage, attempt, "standard output is a terminal, where an archive is of no use",
        next: "Give it a file, as in 'nextdeploy export \(app.name) > \(app.name).tar.zst', or hand it on: "
          + "'nextdeploy export \(app.name) | ssh nextdeploy@HOST ship \(app.name)'.")
    }
    CurrentProcess.ignoreBrokenPipes()
    try app.server.restrain()
    let found = try release(id, of: app, attempt)
    defer { found.discard() }
    let release = found.record
    let project = BuiltProject(directory: found.layout.directory)
    let packing = try Packing(
      release, builtFrom: app.repository.tree(builtInto: release),
      in: ReleaseLayout.filesName, files: found.files,
      events: Events([QuietReporter(terminal: app.terminal)]))
    let packed = try target?.write(packing, of: project) ?? ArchiveFile.writeToOutput(packing, of: project)
    app.terminal.printError(
      "Exported the release \(release.id) of \(app.name), \(packing.framework): \(packed.summary)")
    return 0
  }

  /// Nobody is to believe that an option was heeded.
  private static func refuse(
    _ options: [CommandSpec.Option], _ invocation: Invocation, _ cause: String, next: String
  ) throws {
    guard let given = options.first(where: { invocation.has($0) }) else { return }
    throw Failure(.usage, "reading 'export'", "\(given.name) \(cause)", next: next)
  }

  static func release(_ id: ReleaseID?, of app: AppContext, _ attempt: String) throws -> ExportedRelease {
    guard let id = try id ?? app.state.live()?.release else {
      throw Failure(.notFound, attempt, "nothing of it is live yet", next: "Push it, or name a release.")
    }
    let known = try app.releases.list() + app.releases.archived().map(\.release)
    let release = try Deployment.release(id, "exporting the release \(id) of \(app.name)", among: known)
    return try app.releases.exported(release) {
      app.terminal.printError("waiting: releases of \(app.name) are being packed or exported")
    }
  }
}
