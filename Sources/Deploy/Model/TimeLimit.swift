/// The longest that something may take, as in "90s", "30m" or "2h".
public struct TimeLimit: CheckedText {
  /// The limit as it was given, as in "30m".
  public let description: String
  /// The limit in seconds.
  public let seconds: Int

  /// Reads a whole number with s, m or h; throws a failure of kind `usage` unless it is from 1s to 24h.
  public init(_ text: String) throws(Failure) {
    let digits = text.prefix(while: \.isDigit)
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

  /// The default for an install, a build and a release command: 30 minutes each.
  public static let build = TimeLimit(minutes: 30)

  /// The default for how long files of a release that is gone are there for pages that are still open: an hour.
  public static let openTabs = TimeLimit(minutes: 60)

  private static let units = ["s": 1, "m": 60, "h": 3600] as [Substring: Int]
}
