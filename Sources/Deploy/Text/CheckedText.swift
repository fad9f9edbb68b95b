/// A value that is read from a text, which is checked once, and is stored as that text.
public protocol CheckedText: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Reads a text; throws if it is none of these values.
  init(_ text: String) throws(Failure)
}

extension CheckedText {
  /// Decodes a value from a string; throws if it is none.
  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  /// Encodes the value as a string.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension CheckedText where Self: Comparable {
  /// Orders values alphabetically.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
