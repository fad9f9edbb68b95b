import Adapters
import Archives
import Console
import Deploy
import Git
import Posix

/// `nextdeploy pack`: writes the archive of a project that is built, where it is built.
enum PackCommand {
  private static let output = CommandSpec.Option(
    "--output", short: "-o", value: "FILE",
    "where the archive goes: FILE.tar.zst, FILE.tar.gz or FILE.tar (default: standard output, compressed with zstd)")

  static let pack = ServerCommand.server(
    CommandSpec(
      "pack", [.optional("DIR")], [output], "In a project that is built: write the archive that 'ship' takes",
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
    let file = try invocation.value(output).map { try Target($0) }
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
    let packed = try file?.write(packing, of: project) ?? write(packing, of: project)
    server.terminal.printError(
      "Packed \(packing.framework): \(packed.entries) files and directories, \(max(1, packed.bytes >> 20)) MB; archive "
        + "\(packed.sha256.prefix(12))")
    if let file {
      server.terminal.printError("Ship it: ssh nextdeploy@HOST ship APP < \(file.path)")
    }
    return 0
  }

  private static func write(_ packing: Packing, of project: BuiltProject) throws -> PackedArchive {
    let output = try FileDescriptor(inherited: 1)
    let own = try output.status()
    return try project.pack(packing, to: output, .zstd, except: own.kind == .file ? [own] : [])
  }

  /// Tells of a file of the project whether a push would bring it; nil where no git could say.
  private static func committed(in directory: String) throws -> ((String) -> Bool)? {
    let repository: WorkRepository
    do { repository = try WorkRepository(containing: directory) } catch is Failure { return nil }
    let entries = try repository.files().entries
    let top = directory == repository.directory ? "" : "\(directory.dropFirst(repository.directory.count + 1))/"
    return { entries[top + $0] != nil }
  }

  /// A file that becomes an archive.
  private struct Target {
    let path: String
    private let compression: PackedArchive.Compression

    init(_ path: String) throws {
      self.path = path
      if path.hasSuffix(".tar.zst") {
        compression = .zstd
      } else if path.hasSuffix(".tar.gz") || path.hasSuffix(".tgz") {
        compression = .gzip
      } else if path.hasSuffix(".tar") {
        compression = .none
      } else {
        throw Failure(
          .usage, "packing into \(path)", "its name does not say how it is compressed",
          next: "End it in .tar.zst, .tar.gz or .tar.")
      }
    }

    /// What is there is replaced once the archive is whole.
    func write(_ packing: Packing, of project: BuiltProject) throws -> PackedArchive {
      let beside = "\(path).new"
      let earlier = try Files.status(Files.resolved(path))
      do {
        let output = try FileDescriptor(path: beside, .replace)
        let own = try output.status()
        let packed = try project.pack(packing, to: output, compression, except: [own] + [earlier].compactMap(\.self))
        try Files.rename(beside, to: path)
        return packed
      } catch {
        // The first error is the one to tell.
        try? Files.remove(beside)
        throw error
      }
    }
  }
}
