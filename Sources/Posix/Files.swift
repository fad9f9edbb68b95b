import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The file system: whole files, links and directories.
public enum Files {
  // MARK: Reading

  /// The status of a path; nil if nothing is there.
  public static func status(_ path: String) throws(SystemError) -> Status? {
    var status = stat()
    do { try check("reading", path) { unsafe lstat(path, &status) } } catch {
      if error.isNotFound { return nil }
      throw error
    }
    return Status(status)
  }

  /// Whether anything is there, including a dangling symlink.
  public static func exists(_ path: String) -> Bool {
    (try? status(path)) != nil
  }

  /// Whether it is a file, links followed, that this process may execute.
  public static func isExecutable(_ path: String) -> Bool {
    guard unsafe access(path, X_OK) == 0 else { return false }
    return (try? status(resolved(path)))?.kind == .file
  }

  /// Whether this process may write to a file, or make files in a directory.
  public static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }

  /// A file's bytes; nil if there is no file.
  public static func read(_ path: String) throws(SystemError) -> [UInt8]? {
    do {
      return try FileDescriptor(path: path, .read).readToEnd()
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  /// A file's text; nil if there is no file.
  public static func text(_ path: String) throws(SystemError) -> String? {
    try read(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The names in a directory, sorted; empty if it does not exist.
  public static func list(_ directory: String) throws(SystemError) -> [String] {
    guard let stream = unsafe opendir(directory) else {
      let error = SystemError("reading", directory)
      if error.isNotFound { return [] }
      throw error
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Where a symlink points, as it is written; nil if there is no symlink.
  public static func linkTarget(_ path: String) throws(SystemError) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(path, &buffer, buffer.count)
    if count >= 0 { return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) }
    let error = SystemError("reading the link", path)
    if error.isNotFound || error.code == EINVAL { return nil }
    throw error
  }

  /// The path with all symlinks followed; unchanged if that is not possible.
  public static func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  // MARK: Access

  /// Gives a file or directory to a group; for a symlink, the link itself and not its target.
  public static func setGroup(_ path: String, _ group: UInt32) throws(SystemError) {
    try check("giving to a group", path) { unsafe lchown(path, uid_t.max, gid_t(group)) }
  }

  // MARK: Writing

  /// Replaces a file in one step: readers see the old text or the new, even after a crash.
  ///
  /// - Parameter durable: whether to wait until the text has reached the disk, so that it survives a power loss.
  public static func write(
    _ text: String, to path: String, mode: UInt32 = 0o644, durable: Bool = true
  ) throws(SystemError) {
    try write(bytes: Array(text.utf8), to: path, mode: mode, durable: durable)
  }

  /// Does the same for bytes that need not be text.
  public static func write(
    bytes: [UInt8], to path: String, mode: UInt32 = 0o644, durable: Bool = true
  ) throws(SystemError) {
    let beside = "\(path).new"
    do {
      let file = try FileDescriptor(path: beside, .replace, mode: mode)
      try check("writing", beside) { fchmod(file.number, mode_t(mode)) }
      try file.write(bytes)
      if durable { try file.sync() }
    } catch {
      _ = unsafe unlink(beside)
      throw SystemError(error.operation, path, code: error.code)
    }
    try rename(beside, to: path)
    if durable { try syncDirectory(of: path) }
  }

  /// Sets the permissions of a file or directory.
  public static func setMode(_ path: String, _ mode: UInt32) throws(SystemError) {
    try check("setting the permissions of", path) { unsafe chmod(path, mode_t(mode)) }
  }

  /// Creates a directory and those above it, if they are missing.
  public static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
    do { try createDirectory(path, mode: mode) } catch {
      if error.isAlreadyThere { return }
      guard error.code == ENOENT, path != "/" else { throw error }
      try makeDirectory(parent(path), mode: mode)
      try makeDirectory(path, mode: mode)
    }
  }

  /// Creates one directory; throws if something is there.
  public static func createDirectory(_ path: String, mode: UInt32 = 0o755) throws(SystemError) {
    try check("making the directory", path) { unsafe mkdir(path, mode_t(mode)) }
  }

  /// Moves a file or directory within one file system, replacing a file that is at the target.
  public static func rename(_ path: String, to target: String) throws(SystemError) {
    try check("renaming \(path) to", target) { systemRename(path, target) }
  }

  /// Creates a symlink; throws if something is there.
  public static func link(_ path: String, to target: String) throws(SystemError) {
    try check("making the link", path) { unsafe symlink(target, path) }
  }

  /// Creates a symlink, or points an existing one elsewhere in one step.
  ///
  /// - Parameter durable: whether to wait until it has reached the disk, so that it survives a power loss.
  public static func replaceLink(_ path: String, to target: String, durable: Bool = true) throws(SystemError) {
    let beside = "\(path).new"
    try remove(beside)
    try link(beside, to: target)
    try rename(beside, to: path)
    if durable { try syncDirectory(of: path) }
  }

  /// Removes a file, or a directory with everything in it, without following links; does nothing if it is missing.
  public static func remove(_ path: String) throws(SystemError) {
    guard let holder = try Directory(holding: path) else { return }
    guard let name = PathBelow(name: path.utf8.split(separator: UInt8(ascii: "/")).last ?? path[...].utf8) else {
      throw SystemError("removing", path, code: EINVAL)
    }
    try holder.remove(name)
  }

  /// Gives a file a second name on the same file system.
  public static func hardLink(_ path: String, to target: String) throws(SystemError) {
    try check("linking", target) { systemLink(path, target) }
  }

  /// Waits until everything written to the path's file system has reached the disk.
  public static func syncFileSystem(of path: String) throws(SystemError) {
    let directory = try FileDescriptor(path: path, .read)
    #if os(Linux)
      try Trace.span("syncfs") { () throws(SystemError) in
        try check("writing", path) { nextdeploy_sync_file_system(directory.number) }
      }
    #else
      try directory.sync()
    #endif
  }

  /// The directory that holds the path.
  public static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func syncDirectory(of path: String) throws(SystemError) {
    try FileDescriptor(path: parent(path), .read).sync()
  }

  // The C library's functions, which the methods' names would hide.
  private static func systemRename(_ path: String, _ target: String) -> Int32 {
    #if canImport(Glibc)
      unsafe Glibc.rename(path, target)
    #else
      unsafe Darwin.rename(path, target)
    #endif
  }

  private static func systemLink(_ path: String, _ target: String) -> Int32 {
    #if canImport(Glibc)
      unsafe Glibc.link(path, target)
    #else
      unsafe Darwin.link(path, target)
    #endif
  }
}
