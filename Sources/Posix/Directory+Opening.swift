// What a build closed is opened again, by the user who owns it.
extension Directory {
  /// Lets the owner read everything in the directory that this user owns, and change its directories.
  ///
  /// What cannot be opened, or lies deeper than a path can reach, stays as it is; whoever tries to read it gets the
  /// error.
  ///
  /// - Parameter toGroup: whether the group of the files is let, too.
  public func open(toGroup: Bool) throws(SystemError) {
    let needed: (directory: UInt32, file: UInt32) = toGroup ? (0o770, 0o440) : (0o700, 0o400)
    var directories: [PathBelow] = [.top]
    while let path = directories.popLast() {
      guard let directory = try? ownDirectory(path) else { continue }
      Self.letIn(directory.number, needed.directory)
      for entry in try directory.entries() {
        switch entry.kind {
        case .directory: directories.append(path.appending(entry.name))
        case .file:
          guard let status = try directory.status(entry.name), status.owner == CurrentProcess.user,
            status.mode & needed.file != needed.file
          else { continue }
          try? directory.setMode(entry.name, status.mode & 0o777 | needed.file)
        case .link, .other: continue
        }
      }
    }
  }
}
