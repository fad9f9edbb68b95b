/// A branch's name by git's rules (git-check-ref-format), those of `@{` and `.lock` included.
public struct BranchName: Hashable, Codable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ text: String) throws(Failure) {
    let forbidden: Set<Character> = [" ", "~", "^", ":", "?", "*", "[", "\\"]
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard !text.isEmpty, text.utf8.count < 200, !text.hasPrefix("-"), text != "@", !text.contains(".."),
      !text.contains("@{"),
      !text.hasSuffix("."), text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f }),
      text.allSatisfy({ !forbidden.contains($0) }),
      parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock") })
    else {
      throw Failure(
        .usage, "naming a branch", "\(text.quoted) is not a branch's name", next: "Use a name such as 'main'.")
    }
    description = text
  }

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  /// The branch's full name, as a push names it.
  public var ref: String { "refs/heads/\(description)" }
}
