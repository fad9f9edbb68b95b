#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The only owner of an open file descriptor, which is closed with it.
public struct FileDescriptor: ~Copyable, Sendable {
  /// The descriptor's number, for calls that borrow it.
  public let number: Int32
  let path: String

  init(_ number: Int32, path: String) {
    self.number = number
    self.path = path
  }

  deinit { _ = close(number) }

  /// Takes over an inherited descriptor, so that no child of this process inherits it in turn.
  public init(inherited number: Int32) throws(SystemError) {
    try check("taking over the descriptor", String(number)) { fcntl(number, F_SETFD, FD_CLOEXEC) }
    self.init(number, path: Self.name(of: number))
  }

  /// What an inherited descriptor is called.
  static func name(of number: Int32) -> String {
    ["standard input", "standard output", "standard error"].dropFirst(Int(number)).first ?? "descriptor \(number)"
  }

  /// What a file is opened for, and what happens if it is missing or already there.
  public enum Access: Sendable {
    case read
    /// Writes at the end; the file is created if it is missing.
    case append
    /// Empties the file first; it is created if it is missing.
    case replace
    /// Creates the file; an error if it exists.
    case create
    /// Reads and writes; the file is created if it is missing.
    case update
    /// Writes at the end of a file that exists and is not a symlink.
    case appendExisting

    var flags: Int32 {
      switch self {
      case .read: O_RDONLY
      case .append: O_WRONLY | O_APPEND | O_CREAT
      case .replace: O_WRONLY | O_TRUNC | O_CREAT
      case .create: O_WRONLY | O_EXCL | O_CREAT
      case .update: O_RDWR | O_CREAT
      case .appendExisting: O_WRONLY | O_APPEND | O_NOFOLLOW
      }
    }
  }

  /// Opens a file with a descriptor that child processes do not inherit.
  public init(path: String, _ access: Access, mode: UInt32 = 0o644) throws(SystemError) {
    let operation = access == .read ? "opening" : "writing"
    let number = try check(operation, path) { unsafe open(path, access.flags | O_CLOEXEC, mode_t(mode)) }
    self.init(number, path: path)
  }

  /// Reads up to `count` bytes; empty at the end of the file.
  public func read(upTo count: Int) throws(SystemError) -> [UInt8] {
    try Self.read(number, path: path, upTo: count)
  }

  /// Reads at most `count` bytes from a place in a file, wherever it is read otherwise; fewer only at its end.
  public func read(at place: Int, upTo count: Int) throws(SystemError) -> [UInt8] {
    guard place >= 0, count > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: count)
    let got = try check("reading", path) { unsafe pread(number, &buffer, count, off_t(place)) }
    return Array(buffer.prefix(got))
  }

  static func read(_ number: Int32, path: String, upTo count: Int) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, got in
      do throws(SystemError) {
        got = try check("reading", path) { unsafe systemRead(number, buffer.baseAddress, count) }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Waits at most this long until there is something to read, or the end; false if there is not.
  public func isReadable(within limit: Duration) throws(SystemError) -> Bool {
    try Self.isReady(number, POLLIN, within: limit, path: path)
  }

  static func isReady(_ number: Int32, _ event: Int32, within limit: Duration, path: String) throws(SystemError) -> Bool
  {
    var watched = pollfd(fd: number, events: Int16(event), revents: 0)
    let milliseconds = limit.milliseconds
    return try check("waiting for", path) { unsafe poll(&watched, 1, milliseconds) } > 0
  }

  /// Reads all bytes up to the end of the file.
  public func readToEnd() throws(SystemError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = try read(upTo: 65_536)
      if bytes.isEmpty { return all }
      all += bytes
    }
  }

  /// Does the same, but reads no more than the limit and one byte; nil if there are more than the limit.
  public func read(atMost limit: Int) throws(SystemError) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      let more = try read(upTo: min(1 << 20, limit + 1 - bytes.count))
      if more.isEmpty { return bytes }
      bytes += more
    }
    return nil
  }

  /// Writes all of the bytes.
  public func write(_ bytes: some Collection<UInt8>) throws(SystemError) {
    try unsafe Array(bytes).withUnsafeBufferPointer { (buffer) throws(SystemError) in
      try unsafe write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Writes all of a buffer's bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      written += try check("writing", path) {
        unsafe Self.systemWrite(number, bytes.baseAddress! + written, bytes.count - written)
      }
    }
  }

  /// The status of the open file.
  public func status() throws(SystemError) -> Files.Status {
    var status = stat()
    try check("reading", path) { unsafe fstat(number, &status) }
    return Files.Status(status)
  }

  /// Sets the permissions of the file.
  public func setMode(_ mode: UInt32) throws(SystemError) {
    try check("setting the permissions of", path) { fchmod(number, mode_t(mode)) }
  }

  /// Sets when the file was last changed, in seconds since 1970 and nanoseconds.
  public func setModified(_ seconds: Int64, nanoseconds: Int = 0) throws(SystemError) {
    let time = timespec(tv_sec: time_t(seconds), tv_nsec: nanoseconds)
    try check("setting the time of", path) { unsafe futimens(number, [time, time]) }
  }

  /// Gives the file to a group.
  public func setGroup(_ group: UInt32) throws(SystemError) {
    try check("giving to a group", path) { fchown(number, uid_t.max, gid_t(group)) }
  }

  /// Waits until everything written has reached the disk.
  public func sync() throws(SystemError) {
    try Trace.span("fsync") { () throws(SystemError) in try check("writing", path) { fsync(number) } }
  }

  /// Makes it this process's standard input.
  public func becomeInput() throws(SystemError) {
    try check("reading", path) { dup2(number, 0) }
  }

  /// Makes it this process's standard output and standard error.
  public func becomeOutput() throws(SystemError) {
    try check("writing", path) { dup2(number, 1) }
    try check("writing", path) { dup2(number, 2) }
  }

  // `read` and `write` of the C library, which the methods' names would hide.
  private static func systemRead(_ number: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(number, start, count)
    #else
      unsafe Darwin.read(number, start, count)
    #endif
  }

  static func systemWrite(_ number: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(number, start, count)
    #else
      unsafe Darwin.write(number, start, count)
    #endif
  }
}
