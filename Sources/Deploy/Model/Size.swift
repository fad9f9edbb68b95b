/// A number of bytes, as in "512M" or "2G"; a megabyte is 1024 × 1024.
public struct Size: CheckedText {
  /// The size as it was given, as in "512M".
  public let description: String
  /// The size in bytes.
  public let bytes: Int

  /// Reads a whole number with M or G; throws a failure of kind `usage` for anything else.
  public init(_ text: String) throws(Failure) {
    let digits = text.prefix(while: \.isDigit)
    guard let number = Int(digits), number > 0, number < 1_000_000,
      let shift = Self.shifts[text.dropFirst(digits.count)]
    else {
      throw Failure(.usage, "reading a size", "\(text.quoted) is not one", next: "Give one such as 512M or 2G.")
    }
    description = text
    bytes = number << shift
  }

  /// So many megabytes.
  init(megabytes: Int) {
    description = megabytes.isMultiple(of: 1024) ? "\(megabytes >> 10)G" : "\(megabytes)M"
    bytes = megabytes << 20
  }

  private static let shifts = ["M": 20, "G": 30] as [Substring: Int]
}
