/// The most that a shipped archive may hold and take; nil is the default, enough for a large app with its packages.
public struct ShipLimits: Equatable, Codable, Sendable {
  /// The most bytes that arrive, and that they may be once unpacked.
  public var size: Size?
  /// The most files, links and directories.
  public var entries: Int?
  /// The most names in a path.
  public var depth: Int?
  /// The most times that the unpacked bytes may be more than those that arrived.
  public var ratio: Int?
  /// The longest that it may take from its first byte to its last.
  public var time: TimeLimit?

  /// Makes limits that are all at their defaults.
  public init() {}

  /// The default for the bytes: 8 GB.
  public static let size = Size(megabytes: 8 << 10)

  /// The most bytes that arrive, and that they may be once unpacked.
  public var mostBytes: Int { (size ?? Self.size).bytes }
  /// The most files, links and directories.
  public var mostEntries: Int { entries ?? 500_000 }
  /// The most names in a path.
  public var mostDepth: Int { depth ?? 100 }
  /// The most times that the unpacked bytes may be more than those that arrived.
  public var mostRatio: Int { ratio ?? 100 }
  /// The longest that it may take.
  public var mostTime: TimeLimit { time ?? .build }
}
