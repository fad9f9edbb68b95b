#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An exclusive lock on a file, held until its owner ends; a crash releases it.
public struct FileLock: ~Copyable {
  private let file: FileDescriptor

  /// Takes the lock, waiting for whoever holds it.
  public init(waitingFor path: String) throws(SystemError) {
    let file = try FileDescriptor(path: path, .update, mode: 0o600)
    try check("locking", path) { flock(file.number, LOCK_EX) }
    self.file = file
  }

  /// Takes the lock; nil if somebody else holds it.
  public init?(ifFree path: String) throws(SystemError) {
    let file = try FileDescriptor(path: path, .update, mode: 0o600)
    do { try check("locking", path) { flock(file.number, LOCK_EX | LOCK_NB) } } catch {
      if error.code == EWOULDBLOCK { return nil }
      throw error
    }
    self.file = file
  }

  /// Replaces the text in the lock's file, which tells those who wait who holds it.
  public borrowing func note(_ text: String) throws(SystemError) {
    try check("writing", file.path) { ftruncate(file.number, 0) }
    try file.write(text.utf8)
  }

  /// Runs `body` while the lock is held.
  public consuming func hold<Result>(_ body: () throws -> Result) rethrows -> Result {
    let result = try body()
    extendLifetime(self)
    return result
  }

  /// Whether somebody holds the lock now; false if there is no lock file.
  ///
  /// The file is not created, because its directory may be about to be removed. Somebody who takes the lock at the
  /// moment of this check may find it held: use `waitingFor`, or try again.
  public static func isHeld(_ path: String) throws(SystemError) -> Bool {
    do {
      let file = try FileDescriptor(path: path, .read)
      try check("asking for the lock", path) { flock(file.number, LOCK_SH | LOCK_NB) }
      return false
    } catch {
      if error.isNotFound { return false }
      if error.code == EWOULDBLOCK { return true }
      throw error
    }
  }
}
