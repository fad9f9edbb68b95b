/// A major version of Node, and until when it gets fixes.
///
/// These are facts of https://github.com/nodejs/Release (schedule.json, CODENAMES.md).
public struct NodeLine: Equatable, Sendable {
  /// The major version.
  public let major: Int
  /// The last day on which it gets fixes, as in "2028-04-30".
  public let end: String
  /// Its name as a long-term line, in small letters; nil if it has none.
  public let codeName: String?

  /// Whether it is one that is meant for servers: even numbers are, half a year after they appeared.
  public var isLongTerm: Bool { major.isMultiple(of: 2) }

  /// All lines from 12 on.
  static let all = [
    NodeLine(12, "2022-04-30", "erbium"), NodeLine(13, "2020-06-01"), NodeLine(14, "2023-04-30", "fermium"),
    NodeLine(15, "2021-06-01"), NodeLine(16, "2023-09-11", "gallium"), NodeLine(17, "2022-06-01"),
    NodeLine(18, "2025-04-30", "hydrogen"), NodeLine(19, "2023-06-01"), NodeLine(20, "2026-04-30", "iron"),
    NodeLine(21, "2024-06-01"), NodeLine(22, "2027-04-30", "jod"), NodeLine(23, "2025-06-01"),
    NodeLine(24, "2028-04-30", "krypton"), NodeLine(25, "2026-06-01"), NodeLine(26, "2029-04-30", "lithium"),
  ]

  /// The newest long-term line that was one already when this was written.
  static let longTerm = 24

  private init(_ major: Int, _ end: String, _ codeName: String? = nil) {
    self.major = major
    self.end = end
    self.codeName = codeName
  }

  /// The line of a version; nil if it is not known.
  public static func of(_ version: Version) -> NodeLine? { all.first { $0.major == version.major } }

  /// What to say of a version that gets no fixes any more; nil if it does, or that is not known.
  ///
  /// - Parameter time: the date, alone or with what RFC 3339 puts behind it.
  public static func ended(_ version: Version, on time: String) -> String? {
    guard let line = of(version), time.prefix(10) > line.end else { return nil }
    return "Node \(version) gets no fixes any more, not even for security: Node \(line.major) ended on \(line.end)"
  }

  /// The newest such line of which some version fits.
  static func newest(where fits: (Version) -> Bool) -> NodeLine? {
    all.last { line in
      line.codeName != nil && line.major <= longTerm && Version("\(line.major).999.999").map(fits) ?? false
    }
  }
}
