/// The id of a git object (a commit or a tree): 40 hexadecimal digits.
public struct CommitID: Hashable, Codable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ text: String) throws(Failure) {
    guard text.utf8.count == 40, text.utf8.allSatisfy({ $0.isDigit || (0x61...0x66).contains($0) }) else {
      throw Failure("reading a commit's id", "\(text.quoted) is not one", next: "Give 40 hexadecimal digits.")
    }
    description = text
  }

  public init(from decoder: any Decoder) throws { try self.init(String(from: decoder)) }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }

  /// The first digits, as people write it.
  public var short: String { String(description.prefix(8)) }

  /// Whether it is the null id, by which git says that a ref is not there.
  public var isNull: Bool { description.allSatisfy { $0 == "0" } }
}
