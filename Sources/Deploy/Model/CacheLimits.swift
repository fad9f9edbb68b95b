/// How much of what builds keep for the next one an app may have, and for how long.
public struct CacheLimits: Equatable, Codable, Sendable {
  /// The most bytes; nil is ``mostBytes``'s default.
  public var size: Size?
  /// How long what no build has written to is kept, in days; nil is ``mostDays``'s default.
  public var days: Int?

  /// Makes limits that are the defaults.
  public init() {}

  /// The size that is in force.
  public var mostBytes: Size { size ?? Size(megabytes: 2048) }
  /// The days that are in force.
  public var mostDays: Int { days ?? 30 }
}
