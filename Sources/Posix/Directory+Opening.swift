// What a build closed to the group of its files is opened again, by the user who owns them.
extension Directory {
  /// Lets the group read everything in the directory that this user owns, and change its directories.
  ///
  /// What cannot be opened, or lies deeper than a path can reach, stays as it is; whoever tries to read it gets the
  /// error.
  public func openToGroup() throws(SystemError) {
    var directories: [PathBelow] = [.top]
    while let path = directories.popLast() {
      guard let directory = try? ownDirectory(path) else { continue }
      Self.letIn(directory.number, 0o770)
      for entry in try directory.entries() {
        switch entry.kind {
        case .directory: directories.append(path.appending(entry.name))
        case .file:
          guard let status = try directory.status(entry.name), status.owner == CurrentProcess.user,
            status.mode & 0o440 != 0o440
          else { continue }
          try? directory.setMode(entry.name, status.mode & 0o777 | 0o440)
        case .link, .other: continue
        }
      }
    }
  }
}
