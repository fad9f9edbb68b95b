/// Paths of a site, as in "/blog/:year/*". A `*` at its end stands for all that follows, and is called `splat`.
public struct PathPattern: Equatable, Codable, Sendable, CustomStringConvertible {
  /// A part between two slashes.
  public enum Part: Equatable, Sendable {
    /// These characters, which may be in an address.
    case text(String)
    /// Whatever stands there, by this name.
    case any(String)
    /// All that follows.
    case rest
  }

  /// The parts in order.
  public let parts: [Part]

  /// Reads a pattern that begins with "/"; nil if it holds what no path does.
  public init?(_ text: String) {
    guard text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= 1_000 else { return nil }
    let words = text.pathParts
    var parts: [Part] = []
    for (place, word) in words.enumerated() {
      if word == "*" {
        // In the middle the two services differ in what it means.
        guard place == words.count - 1 else { return nil }
        parts.append(.rest)
      } else if word.utf8.first == UInt8(ascii: ":") {
        let name = String(word.dropFirst())
        guard Self.isName(name), name != Self.splat, !parts.contains(.any(name)) else { return nil }
        parts.append(.any(name))
      } else {
        guard let text = SiteText.path(word), !word.contains("*") else { return nil }
        parts.append(.text(text))
      }
    }
    self.parts = parts
  }

  /// What a pattern's `*` is called where it is used.
  static let splat = "splat"

  /// The names of what it finds, in order.
  public var names: [String] {
    parts.compactMap { part in
      switch part {
      case .any(let name): name
      case .rest: Self.splat
      case .text: nil
      }
    }
  }

  /// Whether it is for the same paths, whatever the names of its parts.
  func isLike(_ other: PathPattern) -> Bool {
    parts.count == other.parts.count
      && zip(parts, other.parts).allSatisfy { part, other in
        if case (.any, .any) = (part, other) { true } else { part == other }
      }
  }

  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !first.isDigit else { return false }
    return text.utf8.count <= 50 && text.isPlain(and: "_")
  }

  /// The pattern as it is written.
  public var description: String {
    "/"
      + parts.map { part in
        switch part {
        case .text(let text): text
        case .any(let name): ":\(name)"
        case .rest: "*"
        }
      }.joined(separator: "/")
  }

  /// Decodes it from its text; throws if that is none.
  public init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    guard let pattern = PathPattern(text) else {
      throw Failure("reading a pattern", "\(text.quoted) is none", next: "Begin it with '/'.")
    }
    self = pattern
  }

  /// Encodes it as its text.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
