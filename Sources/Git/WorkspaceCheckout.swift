import CGit2
import Deploy
import Posix

/// A checkout into a workspace that builds have used: every file is looked at, for a build may have changed any of them,
/// and what is not as the commit has it is removed and written.
///
/// libgit2's own checkout goes by path strings, and so wherever a build's symlinks lead. Objects, filters and the index
/// are libgit2's here too.
struct WorkspaceCheckout: ~Copyable {
  let repository: RepositoryHandle
  let tree: [TreeDirectory]
  let top: Directory
  /// What the last checkout wrote. It lies where no build can touch it.
  let index: IndexHandle
  var rules: IgnoreRules

  /// What is to be written, directory by directory; nothing is in its place.
  var missing: [MissingFile] = []
  /// What is as the commit has it, though not as it was written.
  var touched: [CheckedOutFile] = []
  /// For each entry of the index, whether the commit has a file of that path.
  var isWanted: [Bool]

  init(_ repository: consuming RepositoryHandle, _ tree: [TreeDirectory], into workspace: String, index: String) throws
  {
    let top = try Directory(workspace)
    let index = try IndexHandle(keptAt: index)
    isWanted = Array(repeating: false, count: index.count)
    rules = IgnoreRules(tree)
    self.repository = repository
    self.tree = tree
    self.top = top
    self.index = index
  }

  /// - Parameter writer: writes what is missing.
  /// - Returns: how many files were written or removed.
  mutating func run(_ writer: FileWriter) throws -> Int {
    try clear()
    let written = try writer.write(missing)
    let gone = isWanted.indices.filter { !isWanted[$0] }.map { index.path(at: $0) }
    for path in gone { try remove(path) }
    try index.update(written + touched, without: gone)
    return written.count + gone.count
  }

  /// Removes what the last commit had and this one has not. Most of it went as something that is nobody's; this may be
  /// ignored now.
  private func remove(_ path: [UInt8]) throws {
    guard var place = PathBelow(path), try top.removeFile(place) else { return }
    repeat { place = place.parent } while try !place.isTop && top.removeIfEmpty(place)
  }
}

/// A file of a commit that the workspace lacks.
struct MissingFile: Sendable {
  let directory: PathBelow
  let path: PathBelow
  let file: TreeFile
}

/// A file that is as the commit has it, and what the system says of it: if that has changed, so has the file.
struct CheckedOutFile: Sendable {
  let path: PathBelow
  let file: TreeFile
  let status: Files.Status
}
