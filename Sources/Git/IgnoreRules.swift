import CGit2
import Posix

/// What a checkout leaves in a workspace although it is not in the commit.
///
/// The commit's own .gitignore files decide, whatever a build has done to those in the workspace.
struct IgnoreRules {
  /// The .gitignore files, by directory.
  private let files: [PathBelow: git_oid]
  private var read: [PathBelow: IgnoreFile] = [:]

  init(_ tree: [TreeDirectory]) {
    files = Dictionary(
      uniqueKeysWithValues: tree.compactMap { directory in
        directory.file(".gitignore").map { (directory.path, $0) }
      })
  }

  /// Where tools put what they generate, and what git never looks into.
  private static let kept = ["node_modules", ".next", ".git"] as Set<PathBelow>

  /// Whether a path that is not in the commit stays. No directory above it is kept as a whole.
  mutating func keep(_ path: PathBelow, isDirectory: Bool, _ repository: borrowing RepositoryHandle) throws -> Bool {
    if Self.kept.contains(path.name) { return true }
    if files.isEmpty { return false }
    let names = path.bytes.split(separator: UInt8(ascii: "/"))
    var directory = path
    // The nearest file comes first.
    while !directory.isTop {
      directory = directory.parent
      guard let file = try file(of: directory, repository) else { continue }
      let below = names.dropFirst(directory.isTop ? 0 : directory.parts.count)
      if let decision = file.ignores(Array(below), isDirectory: isDirectory) { return decision }
    }
    return false
  }

  private mutating func file(of directory: PathBelow, _ repository: borrowing RepositoryHandle) throws -> IgnoreFile? {
    if let file = read[directory] { return file }
    guard let id = files[directory] else { return nil }
    let file = IgnoreFile(try repository.blob(id, atMost: Self.largest) ?? [])
    read[directory] = file
    return file
  }

  /// Far more than anybody writes; a larger file is ignored.
  private static let largest = 1 << 20
}
