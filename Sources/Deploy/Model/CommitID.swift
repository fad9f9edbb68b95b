/// The id of a git object (a commit, a tree or a file's content): 40 hexadecimal digits.
public struct CommitID: CheckedText {
  /// All 40 digits, in lowercase.
  public let description: String

  /// Checks an id; throws unless it is 40 lowercase hexadecimal digits.
  public init(_ text: String) throws(Failure) {
    guard text.utf8.count == 40, text.utf8.allSatisfy(\.isLowercaseHexDigit) else {
      throw Failure("reading a commit's id", "\(text.quoted) is not one", next: "Give 40 hexadecimal digits.")
    }
    description = text
  }

  /// The first 8 digits, as people write it.
  public var short: String { String(description.prefix(8)) }

  /// Whether it is the null id, which is git's way of saying that a ref does not exist.
  public var isNull: Bool { description.allSatisfy { $0 == "0" } }
}
