import CGit2
public import Deploy

/// A call of libgit2 that failed: what was being done, to what, and libgit2's words.
public struct GitError: Error, Equatable, CustomStringConvertible {
  /// What was being done, such as "reading".
  public let operation: String
  /// What it was done to, such as a path or a ref.
  public let subject: String
  /// libgit2's error code, such as GIT_ENOTFOUND.
  public let code: Int32
  /// Why it failed, in libgit2's words.
  public let reason: String

  /// Whether the object, ref or repository does not exist.
  public var isNotFound: Bool { code == GIT_ENOTFOUND.rawValue }
  /// Whether several objects have the id that was given.
  public var isAmbiguous: Bool { code == GIT_EAMBIGUOUS.rawValue }
  /// Whether somebody else changed it first.
  public var isOutrun: Bool { code == GIT_EMODIFIED.rawValue || code == GIT_EEXISTS.rawValue }

  /// The operation, what it was done to and the reason, in one line.
  public var description: String { "\(operation) \(subject): \(reason)" }
}

extension GitError: Explainable {
  /// The error as the user is told it, with the advice to run `git fsck`.
  public var failure: Failure {
    Failure(
      "\(operation) \(subject)", reason, next: "Check the repository ('git fsck' tells what is wrong), then try again.")
  }
}

/// Throws an error if libgit2 returned one.
@discardableResult
func check(_ operation: String, _ subject: @autoclosure () -> String, _ status: Int32) throws -> Int32 {
  if status >= 0 { return status }
  var reason = "libgit2 gave no reason"
  if let last = unsafe git_error_last(), let message = unsafe last.pointee.message {
    reason = unsafe String(cString: message)
  }
  throw GitError(operation: operation, subject: subject(), code: status, reason: reason)
}

/// What a call of libgit2 makes or opens; throws an error if it returned one.
@unsafe func made(
  _ operation: String, _ subject: @autoclosure () -> String, _ call: (inout OpaquePointer?) -> Int32
) throws -> OpaquePointer {
  var pointer: OpaquePointer?
  try check(operation, subject(), unsafe call(&pointer))
  guard let pointer = unsafe pointer else {
    throw GitError(operation: operation, subject: subject(), code: -1, reason: "libgit2 gave none")
  }
  return unsafe pointer
}
