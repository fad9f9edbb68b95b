public import Archives
public import Deploy
public import Posix

/// A project that was built in its directory, and is packed from there.
public struct BuiltProject {
  private let directory: String

  /// - Parameter directory: the project's absolute path.
  public init(directory: String) { self.directory = directory }

  /// All of its files.
  public var files: any BuiltFiles { FilesBelow(directory: directory) }

  /// The project's files but for those in node_modules, without links.
  public var tree: any SourceTree { get throws { try DirectoryTree(directory, links: false) } }

  /// Writes the archive; the same files become the same bytes.
  ///
  /// - Parameter others: files that are not packed, wherever they are: the archive itself.
  public func pack(
    _ packing: Packing, to output: consuming FileDescriptor, _ compression: PackedArchive.Compression,
    except others: [Files.Status]
  ) throws -> PackedArchive {
    let top = try Directory(directory)
    var contents = PackedContents(without: others)
    for part in packing.parts { try contents.add(part, of: top) }
    for path in packing.leftOut { if let path = PathBelow(path) { contents.remove(path) } }
    for (path, text) in packing.texts {
      if let path = PathBelow(path) { contents.add(Array(text.utf8), at: path) }
    }
    do {
      // The beginning of time stands for none, as git has none: `ship` gives files the time at which they arrive.
      return try Archive.pack(contents.entries, of: top, to: output, compression)
    } catch let error as ArchiveError {
      throw Failure("packing \(directory)", error.cause, next: error.next)
    }
  }
}
