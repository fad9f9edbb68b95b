import Glibc

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
      Self.open(directory.number, .directory)
      for entry in try directory.entries() {
        switch entry.kind {
        case .directory: directories.append(path.appending(entry.name))
        case .file:
          guard let status = try directory.status(entry.name), status.owner == CurrentProcess.user,
            status.mode & Self.needed(.file) != Self.needed(.file)
          else { continue }
          try? directory.setMode(entry.name, status.mode & 0o777 | Self.needed(.file))
        case .link, .other: continue
        }
      }
    }
  }

  private static func needed(_ kind: Files.Kind) -> UInt32 { kind == .directory ? 0o770 : 0o440 }

  private static func open(_ number: Int32, _ kind: Files.Kind) {
    var status = stat()
    guard unsafe fstat(number, &status) == 0, status.st_uid == geteuid() else { return }
    let mode = UInt32(status.st_mode & 0o777)
    if mode & needed(kind) != needed(kind) { _ = fchmod(number, mode_t(mode | needed(kind))) }
  }
}
