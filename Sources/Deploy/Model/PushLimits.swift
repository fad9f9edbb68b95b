/// The most that a push may bring and that handling it may use; nil is the default, enough for a large monorepo.
public struct PushLimits: Equatable, Codable, Sendable {
  /// The most that git accepts in one push, packed.
  public var size: Size?
  /// The largest that one file of a commit may be.
  public var file: Size?
  /// The most files and directories a commit may have.
  public var entries: Int?
  /// The memory that each process handling a push may use: git's, and nextdeploy's own.
  public var memory: Size?

  /// Makes limits that are all at their defaults.
  public init() {}

  /// The default for a whole push: 2 GB.
  public static let size = Size(megabytes: 2 << 10)
  /// The default for one file: 1 GB.
  public static let file = Size(megabytes: 1 << 10)
  /// The default for the files and directories of a commit.
  public static let entries = 500_000

  /// The most bytes that git accepts in one push.
  public var mostBytes: Int { (size ?? Self.size).bytes }
  /// The most bytes that one file of a commit may have.
  public var mostBytesOfFile: Int { (file ?? Self.file).bytes }
  /// The most files and directories a commit may have.
  public var mostEntries: Int { entries ?? Self.entries }

  /// The memory that each process may use: by default half of the machine's, but no less than 1 GB.
  ///
  /// - Parameter machine: the machine's memory in bytes.
  public func memory(of machine: Int) -> Size { memory ?? Size(megabytes: max(1 << 10, machine >> 21)) }
}
