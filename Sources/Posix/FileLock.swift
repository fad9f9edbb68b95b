#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An exclusive lock on a file, held until its owner ends: a crash frees it.
public struct FileLock: ~Copyable {
  private let file: FileDescriptor

  /// Takes the lock, waiting for whoever holds it.
  public init(waitingFor path: String) throws(SystemError) {
    let file = try FileDescriptor(path: path, .update, mode: 0o600)
    try check("locking", path) { flock(file.number, LOCK_EX) }
    self.file = file
  }

  /// Takes the lock; nil where somebody else holds it.
  public init?(ifFree path: String) throws(SystemError) {
    let file = try FileDescriptor(path: path, .update, mode: 0o600)
    do { try check("locking", path) { flock(file.number, LOCK_EX | LOCK_NB) } } catch {
      if error.code == EWOULDBLOCK { return nil }
      throw error
    }
    self.file = file
  }

  /// Runs `body` while it is held.
  public consuming func hold<Result>(_ body: () throws -> Result) rethrows -> Result {
    let result = try body()
    extendLifetime(self)
    return result
  }

  /// Whether somebody holds the lock now. Where no lock file is, nobody does.
  public static func isHeld(_ path: String) throws(SystemError) -> Bool {
    guard Files.exists(path) else { return false }
    let free = try FileLock(ifFree: path)
    return free == nil
  }
}
