/// The most that a push may bring, and that handling it may take; nil is the default, which a large monorepo keeps to.
public struct PushLimits: Equatable, Codable, Sendable {
  /// What git takes in one push, packed as it comes.
  public var size: Size?
  /// One file of a commit.
  public var file: Size?
  /// The files and directories of a commit.
  public var entries: Int?
  /// The memory of each process that handles it: git's, and nextdeploy's own.
  public var memory: Size?

  public init() {}

  public static let size = Size(megabytes: 2 << 10)
  public static let file = Size(megabytes: 1 << 10)
  public static let entries = 500_000

  public var mostBytes: Int { (size ?? Self.size).bytes }
  public var mostBytesOfFile: Int { (file ?? Self.file).bytes }
  public var mostEntries: Int { entries ?? Self.entries }

  /// - Parameter machine: the memory of the machine, of which it is half by default.
  public func memory(of machine: Int) -> Size { memory ?? Size(megabytes: max(1 << 10, machine >> 21)) }
}
