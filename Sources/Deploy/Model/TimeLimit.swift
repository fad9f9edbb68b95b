/// A time, as in "90s", "30m" or "2h".
public struct TimeLimit: Equatable, Codable, Sendable, CustomStringConvertible {
  public let description: String
  public let seconds: Int

  /// A day at most.
  public init(_ text: String) throws(Failure) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), let unit = Self.units[text.dropFirst(digits.count)],
      (1...86_400 / unit).contains(number)
    else {
      throw Failure(
        .usage, "reading a time limit", "\(text.quoted) is none from 1s to 24h",
        next: "Give one such as 90s, 30m or 2h.")
    }
    description = text
    seconds = number * unit
  }

  private init(minutes: Int) {
    description = "\(minutes)m"
    seconds = minutes * 60
  }

  /// What an install, a build or a release command gets where nothing is set.
  public static let build = TimeLimit(minutes: 30)

  private static let units = ["s": 1, "m": 60, "h": 3600] as [Substring: Int]

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
