import Deploy

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lets the workspace's group write to what a checkout made, where builds run as another user of that group.
enum WorkspaceSharing {
  /// - Parameter entries: what the commit holds; the checkout has just put it there, so no link is on the way to it.
  static func open(_ workspace: String, entries: [String: TreeEntry]) {
    var directories: Set<Substring> = []
    for entry in entries.values where entry.kind != .submodule {
      if entry.kind != .link { open("\(workspace)/\(entry.path)") }
      var rest = entry.path[...]
      while let slash = rest.lastIndex(of: "/") {
        rest = rest[..<slash]
        if !directories.insert(rest).inserted { break }
      }
    }
    for directory in directories { open("\(workspace)/\(directory)") }
  }

  /// What a build made is the build's own already, and cannot be changed here.
  private static func open(_ path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFLNK, status.st_uid == geteuid(),
      status.st_mode & 0o020 == 0
    else { return }
    _ = unsafe chmod(path, status.st_mode & 0o7777 | 0o020)
  }
}
