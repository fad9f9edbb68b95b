/// Paths of a site, as in "/blog/:year/*". A `*` at its end stands for all that follows, and is called `splat`. One
/// elsewhere, as in "/img/*.png", stands for anything, slashes too, and has no name.
public struct PathPattern: Equatable, Codable, Sendable, CustomStringConvertible {
  /// A part between two slashes.
  public enum Part: Equatable, Sendable {
    /// These characters, which may be in an address.
    case text(String)
    /// Whatever stands there, by this name.
    case any(String)
    /// Anything between these characters.
    case around(String, String)
    /// All that follows.
    case rest
  }

  /// The parts in order.
  public let parts: [Part]

  /// Reads a pattern that begins with "/"; nil if it holds what no path does.
  ///
  /// - Parameter isOpen: whether a `*` may stand elsewhere than at its end, as in `_headers`. In `_redirects` the services
  ///   differ in what that means.
  public init?(_ text: String, isOpen: Bool = false) {
    guard text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= 1_000 else { return nil }
    let words = text.pathParts
    var parts: [Part] = []
    for (place, word) in words.enumerated() {
      if word == "*", place == words.count - 1 {
        parts.append(.rest)
      } else if word.utf8.first == UInt8(ascii: ":") {
        let name = String(word.dropFirst())
        guard Self.isName(name), name != Self.splat, !parts.contains(.any(name)) else { return nil }
        parts.append(.any(name))
      } else {
        let pieces = word.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
          .map { SiteText.path(String(Substring($0)), decoding: Self.reserved) }
        guard pieces.count == 1 || isOpen && pieces.count == 2, let first = pieces[0], let last = pieces.last ?? nil
        else { return nil }
        parts.append(pieces.count == 1 ? .text(first) : .around(first, last))
      }
    }
    guard text.utf8.count(where: { $0 == UInt8(ascii: "*") }) <= 1 else { return nil }
    self.parts = parts
  }

  /// What stands for itself in a path, encoded or not; of ":" and "*" only what is encoded does.
  private static let reserved = "!$&'()+,;=@"

  /// What a pattern's `*` is called where it is used.
  static let splat = "splat"

  /// The names of what it finds, in order.
  public var names: [String] {
    parts.compactMap { part in
      switch part {
      case .any(let name): name
      case .rest: Self.splat
      case .text, .around: nil
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
        case .around(let before, let after): "\(before)*\(after)"
        case .rest: "*"
        }
      }.joined(separator: "/")
  }

  /// Decodes it from its text; throws if that is none.
  public init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    guard let pattern = PathPattern(text, isOpen: true) else {
      throw Failure("reading a pattern", "\(text.quoted) is none", next: "Begin it with '/'.")
    }
    self = pattern
  }

  /// Encodes it as its text.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
