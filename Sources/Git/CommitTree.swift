import CGit2
public import Deploy
import Posix

/// A commit's tree, read from the repository's objects.
public struct CommitTree: SourceTree {
  public let id: CommitID
  public let entries: [String: TreeEntry]
  let repository: String

  init(_ repository: borrowing RepositoryHandle, path: String, id: CommitID, most: Int) throws {
    self.id = id
    self.repository = path
    var entries: [String: TreeEntry] = [:]
    for directory in try TreeReader.read(repository, id, most: most) {
      for file in directory.files {
        let path = directory.path.appending(file.name).description
        entries[path] = TreeEntry(path: path, kind: file.kind, id: try CommitID(file.id))
      }
    }
    self.entries = entries
  }

  public func bytes(of entry: TreeEntry, atMost limit: Int) throws -> [UInt8]? {
    try RepositoryHandle(opening: repository).blob(try entry.id.oid, atMost: limit)
  }
}
