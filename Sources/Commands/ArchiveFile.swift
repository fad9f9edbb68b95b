import Adapters
import Archives
import Console
import Deploy
import Posix

/// A file that becomes an archive; its name says how it is compressed.
struct ArchiveFile {
  static let option = CommandSpec.Option(
    "--output", short: "-o", value: "FILE",
    "where the archive goes: FILE.tar.zst, FILE.tar.gz or FILE.tar (default: standard output, compressed with zstd)")

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

  /// Writes the archive to standard output.
  static func writeToOutput(_ packing: Packing, of project: BuiltProject) throws -> PackedArchive {
    let output = try FileDescriptor(inherited: 1)
    let own = try output.status()
    return try project.pack(packing, to: output, .zstd, except: own.kind == .file ? [own] : [])
  }
}

extension PackedArchive {
  /// What is in it, in words.
  var summary: String {
    "\(entries) files and directories, \(max(1, bytes >> 20)) MB; archive \(sha256.prefix(12))"
  }
}
