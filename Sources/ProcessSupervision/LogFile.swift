import Posix

/// The file that an app writes its output to, which is kept from growing without limit.
///
/// The app has the file open, so it is not replaced: its content moves to a second file, and it is emptied.
public struct LogFile: Sendable {
  /// The path of the file that the app writes to.
  public let path: String
  let limit: Int

  /// Names the log at a path, with a limit in bytes (10 MiB if none is given).
  public init(path: String, limit: Int = 10 << 20) {
    self.path = path
    self.limit = limit
  }

  /// The file with what was in the log before it was last emptied.
  public var old: String { path + ".old" }

  /// Empties the file if it is larger than the limit, keeping at most that much of its end in `old`.
  public func keepWithinLimit() {
    guard let size = try? Files.status(path)?.size, size > limit else { return }
    // A full disk is one more reason to empty it.
    try? Files.copyEnd(of: path, to: old, bytes: limit)
    try? Files.truncate(path)
  }
}
