/// A branch's name by git's rules (git-check-ref-format), including those about `@{` and `.lock`.
public struct BranchName: CheckedText {
  /// The short name, as in "main".
  public let description: String

  /// Checks a short name; throws a failure of kind `usage` if git would not take it.
  public init(_ text: String) throws(Failure) {
    // By bytes, as git does: to Swift a '~' that a combining mark follows is another character than '~'.
    let bytes = Array(text.utf8)
    let dot = UInt8(ascii: ".")
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard !bytes.isEmpty, bytes.count < 200, bytes[0] != UInt8(ascii: "-"), text != "@", bytes.last != dot,
      bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && !"~^:?*[\\".utf8.contains($0) }),
      !zip(bytes, bytes.dropFirst()).contains(where: {
        $0 == (dot, dot) || $0 == (UInt8(ascii: "@"), UInt8(ascii: "{"))
      }),
      parts.allSatisfy({ !$0.isEmpty && $0.first != dot && !$0.suffix(5).elementsEqual(".lock".utf8) })
    else {
      throw Failure(
        .usage, "naming a branch", "\(text.quoted) is not a branch's name", next: "Use a name such as 'main'.")
    }
    description = text
  }

  /// The full name, as a push gives it: "refs/heads/main".
  public var ref: String { "refs/heads/\(description)" }
}
