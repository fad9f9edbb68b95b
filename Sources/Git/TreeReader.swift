import CGit2
import Deploy
import Posix

/// One directory of a commit's tree.
struct TreeDirectory {
  /// The path from the top of the tree.
  let path: PathBelow
  var files: [TreeFile] = []
  /// The names of the directories in it.
  var directories: [PathBelow] = []
}

extension TreeDirectory {
  /// The id of a file in it; nil if it has none of that name.
  func file(_ name: String) -> git_oid? {
    files.first { $0.name.bytes.elementsEqual(name.utf8) && ($0.kind == .file || $0.kind == .executable) }?.id
  }
}

struct TreeFile: Sendable {
  let name: PathBelow
  let kind: TreeEntry.Kind
  let id: git_oid
}

/// Reads trees, and refuses those that would lead a checkout astray. git does so too if told to (receive.fsckObjects),
/// but objects can bypass that.
enum TreeReader {
  /// The most bytes in a path of a commit: PATH_MAX, less the path of a workspace or a release.
  static let longestPath = 3_840

  /// All directories of a tree, each before the ones it contains.
  ///
  /// - Parameter most: the most files and directories that it may have.
  static func read(_ repository: borrowing RepositoryHandle, _ tree: CommitID, most: Int) throws -> [TreeDirectory] {
    try TreeCount(most: most).requireFew(repository, tree)
    // This is not recursive, because the author of a tree decides how deep it is.
    var found: [TreeDirectory] = []
    var pending = [(path: PathBelow.top, id: tree)]
    while found.count < pending.count {
      let next = pending[found.count]
      found.append(try directory(repository, next.path, next.id) { pending.append((next.path.appending($0), $1)) })
    }
    return found
  }

  /// - Parameter below: called with each directory in it.
  private static func directory(
    _ repository: borrowing RepositoryHandle, _ path: PathBelow, _ id: CommitID,
    below: (PathBelow, CommitID) -> Void
  ) throws -> TreeDirectory {
    let tree = try open(repository, id)
    var directory = TreeDirectory(path: path)
    let count = unsafe git_tree_entrycount(tree.pointer)
    var names = Set<PathBelow>(minimumCapacity: count)
    for position in 0..<count {
      guard let entry = unsafe git_tree_entry_byindex(tree.pointer, position) else { continue }
      let name = unsafe try name(entry, in: path)
      guard names.insert(name).inserted else {
        throw refusal("\(path.appending(name).description.quoted) is in its tree twice")
      }
      let id = unsafe git_tree_entry_id(entry).pointee
      guard let kind = unsafe try kind(entry, path.appending(name)) else {
        directory.directories.append(name)
        below(name, try CommitID(id))
        continue
      }
      directory.files.append(TreeFile(name: name, kind: kind, id: id))
    }
    return directory
  }

  static func open(_ repository: borrowing RepositoryHandle, _ id: CommitID) throws -> ObjectHandle {
    do { return try ObjectHandle(repository, id, GIT_OBJECT_TREE) } catch let error as GitError {
      throw refusal("the tree \(id.short) cannot be read (\(error.reason))")
    }
  }

  /// The kind of an entry; nil for a directory.
  private static func kind(_ entry: OpaquePointer, _ path: @autoclosure () -> PathBelow) throws -> TreeEntry.Kind? {
    switch unsafe git_tree_entry_filemode_raw(entry).rawValue {
    case 0o40000: return nil
    case 0o120000: return .link
    case 0o160000: return .submodule
    // Old versions of git and some importers stored more mode bits than whether a file is executable.
    case let mode where mode & ~0o777 == 0o100000: return mode & 0o100 == 0 ? .file : .executable
    case let mode:
      throw refusal("\(path().description.quoted) has the mode \(String(mode, radix: 8)), which is none of git's")
    }
  }

  private static func name(_ entry: OpaquePointer, in path: PathBelow) throws -> PathBelow {
    guard let start = unsafe git_tree_entry_name(entry) else { throw refusal("an entry of its tree has no name") }
    let bytes = unsafe Array(cString: start)
    let text = String(decoding: bytes, as: UTF8.self).quoted
    guard let name = PathBelow(name: bytes), !RepositoryName.matches(bytes) else {
      throw refusal(
        "\(text) is no name for a file"
          + (path.isTop ? "" : " in \(path.description.quoted)") + ": it leads elsewhere, or into git's own files")
    }
    if bytes.count > 255 || path.bytes.count + bytes.count >= longestPath {
      throw tooDeep("the path of \(text)")
    }
    return name
  }

  static func tooDeep(_ what: String) -> Failure { refusal("\(what) is longer than a system takes") }

  private static func refusal(_ cause: String) -> Failure {
    Failure(
      "reading the pushed files", cause,
      next: "No git makes such a tree by itself: 'git fsck' says which commits have it. Make them anew, then push.")
  }
}

/// The names by which file systems may recognise git's own directory.
enum RepositoryName {
  static func matches(_ name: [UInt8]) -> Bool {
    let seen = name.contains { $0 == 0xE2 || $0 == 0xEF } ? visible(name) : name
    let folded = seen.map(\.lowercased)
    return [".git", "git~1"].contains { own in
      // Windows ends a name at ':' or a backslash, and drops trailing dots and spaces.
      folded.starts(with: own.utf8)
        && folded.dropFirst(own.utf8.count).prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "\\") }
          .allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") }
    }
  }

  /// The name without the characters that HFS+ ignores.
  private static func visible(_ name: [UInt8]) -> [UInt8] {
    let ignored: [ClosedRange<UInt32>] = [0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF...0xFEFF]
    let scalars = String(decoding: name, as: UTF8.self).unicodeScalars
      .filter { scalar in !ignored.contains { $0.contains(scalar.value) } }
    return Array(String(String.UnicodeScalarView(scalars)).utf8)
  }
}
