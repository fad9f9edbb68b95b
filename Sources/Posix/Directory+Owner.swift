#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// For root, where others may change the tree meanwhile: each thing is opened, looked at and given by its descriptor.
extension Directory {
  /// Gives what is at a path, and everything below it, from one user to another; what anybody else owns stays theirs, and
  /// so do files with several names, for the others may be elsewhere.
  public func give(_ path: PathBelow, from owner: UInt32, to user: UInt32) throws(SystemError) {
    var directories = [path]
    while let path = directories.popLast() {
      do { directories += try give(filesIn: path, from: owner, to: user) } catch {
        // It went away, or is something else by now.
        guard error.isNoWay || error.isWayOut else { throw error }
      }
    }
  }

  /// Gives a directory and its files; returns the directories in it.
  private func give(filesIn path: PathBelow, from owner: UInt32, to user: UInt32) throws(SystemError) -> [PathBelow] {
    var directories: [PathBelow] = []
    let directory = try directory(path)
    if try directory.status(.top)?.owner == owner {
      try check("giving to a user", subject(path)) { fchown(directory.number, uid_t(user), gid_t.max) }
    }
    for entry in try directory.entries() {
      switch entry.kind {
      case .directory: directories.append(path.appending(entry.name))
      case .file:
        guard let file = try directory.file(entry.name) else { continue }
        let status = try file.status()
        guard status.owner == owner, status.links == 1 else { continue }
        try check("giving to a user", subject(path.appending(entry.name))) {
          fchown(file.number, uid_t(user), gid_t.max)
        }
      case .link, .other: continue
      }
    }
    return directories
  }
}
