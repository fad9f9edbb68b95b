public import Deploy

/// A key's name: a letter or digit, then up to 62 letters, digits and `.`, `_`, `@`, `-`.
///
/// It is written into authorized_keys and a forced command, so it must not contain anything that has a meaning there.
public struct KeyName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The name as it was given.
  public let description: String

  /// Takes a name; throws if it has other characters or is too long.
  public init(_ text: String) throws(Failure) {
    guard let first = text.utf8.first, first.isLetterOrDigit, text.utf8.count <= 63, text.isPlain(and: ".@-") else {
      throw Failure(
        .usage, "naming a key", "\(text.quoted) is not a key's name",
        next: "Use a letter or digit, then up to 62 letters, digits and . _ @ -, as in 'anna@laptop' or 'ci'.")
    }
    description = text
  }

  /// Sorts names as text.
  public static func < (left: KeyName, right: KeyName) -> Bool { left.description < right.description }
}
