#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// What is in a directory: looked at, read, created and moved.
extension Directory {
  /// One entry of a directory.
  public struct Entry: Sendable {
    /// The entry's name, without the directory's path.
    public let name: PathBelow
    /// What it is, with a link at its end not followed.
    public let kind: Files.Kind
    /// Its inode's number, as the directory tells it.
    public let inode: UInt64
  }

  // MARK: Looking

  /// All entries of the directory, in no particular order.
  public func entries() throws(SystemError) -> [Entry] {
    var found: [Entry] = []
    var unknown: [PathBelow] = []
    try visit { name, type, inode in
      let name = unsafe PathBelow(entry: name)
      switch type {
      case DT_REG: found.append(Entry(name: name, kind: .file, inode: inode))
      case DT_DIR: found.append(Entry(name: name, kind: .directory, inode: inode))
      case DT_LNK: found.append(Entry(name: name, kind: .link, inode: inode))
      // Not every file system reports an entry's kind.
      case DT_UNKNOWN: unknown.append(name)
      default: found.append(Entry(name: name, kind: .other, inode: inode))
      }
    }
    for name in unknown {
      if let status = try status(name) { found.append(Entry(name: name, kind: status.kind, inode: status.inode)) }
    }
    return found
  }

  /// Calls `body` for each name except "." and "..", with the kind and the inode that the directory tells.
  @safe func visit(_ body: (UnsafePointer<CChar>, Int, UInt64) -> Void) throws(SystemError) {
    // A descriptor of its own, because closing the stream closes it.
    let own = try open("reading", .top, O_RDONLY | O_DIRECTORY)
    guard let stream = unsafe fdopendir(own) else {
      let error = SystemError("reading", path)
      _ = close(own)
      throw error
    }
    defer { unsafe closedir(stream) }
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { name in
          if unsafe strcmp(name, ".") != 0 && strcmp(name, "..") != 0 {
            unsafe body(name, Int(entry.pointee.d_type), UInt64(entry.pointee.d_ino))
          }
        }
      }
    }
    if errno != 0 { throw SystemError("reading", path) }
  }

  /// The status of a path, without following a symlink at its end; nil if nothing is there.
  public func status(_ path: PathBelow) throws(SystemError) -> Files.Status? {
    var status = stat()
    do {
      try at("reading", path) { unsafe fstatat($0, $1, &status, AT_SYMLINK_NOFOLLOW) }
    } catch {
      if error.isNoWay { return nil }
      throw error
    }
    return Files.Status(status)
  }

  /// Where a symlink points, as it is written; nil if there is no symlink.
  public func linkTarget(_ path: PathBelow) throws(SystemError) -> [UInt8]? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    do {
      let count = try at("reading the link", path) { unsafe readlinkat($0, $1, &buffer, Int(PATH_MAX)) }
      return buffer.prefix(count).map { UInt8(bitPattern: $0) }
    } catch {
      if error.isNoWay || error.code == EINVAL { return nil }
      throw error
    }
  }

  /// Where a path leads, with symlinks followed as long as they stay below, as those of package managers do; nil if
  /// nothing is there, or a link leads out.
  public func followed(_ path: PathBelow) throws(SystemError) -> PathBelow? {
    var place = PathBelow.top
    var rest = path.bytes.split(separator: UInt8(ascii: "/")).reversed().map(Array.init)
    var links = 0
    while let part = rest.popLast() {
      if part == Array(".".utf8) { continue }
      if part == Array("..".utf8) {
        // No part of `place` is a link, so its parent by name is also its parent on the disk.
        if place.isTop { return nil }
        place = place.parent
        continue
      }
      guard let name = PathBelow(name: part) else { return nil }
      let next = place.appending(name)
      guard let status = try status(next) else { return nil }
      guard status.kind == .link else {
        place = next
        continue
      }
      links += 1
      guard links <= 40, let target = try linkTarget(next), target.first != UInt8(ascii: "/") else { return nil }
      rest += target.split(separator: UInt8(ascii: "/")).reversed().map(Array.init)
    }
    return place
  }

  // MARK: Reading

  /// Opens a file for reading; nil if there is none. Pipes and devices do not count, because opening one could block
  /// forever.
  public func file(_ path: PathBelow) throws(SystemError) -> FileDescriptor? {
    let number: Int32
    do { number = try open("opening", path, O_RDONLY | O_NONBLOCK) } catch {
      if error.isNoWay || error.code == ENXIO || error.code == ENODEV { return nil }
      throw error
    }
    let file = FileDescriptor(number, path: subject(path))
    guard try file.status().kind == .file else { return nil }
    return file
  }

  /// Does the same for a file that a build may have closed even to its owner, by restoring that access.
  func ownFile(_ path: PathBelow) throws(SystemError) -> FileDescriptor? {
    do { return try file(path) } catch {
      guard error.code == EACCES, let status = try status(path), status.owner == CurrentProcess.user else {
        throw error
      }
      try setMode(path, status.mode & 0o777 | 0o400)
      return try file(path)
    }
  }

  /// A file's content; nil if there is no file. A file that is larger than the limit is an error, and is not read.
  public func read(_ path: PathBelow, atMost limit: Int) throws(SystemError) -> [UInt8]? {
    guard let file = try file(path) else { return nil }
    // It may also grow while it is read.
    guard try file.status().size <= limit, let bytes = try file.read(atMost: limit) else {
      throw SystemError("reading", subject(path), code: EFBIG)
    }
    return bytes
  }

  // MARK: Making

  /// Creates a file and opens it for writing; throws if something is there.
  public func create(_ path: PathBelow, mode: UInt32 = 0o644) throws(SystemError) -> FileDescriptor {
    FileDescriptor(
      try open("writing", path, O_WRONLY | O_CREAT | O_EXCL, mode: mode), path: subject(path))
  }

  /// Creates one directory; throws if something is there.
  public func makeDirectory(_ path: PathBelow, mode: UInt32 = 0o755) throws(SystemError) {
    try at("making the directory", path) { unsafe mkdirat($0, $1, mode_t(mode)) }
  }

  /// Creates a symlink; throws if something is there.
  public func link(_ path: PathBelow, to target: [UInt8]) throws(SystemError) {
    try at("making the link", path) { holder, name in
      unsafe (target + [0]).withUnsafeBufferPointer { target in
        unsafe target.withMemoryRebound(to: CChar.self) { unsafe symlinkat($0.baseAddress!, holder, name) }
      }
    }
  }

  /// Moves what is at a path to a path in this directory, or in another one on the same file system.
  public func rename(
    _ path: PathBelow, to target: PathBelow, in other: borrowing Directory
  ) throws(SystemError) {
    try both("renaming \(subject(path)) to", path, target, other) { unsafe renameat($0, $1, $2, $3) }
  }

  /// Gives a file a second name on the same file system.
  public func hardLink(
    _ path: PathBelow, to target: PathBelow, in other: borrowing Directory
  ) throws(SystemError) {
    try both("linking", path, target, other) { unsafe linkat($0, $1, $2, $3, 0) }
  }

  @safe private func both(
    _ operation: String, _ path: PathBelow, _ target: PathBelow, _ other: borrowing Directory,
    _ call: (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>) -> Int32
  ) throws(SystemError) {
    let holder = try place(path.parent)
    _ = try other.at(operation, target) { other, target in
      path.name.withCString { unsafe call(holder.number, $0, other, target) }
    }
  }

  // MARK: Access

  /// Sets the permissions of a file or directory; a symlink is not followed.
  public func setMode(_ path: PathBelow, _ mode: UInt32) throws(SystemError) {
    try at("setting the permissions of", path) { unsafe fchmodat($0, $1, mode_t(mode), AT_SYMLINK_NOFOLLOW) }
  }

  /// Sets when a file was last changed, in seconds since 1970 and nanoseconds; a symlink is not followed.
  public func setModified(_ path: PathBelow, _ seconds: Int64, nanoseconds: Int = 0) throws(SystemError) {
    let time = timespec(tv_sec: time_t(seconds), tv_nsec: nanoseconds)
    try at("setting the time of", path) { unsafe utimensat($0, $1, [time, time], AT_SYMLINK_NOFOLLOW) }
  }

  /// The same in nanoseconds since 1970, as a status tells it.
  public func setModified(_ path: PathBelow, toNanosecond time: Int64) throws(SystemError) {
    let (seconds, nanoseconds) = Files.parts(ofNanoseconds: time)
    try setModified(path, seconds, nanoseconds: nanoseconds)
  }

  /// Gives a file or directory to a group; for a symlink, the link itself and not its target.
  public func setGroup(_ path: PathBelow, _ group: UInt32) throws(SystemError) {
    try at("giving to a group", path) { unsafe fchownat($0, $1, uid_t.max, gid_t(group), AT_SYMLINK_NOFOLLOW) }
  }
}
