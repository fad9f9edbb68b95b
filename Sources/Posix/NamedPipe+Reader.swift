#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// The other end of a pipe: what a unit reads that somebody else has made.
extension NamedPipe {
  /// Waits until a pipe is sent something, or nobody has it open any more; returns at once if there is none.
  public static func wait(forWord path: String) throws(SystemError) {
    guard let reader = try reader(of: path) else { return }
    while true {
      do {
        _ = try reader.read(upTo: 1)
        return
      } catch {
        if error.code != EAGAIN { throw error }
        _ = try reader.isReadable(within: .seconds(3600))
      }
    }
  }

  /// Everything that a pipe is sent; nil if nobody begins with that before the time is up.
  ///
  /// Neither the pipe nor its writer need be there yet, and the pipe may be made anew meanwhile.
  public static func receive(_ path: String, within limit: Duration) throws(SystemError) -> [UInt8]? {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < limit {
      guard let reader = try reader(of: path) else {
        Pause.for(pause)
        continue
      }
      let own = try reader.status()
      // It stays open as long as it is the pipe of that name: a reader that goes away loses what is being written.
      var isLast = false
      while true {
        if try reader.isReadable(within: isLast ? .zero : pause) { return try contents(of: reader) }
        if isLast { break }
        // Whoever has written removes the pipe, so that must be looked at before it is read for the last time.
        isLast = try Files.status(path)?.inode != own.inode || ContinuousClock.now - start >= limit
      }
    }
    return nil
  }

  private static var pause: Duration { .milliseconds(2) }

  private static func reader(of path: String) throws(SystemError) -> FileDescriptor? {
    do {
      return FileDescriptor(
        try check("opening", path) { unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }, path: path)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  /// Reads to the end, which is there when nobody has the pipe open for writing.
  private static func contents(of reader: borrowing FileDescriptor) throws(SystemError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      do {
        let bytes = try reader.read(upTo: 65_536)
        if bytes.isEmpty { return all }
        all += bytes
      } catch {
        if error.code != EAGAIN { throw error }
        _ = try reader.isReadable(within: .seconds(3600))
      }
    }
  }
}
