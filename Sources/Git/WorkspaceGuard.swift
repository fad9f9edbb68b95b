import Deploy

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps a checkout inside the workspace: libgit2 follows symlinks that it did not write itself.
///
/// A build runs the app's own code. Where it left `dir -> /outside`, a checkout of `dir/file` would write there.
enum WorkspaceGuard {
  /// Removes symlinks that stand where a file or a directory of a commit will be, or where one was.
  ///
  /// - Parameters:
  ///   - entries: what the commit holds.
  ///   - old: the paths that the last checkout wrote.
  static func removeLinks(in workspace: String, entries: [String: TreeEntry], old: [String]) throws {
    var directories: Set<String> = []
    for path in entries.keys { addDirectories(of: path, to: &directories) }
    for path in old { addDirectories(of: path, to: &directories) }
    // From the top down, so that no name is looked up through a link.
    for directory in [""] + directories.sorted(by: { $0.utf8.count < $1.utf8.count }) {
      let path = directory.isEmpty ? workspace : "\(workspace)/\(directory)"
      if !directory.isEmpty, isLink(path) {
        try remove(path)
        continue
      }
      for name in links(in: path) {
        let link = directory.isEmpty ? name : "\(directory)/\(name)"
        if let entry = entries[link], entry.kind != .link { try remove("\(workspace)/\(link)") }
      }
    }
  }

  /// Whether a directory holds nothing, or is not there.
  static func isEmpty(_ directory: String) -> Bool {
    var isEmpty = true
    visit(directory) { _, _ in isEmpty = false }
    return isEmpty
  }

  private static func addDirectories(of path: String, to directories: inout Set<String>) {
    var rest = path[...]
    while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) {
      rest = rest[..<slash]
      // Where it is known, those above it are, too.
      if !directories.insert(String(rest)).inserted { return }
    }
  }

  private static func links(in directory: String) -> [String] {
    var links: [String] = []
    visit(directory) { name, type in
      // Not every file system says what an entry is.
      if type == DT_LNK || type == DT_UNKNOWN && isLink("\(directory)/\(name)") { links.append(name) }
    }
    return links
  }

  private static func visit(_ directory: String, _ body: (String, Int) -> Void) {
    guard let stream = unsafe opendir(directory) else { return }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { body(name, unsafe Int(entry.pointee.d_type)) }
    }
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private static func remove(_ path: String) throws {
    if unsafe unlink(path) == 0 || errno == ENOENT { return }
    throw Failure(
      "checking out the commit",
      "the symlink \(path) is in the way and cannot be removed (\(unsafe String(cString: strerror(errno))))",
      next: "Remove it on the server, then push again.")
  }
}
