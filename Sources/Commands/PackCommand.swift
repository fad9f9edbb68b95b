import Adapters
import Console
import Deploy
import Git
import Posix

/// `nextdeploy pack`: writes the archive of a project that is built, where it is built.
enum PackCommand {
  static let pack = ServerCommand.server(
    CommandSpec(
      "pack", [.optional("DIR")], [ArchiveFile.option],
      "In a project that is built: write the archive that 'ship' takes",
      details: """
        What is packed is what a release has after a push: a standalone server of Next.js with its .next/static and public/,
        an app with the packages that it needs in production, or a site's pages. The same files become the same bytes.
        As in: npm ci && npm run build && nextdeploy pack | ssh nextdeploy@HOST ship APP
        """),
    reach: .project
  ) { invocation, server in
    let named = invocation.argument(0) ?? "."
    let directory = Files.resolved(named)
    guard try Files.status(directory)?.kind == .directory else {
      throw Failure(
        .usage, "packing \(named)", "there is no such directory",
        next: "Name that of a project which is built; without DIR it is the one that you are in.")
    }
    let file = try invocation.value(ArchiveFile.option).map { try ArchiveFile($0) }
    if file == nil, CurrentProcess.isTerminal(1) {
      throw Failure(
        .usage, "packing \(named)", "standard output is a terminal, where an archive is of no use",
        next: "Name a file, as in 'nextdeploy pack --output app.tar.zst', or hand it on: "
          + "'nextdeploy pack | ssh nextdeploy@HOST ship APP'.")
    }
    CurrentProcess.ignoreBrokenPipes()
    let project = BuiltProject(directory: directory)
    let packing = try Packing(
      project.tree, in: project.files, isCommitted: committed(in: directory),
      events: Events([QuietReporter(terminal: server.terminal)]))
    let packed = try file?.write(packing, of: project) ?? ArchiveFile.writeToOutput(packing, of: project)
    server.terminal.printError("Packed \(packing.framework): \(packed.summary)")
    if let file {
      server.terminal.printError("Ship it: ssh nextdeploy@HOST ship APP < \(file.path)")
    }
    return 0
  }

  /// Tells of a file of the project whether a push would bring it; nil where no git could say.
  private static func committed(in directory: String) throws -> ((String) -> Bool)? {
    let repository: WorkRepository
    do { repository = try WorkRepository(containing: directory) } catch is Failure { return nil }
    let entries = try repository.files().entries
    let top = directory == repository.directory ? "" : "\(directory.dropFirst(repository.directory.count + 1))/"
    return { entries[top + $0] != nil }
  }
}
