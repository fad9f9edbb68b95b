/// An app's name: a lowercase letter, then up to 38 letters, digits and hyphens.
///
/// It becomes a directory, a systemd unit's instance and a file's name, so nothing else may be in it.
public struct AppName: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The name itself, as in "shop-admin".
  public let description: String

  /// Checks a name; throws a failure of kind `usage` if an app cannot have it.
  public init(_ text: String) throws(Failure) {
    let rest = text.utf8.dropFirst()
    guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), rest.count <= 38,
      rest.allSatisfy({ $0.isLowercaseOrDigit || $0 == UInt8(ascii: "-") })
    else {
      throw Failure(
        .usage, "naming an app", "\(text.quoted) is not an app's name",
        next:
          "Use a lowercase letter, then up to 38 lowercase letters, digits and hyphens, as in 'shop' or 'shop-admin'.")
    }
    description = text
  }

  /// Decodes a name from a string; throws if an app cannot have it.
  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  /// Encodes the name as a string.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  /// Orders names alphabetically.
  public static func < (left: AppName, right: AppName) -> Bool { left.description < right.description }
}

extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
  var isLowercaseOrDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}

extension Unicode.Scalar {
  /// Whether it is neither a control character nor a mark that changes the writing direction.
  public var isVisible: Bool {
    switch value {
    case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x202a...0x202e, 0x2066...0x2069: false
    default: true
    }
  }
}

extension String {
  /// The text in quotes for a message, with control characters made visible and cut after 80 characters.
  public var quoted: String {
    let visible = unicodeScalars.prefix(80).map { $0.isVisible ? String($0) : "\u{FFFD}" }
    return "'" + visible.joined() + (unicodeScalars.count > 80 ? "…'" : "'")
  }
}
