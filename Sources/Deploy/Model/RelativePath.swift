/// A path inside the app: relative, and never above where it starts.
public struct RelativePath: Hashable, Codable, Sendable, CustomStringConvertible {
  public let description: String

  /// Nil where the text leads out ("../x", "/x") or cannot be a path.
  public init?(_ text: String) {
    guard !text.isEmpty, text.utf8.first != UInt8(ascii: "/"), text.utf8.count < 1024,
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
    else { return nil }
    let parts = text.pathParts.filter { $0 != "." }
    guard !parts.contains("..") else { return nil }
    description = parts.joined(separator: "/")
  }

  public static let top = RelativePath(checked: "")

  private init(checked: String) { description = checked }

  public var isTop: Bool { description.isEmpty }

  /// Below another directory.
  public func below(_ directory: String) -> String { isTop ? directory : "\(directory)/\(description)" }

  /// A file in this directory, as a path from the top.
  public func file(_ name: String) -> String { isTop ? name : "\(description)/\(name)" }

  public init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    guard let path = text.isEmpty ? .top : RelativePath(text) else {
      throw Failure("reading a path", "\(text.quoted) leads out of the app", next: "Give a path inside the app.")
    }
    self = path
  }

  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension String {
  /// The names in a path, as the file system parts them: by bytes. To Swift a slash that a combining mark follows
  /// is another character than a slash.
  var pathParts: [String] {
    utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
  }
}
