import CGit2
public import Deploy
import Posix

/// A commit's tree, read from the repository's objects.
public struct CommitTree: SourceTree {
  /// The id of the tree object.
  public let id: CommitID
  /// All files, links and submodules in the tree, by path from its top.
  public let entries: [String: TreeEntry]
  let repository: String

  init(_ repository: borrowing RepositoryHandle, path: String, id: CommitID, most: Int) throws {
    self.id = id
    self.repository = path
    var entries: [String: TreeEntry] = [:]
    for directory in try TreeReader.read(repository, id, most: most) {
      for file in directory.files {
        let path = String(path: directory.path.appending(file.name).bytes)
        // They differ as bytes, but one would hide the other from everything that reads the tree by path.
        let entry = TreeEntry(path: path, kind: file.kind, id: try CommitID(file.id))
        if let twin = entries.updateValue(entry, forKey: path) { throw Self.oneText(twin.path, path) }
      }
    }
    self.entries = entries
  }

  private static func oneText(_ first: String, _ second: String) -> Failure {
    Failure(
      "reading the pushed files", "\(first.quoted) and \(second.quoted) are two files whose paths are the same text",
      next: "Rename or remove one of them ('git ls-files' shows the bytes of both), then push again.")
  }

  /// Reads the entry's blob from the repository; nil if it is larger than the limit.
  public func bytes(of entry: TreeEntry, atMost limit: Int) throws -> [UInt8]? {
    try RepositoryHandle(opening: repository).blob(try entry.id.oid, atMost: limit)
  }
}
