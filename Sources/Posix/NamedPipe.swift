#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A named pipe (fifo(7)) between this process and one of another user, whose content is never in a file.
///
/// This process's end never blocks, because the other process may end, or never start.
public struct NamedPipe: ~Copyable, Sendable {
  /// Where the pipe is; it is removed together with this value.
  public let path: String
  /// This process's end; -1 before it is open.
  private var end: Int32 = -1

  /// Creates a pipe that members of a group can open as the mode says, replacing whatever is there.
  public init(path: String, group: UInt32, mode: UInt32) throws(SystemError) {
    self.path = path
    try Self.make(path, group, mode)
  }

  deinit {
    if end >= 0 { _ = close(end) }
    _ = unsafe unlink(path)
  }

  /// Opens the pipe for reading; from then on others can open it for writing.
  public mutating func startReading() throws(SystemError) {
    end = try check("opening", path) { unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
  }

  /// Opens the pipe so that `wait(forWord:)` returns when this value is gone, or this process.
  public mutating func keepOpen() throws(SystemError) {
    // Where nobody reads yet, it cannot be opened for writing alone.
    end = try check("opening", path) { unsafe open(path, O_RDWR | O_CLOEXEC) }
  }

  /// Makes a pipe that stays where it is, and returns its open end: `wait(forWord:)` returns when nobody has one any more.
  public static func keeping(path: String, group: UInt32, mode: UInt32) throws(SystemError) -> FileDescriptor {
    try make(path, group, mode)
    // Only what is read by somebody can be opened for writing alone.
    let reader = try FileDescriptor(
      check("opening", path) { unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }, path: path)
    return try withExtendedLifetime(reader) { () throws(SystemError) in
      guard let writer = try writer(of: path) else { throw SystemError("opening", path, code: ENXIO) }
      return writer
    }
  }

  /// Opens a pipe that somebody reads for writing; nil if nobody does.
  public static func writer(of path: String) throws(SystemError) -> FileDescriptor? {
    do {
      return FileDescriptor(
        try check("opening", path) { unsafe open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) }, path: path)
    } catch {
      if error.code == ENXIO { return nil }
      throw error
    }
  }

  private static func make(_ path: String, _ group: UInt32, _ mode: UInt32) throws(SystemError) {
    try Files.remove(path)
    try check("making the pipe", path) { unsafe mkfifo(path, 0o600) }
    try Files.setGroup(path, group)
    try Files.setMode(path, mode)
  }

  /// Reads what is there, waiting for it at most this long; empty if nothing came, or nobody writes any more.
  public func read(upTo count: Int, within limit: Duration) throws(SystemError) -> [UInt8] {
    var watched = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
    let milliseconds = limit.milliseconds
    _ = try check("reading", path) { unsafe poll(&watched, 1, milliseconds) }
    guard watched.revents & Int16(POLLIN) != 0 else {
      // Between two writers, and after the last, poll(2) does not wait; most often that is the end.
      if watched.revents != 0 { Pause.for(min(limit, .milliseconds(2))) }
      return []
    }
    return try FileDescriptor.read(end, path: path, upTo: count)
  }

  /// Writes as much as the reader takes now, and returns what is left; if nobody reads yet, that is everything.
  public mutating func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> ArraySlice<UInt8> {
    if end < 0 {
      do { end = try check("opening", path) { unsafe open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) } } catch {
        if error.code == ENXIO { return bytes }
        throw error
      }
    }
    let number = end
    let count = unsafe bytes.withUnsafeBytes { unsafe FileDescriptor.systemWrite(number, $0.baseAddress, $0.count) }
    if count >= 0 { return bytes.dropFirst(count) }
    if errno == EAGAIN || errno == EINTR { return bytes }
    throw SystemError("writing", path)
  }
}
