/// A path inside the app: relative, and never leading above where it starts.
public struct RelativePath: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The path without `.` and without doubled or trailing slashes; empty for the top.
  public let description: String

  /// Checks a path; nil if it leads out ("../x", "/x") or cannot be a path.
  public init?(_ text: String) {
    guard !text.isEmpty, text.utf8.first != UInt8(ascii: "/"), text.utf8.count < 1024,
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
    else { return nil }
    let parts = text.pathParts.filter { $0 != "." }
    guard !parts.contains("..") else { return nil }
    description = parts.joined(separator: "/")
  }

  /// The directory in which paths start.
  public static let top = RelativePath(checked: "")

  private init(checked: String) { description = checked }

  /// Whether it is the directory in which paths start.
  public var isTop: Bool { description.isEmpty }

  /// Whether it is of characters that stand for themselves in an address, and mean nothing else in Caddy's configuration.
  var isAddress: Bool { description.isPlain(and: "-._~/") }

  /// The path below another directory, as text.
  public func below(_ directory: String) -> String { isTop ? directory : "\(directory)/\(description)" }

  /// A path below this one.
  func appending(_ path: RelativePath) -> RelativePath {
    if isTop { return path }
    return path.isTop ? self : RelativePath(checked: "\(description)/\(path)")
  }

  /// A file in this directory, as a path from the top.
  public func file(_ name: String) -> String { isTop ? name : "\(description)/\(name)" }

  /// Decodes a path from a string; throws if it leads out.
  public init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    guard let path = text.isEmpty ? .top : RelativePath(text) else {
      throw Failure("reading a path", "\(text.quoted) leads out of the app", next: "Give a path inside the app.")
    }
    self = path
  }

  /// Encodes the path as a string, empty for the top.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension String {
  /// The names in a path, as the file system parts them: by bytes. To Swift a slash that a combining mark follows
  /// is another character than a slash.
  var pathParts: [String] {
    utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
  }
}
