/// So many bytes, as in "512M" or "2G".
public struct Size: Equatable, Codable, Sendable, CustomStringConvertible {
  public let description: String
  public let bytes: Int

  public init(_ text: String) throws(Failure) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
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

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
