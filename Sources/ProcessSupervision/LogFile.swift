import Posix

/// The file that an app writes its output to, which is kept from growing without end.
///
/// The app itself has it open, so it is not replaced: what is in it goes to a file beside it, and it begins anew.
public struct LogFile: Sendable {
  /// The path of the file that the app writes to.
  public let path: String
  let limit: Int

  /// Names the log at a path, with a limit in bytes (10 MiB if none is given).
  public init(path: String, limit: Int = 10 << 20) {
    self.path = path
    self.limit = limit
  }

  /// What was in it before it began anew.
  public var old: String { path + ".old" }

  /// Begins anew where there is more in it than the limit. The end of it is kept, no more than the limit allows.
  public func keepWithinLimit() {
    guard let size = try? Files.status(path)?.size, size > limit else { return }
    // A disk that is full is one more reason to empty it.
    try? Files.copyEnd(of: path, to: old, bytes: limit)
    try? Files.truncate(path)
  }
}
