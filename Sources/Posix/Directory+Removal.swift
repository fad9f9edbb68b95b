import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Removes what others made, however deep it is, whatever its names are, and whoever may look into it.
extension Directory {
  /// Removes a file, or a directory with everything in it, without following links; does nothing if it is missing.
  ///
  /// Continues if something cannot be removed, and throws the first such error at the end. Enters no other mount.
  public func remove(_ path: PathBelow) throws(SystemError) {
    do {
      let holder = try place(path.parent)
      try Removal(of: subject(path)).run(path.name, in: holder)
    } catch {
      if !error.isNoWay { throw error }
    }
  }

  /// Removes everything in the directory.
  public func empty() throws(SystemError) {
    var first: SystemError?
    Self.letIn(number)
    for entry in try entries() {
      do { try remove(entry.name) } catch { first = first ?? error }
    }
    if let first { throw first }
  }

  /// Removes a file or a link, but no directory; false if none is there.
  public func removeFile(_ path: PathBelow) throws(SystemError) -> Bool {
    do {
      try at("removing", path) { unsafe unlinkat($0, $1, 0) }
      return true
    } catch {
      if error.isNoWay || error.code == EISDIR { return false }
      throw error
    }
  }

  /// Removes a directory if it is empty; false if it is not empty or not a directory.
  public func removeIfEmpty(_ path: PathBelow) throws(SystemError) -> Bool {
    do {
      try at("removing", path) { unsafe unlinkat($0, $1, AT_REMOVEDIR) }
      return true
    } catch {
      if error.isNoWay || error.code == ENOTEMPTY || error.code == EEXIST { return false }
      throw error
    }
  }
}

/// The removal of one tree, which needs no more descriptors for a deep tree than for a flat one.
///
/// It goes down by name and up by "..", and checks each time that this is still the directory that it came from.
private final class Removal {
  /// A directory that is being emptied.
  private struct Level {
    /// The name in the directory above.
    let name: PathBelow
    let identity: Identity
    /// The directories in it that are still to be removed.
    var directories: [PathBelow] = []
  }

  /// Identifies a directory, wherever it has been moved.
  private struct Identity: Equatable {
    let device: dev_t
    let inode: ino_t
  }

  private let top: String
  private var levels: [Level] = []
  private var first: SystemError?

  init(of top: String) { self.top = top }

  func run(_ name: PathBelow, in holder: borrowing Directory) throws(SystemError) {
    guard let status = try holder.status(name) else { return }
    guard status.kind == .directory else {
      _ = try holder.removeFile(name)
      return
    }
    var current = try enter(name, in: holder)
    while !levels.isEmpty {
      if let next = levels[levels.count - 1].directories.popLast() {
        do {
          let inner = try enter(next, in: current)
          current = inner
        } catch { note(error) }
        continue
      }
      let done = levels.removeLast()
      if let above = levels.last {
        let outer = try self.above(current, as: above.identity)
        remove(done.name, in: outer)
        current = outer
      } else {
        remove(done.name, in: holder)
      }
    }
    if let first { throw first }
  }

  /// Enters a directory, removes everything in it except directories, and notes those.
  private func enter(_ name: PathBelow, in holder: borrowing Directory) throws(SystemError) -> Directory {
    let subject = subject(name)
    var opened = open(name, in: holder, subject)
    if opened == -1 && errno == EACCES {
      // A build may have left directories that not even their owner can enter.
      _ = name.withCString { unsafe fchmodat(holder.number, $0, 0o700, AT_SYMLINK_NOFOLLOW) }
      opened = open(name, in: holder, subject)
    }
    if opened == -1 { throw SystemError(errno == EXDEV ? "removing what is mounted at" : "removing", subject) }
    let directory = Directory(opened, path: top, holder.lookup)
    var status = stat()
    try check("removing", subject) { unsafe fstat(opened, &status) }
    Directory.letIn(opened)
    var level = Level(name: name, identity: Identity(device: status.st_dev, inode: status.st_ino))
    try directory.visit { name, type, _ in
      var isDirectory = type == DT_DIR
      if type == DT_UNKNOWN {
        var status = stat()
        isDirectory =
          unsafe fstatat(opened, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFDIR
      }
      if isDirectory {
        level.directories.append(unsafe PathBelow(entry: name))
      } else if unsafe unlinkat(opened, name, 0) == -1 && errno != ENOENT {
        note(SystemError("removing", unsafe "\(subject)/\(PathBelow(entry: name))"))
      }
    }
    levels.append(level)
    return directory
  }

  /// Opens a directory if it is not a mount point.
  private func open(_ name: PathBelow, in holder: borrowing Directory, _ subject: String) -> Int32 {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    #if os(Linux)
      if holder.lookup == .atOnce {
        return name.withCString { unsafe nextdeploy_open_below(holder.number, $0, flags, 0, true) }
      }
    #endif
    return name.withCString { name in
      var (outer, inner) = (stat(), stat())
      let opened = unsafe openat(holder.number, name, flags)
      if opened == -1 { return -1 }
      if unsafe fstat(holder.number, &outer) == 0 && fstat(opened, &inner) == 0 && outer.st_dev == inner.st_dev {
        return opened
      }
      _ = close(opened)
      errno = EXDEV
      return -1
    }
  }

  private func above(_ directory: borrowing Directory, as identity: Identity) throws(SystemError) -> Directory {
    let subject = subject(.top)
    let opened = try check("removing", subject) {
      unsafe openat(directory.number, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    let above = Directory(opened, path: top, directory.lookup)
    var status = stat()
    try check("removing", subject) { unsafe fstat(opened, &status) }
    // Somebody has moved it meanwhile, and nextdeploy must not touch what is above it now.
    guard Identity(device: status.st_dev, inode: status.st_ino) == identity else {
      throw SystemError("removing", subject, code: ESTALE)
    }
    return above
  }

  private func remove(_ name: PathBelow, in holder: borrowing Directory) {
    let subject = subject(name)
    do { try holder.at("removing", name) { unsafe unlinkat($0, $1, AT_REMOVEDIR) } } catch {
      if !error.isNotFound { note(SystemError("removing", subject, code: error.code)) }
    }
  }

  private func note(_ error: SystemError) { first = first ?? error }

  /// The path of a name in the current directory, for messages; only its beginning if it is very deep.
  private func subject(_ name: PathBelow) -> String {
    let names = levels.dropFirst().prefix(20).map(\.name) + (levels.isEmpty ? [] : [name])
    return ([top] + names.map(\.description)).joined(separator: "/")
  }
}
