/// Sends visitors elsewhere: a line of `_redirects`. Its texts are checked: they hold nothing but what an address may.
public struct RedirectRule: Equatable, Codable, Sendable, CustomStringConvertible {
  /// Which paths it is for.
  public let from: PathPattern
  /// A path of the site or an address, in which `:name` stands for what the pattern found.
  public let to: String
  /// 301, 302, 303, 307 or 308; 200 where the visitor gets the page at `to` without a redirect.
  public let status: Int
  /// Whether it applies even where there is a file.
  public let isForced: Bool

  init(from: PathPattern, to: String, status: Int, isForced: Bool) {
    self.from = from
    self.to = to
    self.status = status
    self.isForced = isForced
  }

  /// `to` in pieces: text, and what the pattern found.
  public var target: [Piece] {
    var pieces: [Piece] = []
    var text = ""
    var rest = to[...]
    while let colon = rest.firstIndex(of: ":") {
      let name = rest[rest.index(after: colon)...].prefix { $0.isWordPart }
      text += rest[..<colon]
      if from.names.contains(String(name)) {
        pieces += [.text(text), .found(String(name))]
        text = ""
      } else {
        text += ":\(name)"
      }
      rest = rest[name.endIndex...]
    }
    pieces.append(.text(text + rest))
    return pieces.filter { $0 != .text("") }
  }

  /// A piece of where visitors are sent.
  public enum Piece: Equatable, Sendable {
    /// These characters.
    case text(String)
    /// What the pattern found by this name.
    case found(String)
  }

  /// The line as `_redirects` would have it.
  public var description: String { "\(from) \(to) \(status)\(isForced ? "!" : "")" }
}
