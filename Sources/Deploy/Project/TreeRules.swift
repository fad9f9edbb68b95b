/// What a pushed tree may not hold, for it could not be built as it is or would reach outside.
enum TreeRules {
  static func check(_ tree: some SourceTree) throws {
    let entries = tree.entries.values.sorted { $0.path < $1.path }
    for entry in entries where entry.kind == .submodule {
      throw Failure(
        "reading the pushed files", "\(entry.path) is a git submodule, whose files a push does not carry",
        next:
          "Commit its files instead: git rm --cached \(entry.path), then git add \(entry.path); or publish it as a package."
      )
    }
    for entry in entries where entry.kind == .link {
      let target = String(decoding: try tree.bytes(of: entry), as: UTF8.self)
      if leaves(entry.path, target) {
        throw Failure(
          "reading the pushed files", "the symlink \(entry.path) points out of the repository, to \(target.quoted)",
          next: "Point it at a file inside the repository, or put a copy in its place.")
      }
    }
    try checkLargeFiles(tree, entries)
  }

  /// Whether a link's target, read as text, is absolute or climbs above the top of the tree.
  static func leaves(_ path: String, _ target: String) -> Bool {
    if target.hasPrefix("/") { return true }
    var depth = path.split(separator: "/").count - 1
    for part in target.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return true }
    }
    return false
  }

  /// Git LFS leaves pointers in the place of files; git's own push does not carry what they point at.
  private static func checkLargeFiles(_ tree: some SourceTree, _ entries: [TreeEntry]) throws {
    let attributes = entries.filter { $0.name == ".gitattributes" }
    guard try attributes.contains(where: { try tree.text($0.path)?.contains("filter=lfs") ?? false }) else { return }
    for entry in entries where entry.kind == .file {
      let bytes = try tree.bytes(of: entry)
      if bytes.count < 1024, bytes.starts(with: "version https://git-lfs.github.com/spec/".utf8) {
        throw Failure(
          "reading the pushed files", "\(entry.path) is a Git LFS pointer: the file itself is not in the push",
          next:
            "Take it out of LFS (git lfs migrate export --include=\(entry.path)), or load it from where the app runs.")
      }
    }
  }
}
