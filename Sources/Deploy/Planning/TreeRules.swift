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
    var links: [String: String] = [:]
    for entry in entries where entry.kind == .link {
      links[entry.path] = try target(of: entry, in: tree)
    }
    for entry in entries {
      if let target = links[entry.path], leaves(entry.path, target, links) {
        throw Failure(
          "reading the pushed files", "the symlink \(entry.path) points out of the repository, to \(target.quoted)",
          next: "Point it at a file inside the repository, or put a copy in its place.")
      }
    }
    try checkLargeFiles(tree, entries)
  }

  /// Where a link points; an error where no system takes that.
  private static func target(of link: TreeEntry, in tree: some SourceTree) throws -> String {
    // PATH_MAX, with the NUL at the end.
    if let bytes = try tree.bytes(of: link, atMost: 4_095), !bytes.isEmpty, !bytes.contains(0) {
      return String(path: bytes)
    }
    throw Failure(
      "reading the pushed files", "where the symlink \(link.path) points is no path",
      next: "Make it anew with 'ln -s', or remove it, then push again.")
  }

  /// Whether a link's target, followed through the tree's other links, is absolute or climbs above the top.
  ///
  /// As text alone "s/../x" stays inside; where s is a link to ".", it does not.
  private static func leaves(_ path: String, _ target: String, _ links: [String: String]) -> Bool {
    var place = Array(path.pathParts.dropLast())
    var rest = Array(target.pathParts.reversed())
    if target.utf8.first == UInt8(ascii: "/") { return true }
    // As the kernel does: links that lead in a circle lead nowhere.
    var followed = 0
    while let part = rest.popLast() {
      if part == "." { continue }
      if part == ".." {
        if place.popLast() == nil { return true }
        continue
      }
      place.append(part)
      guard let next = links[place.joined(separator: "/")] else { continue }
      if next.utf8.first == UInt8(ascii: "/") { return true }
      followed += 1
      if followed > 40 { return false }
      place.removeLast()
      rest += next.pathParts.reversed()
    }
    return false
  }

  /// Git LFS leaves pointers in the place of files; git's own push does not carry what they point at.
  private static func checkLargeFiles(_ tree: some SourceTree, _ entries: [TreeEntry]) throws {
    let attributes = entries.filter { $0.name == ".gitattributes" }
    guard try attributes.contains(where: { try tree.text($0.path)?.contains("filter=lfs") ?? false }) else { return }
    for entry in entries where entry.kind == .file || entry.kind == .executable {
      let pointer = try tree.bytes(of: entry, atMost: 1_023)
      if pointer?.starts(with: "version https://git-lfs.github.com/spec/".utf8) == true {
        throw Failure(
          "reading the pushed files", "\(entry.path) is a Git LFS pointer: the file itself is not in the push",
          next:
            "Take it out of LFS (git lfs migrate export --include=\(entry.path)), or load it from where the app runs.")
      }
    }
  }
}
