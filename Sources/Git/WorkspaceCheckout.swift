import CGit2
import Deploy
import Posix

/// A checkout into a workspace that builds have used: every file is checked, since a build may have changed any of
/// them, and what differs from the commit is removed and rewritten.
///
/// libgit2's own checkout uses path strings, and so follows a build's symlinks anywhere. Objects, filters and the index
/// are still libgit2's here.
struct WorkspaceCheckout: ~Copyable {
  let repository: RepositoryHandle
  let tree: [TreeDirectory]
  let top: Directory
  let workspace: String
  /// What the last checkout wrote. It is stored where builds cannot touch it.
  let index: IndexHandle
  var rules: IgnoreRules

  /// The files to write, directory by directory; nothing exists in their places.
  var missing: [MissingFile] = []
  /// The files whose content is the commit's although they are not as they were written.
  var touched: [CheckedOutFile] = []
  /// For each entry of the index, whether the commit has a file of that path.
  var isWanted: [Bool]
  /// Whether files of the same content are written as they were the last time.
  let convertsAlike: Bool

  init(_ repository: consuming RepositoryHandle, _ tree: [TreeDirectory], into workspace: String, index: String) throws
  {
    let top = try Directory(workspace)
    let index = try IndexHandle(keptAt: index)
    isWanted = Array(repeating: false, count: index.count)
    convertsAlike = index.hasSameFiles(called: ".gitattributes", as: tree)
    rules = IgnoreRules(tree)
    self.repository = repository
    self.tree = tree
    self.top = top
    self.workspace = workspace
    self.index = index
  }

  /// - Parameters:
  ///   - writer: writes the missing files.
  ///   - isForBuild: whether a build may change any file as soon as this returns.
  /// - Returns: how many files were written or removed.
  mutating func run(_ writer: FileWriter, _ limits: PushLimits, isForBuild: Bool) throws -> Int {
    try clear()
    try measure(limits)
    let written = try writer.write(missing)
    // What a build changes then gets a later time than the index has, however soon it comes.
    if isForBuild { WallClock.waitUntilFiles(areLaterThan: written.map(\.status.changed).max() ?? 0) }
    let gone = isWanted.indices.filter { !isWanted[$0] }.map { index.path(at: $0) }
    for path in gone { try remove(path) }
    try index.update(written + touched, without: gone)
    return written.count + gone.count
  }

  /// Measures the missing files before any is read, and refuses those that are too large, or more than there is space
  /// for.
  private mutating func measure(_ limits: PushLimits) throws {
    var total = 0
    for place in missing.indices {
      let size = try repository.size(of: missing[place].file.id)
      guard size <= limits.mostBytesOfFile else { throw Self.tooLarge(missing[place].path, size, limits) }
      missing[place].size = size
      // As file systems count.
      total += (size + 4_095) & ~4_095
    }
    let free = try Files.space(workspace).free
    guard total > free - Self.reserve else { return }
    throw Failure(
      "checking out the pushed files",
      "\(missing.count) files of \(total >> 20) MB are to be written, and \(free >> 20) MB are free",
      next: "Free space, for example with 'nextdeploy config set keep 2', or push less; then push again.")
  }

  /// The space to leave for everything else that a deploy writes.
  private static let reserve = 50 << 20

  private static func tooLarge(_ path: PathBelow, _ size: Int, _ limits: PushLimits) -> Failure {
    let limit = limits.file ?? PushLimits.file
    return Failure(
      "checking out the pushed files",
      "\(path.description.quoted) has \(size >> 20) MB, and this server takes files of at most \(limit)",
      next: "Keep it outside of the repository; or raise the limit, on the server: 'nextdeploy config set push.file "
        + "\((size >> 30) + 1)G'.")
  }

  /// Removes what was in the last commit and is not in this one. Most of it was already removed as untracked; this may
  /// be ignored now.
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
  /// In bytes, as it is stored in the repository.
  var size = 0
}

/// A file that is as the commit has it, with its status: if that has changed, so has the file.
struct CheckedOutFile: Sendable {
  let path: PathBelow
  let file: TreeFile
  let status: Files.Status
}
