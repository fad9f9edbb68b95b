import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Directory {
  /// Copies a file, a symlink or a directory with everything in it to a path where nothing exists; does nothing if it
  /// is missing. Pipes, sockets and devices are left out.
  ///
  /// - Parameters:
  ///   - isLeftOut: called with each path below this directory; what it returns true for is not copied.
  ///   - directoryMode: the permissions of directories, of which the umask takes some.
  ///   - copyFile: copies a file from one directory to another; it is also given the file's path below this directory.
  public func copy(
    _ path: PathBelow, to target: PathBelow, in other: borrowing Directory,
    except isLeftOut: (PathBelow) -> Bool = { _ in false }, directoryMode: UInt32 = 0o755,
    file copyFile: (borrowing Directory, PathBelow, borrowing Directory) throws -> Void = { source, path, target in
      try source.copyFile(path.name, to: path.name, in: target)
    }
  ) throws {
    guard let kind = try status(path)?.kind else { return }
    guard kind == .directory else {
      if kind == .file { try self.copyFile(path, to: target, in: other) }
      if kind == .link { try copyLink(path, to: target, in: other) }
      return
    }
    // This is not recursive and needs few descriptors, because a build decides how deep it is.
    var directories = [(from: path, to: target)]
    while let (from, to) = directories.popLast() {
      try other.makeDirectory(to, mode: directoryMode)
      let source = try ownDirectory(from)
      let copy = try other.directory(to)
      for entry in try source.entries() {
        let path = from.appending(entry.name)
        if isLeftOut(path) { continue }
        switch entry.kind {
        case .directory: directories.append((path, to.appending(entry.name)))
        case .file: try copyFile(source, path, copy)
        case .link: try source.copyLink(entry.name, to: entry.name, in: copy)
        case .other: continue
        }
      }
    }
  }

  /// Copies a file's content and permissions, sharing its blocks if the file system can.
  ///
  /// - Parameter mode: converts the permissions; a setuid program would otherwise run as nextdeploy.
  public func copyFile(
    _ path: PathBelow, to target: PathBelow, in other: borrowing Directory, mode: (UInt32) -> UInt32 = { $0 & 0o777 }
  ) throws(SystemError) {
    guard let file = try ownFile(path) else { return }
    let status = try file.status()
    let copy = try other.create(target, mode: mode(status.mode))
    #if os(Linux)
      if nextdeploy_clone_file(file.number, copy.number) == 0 { return }
      // A sparse file can be terabytes long; its copy must not fill the disk.
      if status.blocks * 512 < status.size { return try file.copyData(to: copy, size: status.size) }
    #endif
    while true {
      let bytes = try file.read(upTo: 1 << 20)
      if bytes.isEmpty { return }
      try copy.write(bytes)
    }
  }

  private func copyLink(_ path: PathBelow, to target: PathBelow, in other: borrowing Directory) throws(SystemError) {
    if let pointed = try linkTarget(path) { try other.link(target, to: pointed) }
  }
}

#if os(Linux)
  extension FileDescriptor {
    /// Copies everything that is not a hole.
    fileprivate func copyData(to copy: borrowing FileDescriptor, size: Int) throws(SystemError) {
      var place = 0
      while true {
        let next = nextdeploy_next_data(number, place)
        // The end of the data. A file system that does not know holes reports everything as data.
        if next == -1 && errno == ENXIO { break }
        if next != -1 { place = next }
        try check("reading", path) { lseek(number, place, SEEK_SET) }
        try check("writing", path) { lseek(copy.number, place, SEEK_SET) }
        let bytes = try read(upTo: 1 << 20)
        if bytes.isEmpty { break }
        try copy.write(bytes)
        place += bytes.count
      }
      try check("writing", path) { ftruncate(copy.number, max(place, size)) }
    }
  }
#endif
