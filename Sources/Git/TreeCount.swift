import CGit2
import Deploy

/// Counts the entries of a tree before it is read: thirteen objects that refer to each other ten times each make
/// billions of files.
struct TreeCount {
  /// The most files and directories that a tree may have.
  let most: Int

  /// A tree that is being counted.
  private struct Frame {
    let id: CommitID
    /// The directories in it that have not been counted yet.
    var directories: [CommitID]
    var count: Int
  }

  /// Refuses a tree that has more. Each object is read once, however often it is referred to.
  func requireFew(_ repository: borrowing RepositoryHandle, _ tree: CommitID) throws {
    var counts: [CommitID: Int] = [:]
    var frames = [try frame(repository, tree)]
    while var frame = frames.popLast() {
      if let id = frame.directories.last {
        if let count = counts[id] {
          frame.directories.removeLast()
          frame.count += count
          if frame.count > most { throw tooMany }
          frames.append(frame)
        } else {
          frames.append(frame)
          // Each level takes at least two bytes of a path.
          if frames.count > TreeReader.longestPath / 2 { throw TreeReader.tooDeep("the path of a file") }
          frames.append(try self.frame(repository, id))
        }
      } else {
        counts[frame.id] = frame.count
        if counts.count > most { throw tooMany }
      }
    }
  }

  private func frame(_ repository: borrowing RepositoryHandle, _ id: CommitID) throws -> Frame {
    // A name has at most 255 bytes, plus a mode and an id.
    if let size = try? repository.size(of: id.oid), size / 300 > most { throw tooMany }
    let tree = try TreeReader.open(repository, id)
    let count = unsafe git_tree_entrycount(tree.pointer)
    if count > most { throw tooMany }
    var directories: [CommitID] = []
    for position in 0..<count {
      guard let entry = unsafe git_tree_entry_byindex(tree.pointer, position),
        unsafe git_tree_entry_filemode_raw(entry).rawValue == 0o40000
      else { continue }
      directories.append(unsafe try CommitID(git_tree_entry_id(entry).pointee))
    }
    return Frame(id: id, directories: directories, count: count)
  }

  private var tooMany: Failure {
    Failure(
      "reading the pushed files",
      "the commit has more than \(most) files and directories, the most that this server takes",
      next: "Take out what need not be in the repository; or raise the limit, on the server: 'nextdeploy config set "
        + "push.entries \(most * 2)'.")
  }
}
