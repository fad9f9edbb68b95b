/// What an archive may at most be and hold. The usual values let a large app pass: 150,000 files and 2 GB.
public struct ArchiveLimits: Equatable, Sendable {
  /// One of the limits, as a message names it.
  public enum Name: String, Sendable {
    case bytes, entries, depth, ratio, seconds
  }

  /// The bytes that arrive, and the bytes that they hold once unpacked.
  public var bytes: Int64 = 8 << 30
  /// How many files, links and directories are made; those that the archive only implies count too.
  public var entries = 500_000
  /// How many names a path has at most.
  public var depth = 100
  /// How many times larger the unpacked bytes are than those that arrived, once there are more than ``unjudged``.
  public var ratio: Int64 = 100
  /// The unpacked bytes up to which the ratio does not count: a small archive of empty files is no bomb.
  public var unjudged: Int64 = 64 << 20
  /// How long it may take from the first byte to the last, a sender that stalls included.
  public var seconds = 1800

  /// The usual limits.
  public init() {}
}
