import CGit2
public import Deploy

/// A commit's tree, read from the repository's objects.
public struct CommitTree: SourceTree {
  public let id: CommitID
  public let entries: [String: TreeEntry]
  let repository: String

  init(_ repository: borrowing RepositoryHandle, path: String, id: CommitID) throws {
    self.id = id
    self.repository = path
    let tree = try ObjectHandle(repository, id, GIT_OBJECT_TREE)
    let walk = Walk()
    let status = unsafe git_tree_walk(
      tree.pointer, GIT_TREEWALK_PRE,
      { directory, entry, payload in
        guard let directory = unsafe directory, let entry = unsafe entry, let payload = unsafe payload else {
          return -1
        }
        let walk = unsafe Unmanaged<Walk>.fromOpaque(payload).takeUnretainedValue()
        return unsafe walk.visit(String(cString: directory), entry)
      }, Unmanaged.passUnretained(walk).toOpaque())
    if let error = walk.error { throw error }
    try check("reading the tree", id.description, status)
    entries = walk.entries
  }

  public func bytes(of entry: TreeEntry) throws -> [UInt8] {
    let handle = try RepositoryHandle(opening: repository)
    return try ObjectHandle(handle, entry.id, GIT_OBJECT_BLOB).content
  }
}

/// Collects what a walk through a tree comes by.
private final class Walk {
  var entries: [String: TreeEntry] = [:]
  var error: Failure?

  func visit(_ directory: String, _ entry: OpaquePointer) -> Int32 {
    let kind: TreeEntry.Kind
    switch unsafe git_tree_entry_filemode(entry) {
    case GIT_FILEMODE_TREE: return 0
    case GIT_FILEMODE_LINK: kind = .link
    case GIT_FILEMODE_COMMIT: kind = .submodule
    case GIT_FILEMODE_BLOB_EXECUTABLE: kind = .executable
    default: kind = .file
    }
    let path = unsafe directory + String(cString: git_tree_entry_name(entry))
    do {
      entries[path] = TreeEntry(path: path, kind: kind, id: unsafe try CommitID(git_tree_entry_id(entry).pointee))
      return 0
    } catch {
      self.error = error
      return -1
    }
  }
}
