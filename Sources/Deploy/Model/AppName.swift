/// An app's name: a lowercase letter, then up to 38 letters, digits and hyphens.
///
/// It becomes a directory, a systemd unit's instance and a file's name, so nothing else may be in it.
public struct AppName: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  /// The name itself, as in "shop-admin".
  public let description: String

  /// Checks a name; throws a failure of kind `usage` if an app cannot have it.
  public init(_ text: String) throws(Failure) {
    let rest = text.utf8.dropFirst()
    guard let first = text.utf8.first, first.isLowercase, rest.count <= 38,
      rest.allSatisfy({ $0.isLowercase || $0.isDigit || $0 == UInt8(ascii: "-") })
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
