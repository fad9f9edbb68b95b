/// An app's name: a lowercase letter, then up to 38 letters, digits and hyphens.
///
/// It becomes a directory, a systemd unit's instance and a file's name, so nothing else may be in it.
public struct AppName: CheckedText, Comparable {
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
}
