import Archives
public import Deploy
public import Posix

/// A project that was built in its directory, and is packed from there.
public struct BuiltProject: BuiltFiles {
  /// The absolute path of the project.
  public let directory: String
  private var files: FilesBelow { FilesBelow(directory: directory) }

  /// - Parameter directory: the project's absolute path.
  public init(directory: String) { self.directory = directory }

  /// Reads a file; nil if there is none, and throws if it is too large.
  public func text(_ path: String) throws -> String? { try files.text(path) }
  /// Whether a path leads to something in the project.
  public func exists(_ path: String) -> Bool { files.exists(path) }
  /// The sorted names in a directory; empty if it is none.
  public func list(_ path: String) throws -> [String] { try files.list(path) }

  /// The project's files but for those in node_modules, without links.
  public var tree: any SourceTree { get throws { try DirectoryTree(directory, links: false) } }

  /// How an archive is compressed.
  public enum Compression: Sendable { case zstd, gzip, none }

  /// What was packed.
  public struct Packed: Sendable {
    /// The SHA-256 of the archive, in hexadecimal digits.
    public let sha256: String
    /// How many files, links and directories are in it.
    public let entries: Int
    /// The bytes that its files have.
    public let bytes: Int
  }

  /// Writes the archive; the same files become the same bytes.
  ///
  /// - Parameter others: files that are not packed, wherever they are: the archive itself.
  public func pack(
    _ packing: Packing, to output: consuming FileDescriptor, _ compression: Compression, except others: [Files.Status]
  ) throws -> Packed {
    let top = try Directory(directory)
    var contents = PackedContents(without: others)
    for part in packing.parts { try contents.add(part, of: top) }
    for path in packing.leftOut { if let path = PathBelow(path) { contents.remove(path) } }
    for (path, text) in packing.texts {
      if let path = PathBelow(path) { contents.add(Array(text.utf8), at: path) }
    }
    do {
      // The beginning of time stands for none, as git has none: `ship` gives files the time at which they arrive.
      let packed = try Archive.pack(
        contents.entries, of: top, to: output, PackedArchive.Compression(compression), time: 0)
      return Packed(sha256: packed.sha256, entries: packed.entries, bytes: Int(packed.bytes))
    } catch let error as ArchiveError {
      throw Failure("packing \(directory)", error.cause, next: error.next)
    }
  }
}

extension PackedArchive.Compression {
  fileprivate init(_ compression: BuiltProject.Compression) {
    switch compression {
    case .zstd: self = .zstd
    case .gzip: self = .gzip
    case .none: self = .none
    }
  }
}
