/// What answers for some paths say: a path of `_headers` and the lines below it.
public struct HeaderRule: Equatable, Codable, Sendable, CustomStringConvertible {
  /// One header.
  public struct Field: Equatable, Codable, Sendable {
    /// The header's name: letters, digits and "-".
    public let name: String
    /// Its value, which is printable and holds nothing that Caddy might take for more than text.
    public let value: String
  }

  /// Which paths it is for.
  public let path: PathPattern
  /// The headers, each name once.
  public let fields: [Field]

  init(path: PathPattern, fields: [Field]) {
    self.path = path
    self.fields = fields
  }

  /// The lines as `_headers` would have them.
  public var description: String {
    ([path.description] + fields.map { "  \($0.name): \($0.value)" }).joined(separator: "\n")
  }
}
