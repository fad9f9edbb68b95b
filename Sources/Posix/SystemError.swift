#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A system call that failed: what was being done, to what, and the system's reason.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// The operation in words, such as "writing".
  public let operation: String
  /// What it was done to, usually a path.
  public let subject: String
  /// The `errno` value.
  public let code: Int32

  /// Makes an error from an operation in words, what it was done to, and an `errno` value.
  public init(_ operation: String, _ subject: String, code: Int32) {
    self.operation = operation
    self.subject = subject
    self.code = code
  }

  /// The error that `errno` holds now.
  init(_ operation: String, _ subject: String) {
    self.init(operation, subject, code: errno)
  }

  /// The system's words for the reason, such as "No space left on device".
  public var reason: String { unsafe String(cString: strerror(code)) }

  /// Whether the path, or a directory on the way to it, does not exist.
  public var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
  /// Whether nothing is there, or a symlink is in the way.
  public var isNoWay: Bool { isNotFound || code == ELOOP }
  /// Whether a symlink leads out of the directory that is not to be left (openat2(2)).
  public var isWayOut: Bool { code == EXDEV }
  /// Whether something with that name already exists.
  public var isAlreadyThere: Bool { code == EEXIST }
  /// Whether the disk is full, or the user's quota is used up.
  public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  /// Whether this process may not do it, or the file system is read-only.
  public var isPermission: Bool { code == EACCES || code == EPERM || code == EROFS }

  /// Whether a file cannot get another name there: it has too many, or it is on another file system.
  public var isNoMoreLinks: Bool { code == EMLINK || code == EXDEV }

  /// Whether a file is larger than the limit for reading it.
  public var isTooLarge: Bool { code == EFBIG }

  /// Whether nobody reads what is written any more.
  public var isBrokenPipe: Bool { code == EPIPE }

  /// Whether another socket has the address.
  public var isInUse: Bool { code == EADDRINUSE }

  /// Whether the address does not belong to this machine.
  public var isForeignAddress: Bool { code == EADDRNOTAVAIL }

  /// Whether nothing listens where a connection was attempted.
  public var isRefusal: Bool { code == ECONNREFUSED }

  /// Whether a connection took longer than it was given.
  public var isTimeout: Bool { code == EINPROGRESS || code == EAGAIN || code == ETIMEDOUT }

  /// The operation, what it was done to and the reason, in one line.
  public var description: String { "\(operation) \(subject): \(reason)" }
}

/// Throws if a system call returned -1; repeats a call that a signal interrupted.
@discardableResult
func check<Number: SignedInteger>(
  _ operation: String, _ subject: @autoclosure () -> String, _ call: () -> Number
) throws(SystemError) -> Number {
  while true {
    let result = call()
    if result != -1 { return result }
    if errno != EINTR { throw SystemError(operation, subject()) }
  }
}
