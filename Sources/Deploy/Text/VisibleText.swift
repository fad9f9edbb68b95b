/// Makes text from elsewhere safe for a terminal: without escape sequences (ECMA-48), control characters and marks that
/// change the writing direction. The text comes in pieces, which may be cut anywhere.
public struct VisibleText: Sendable {
  private enum Place { case text, escape, sequence }

  private let keepsLines: Bool
  private var place = Place.text
  /// The beginning of a character whose end has not come yet.
  private var begun: [UInt8] = []

  /// Begins a new text.
  ///
  /// - Parameter keepsLines: whether line feeds stay.
  public init(keepsLines: Bool) { self.keepsLines = keepsLines }

  /// The visible part of one line, without line feeds.
  public static func line(_ text: String) -> String {
    var visible = VisibleText(keepsLines: false)
    return visible.filter(text.unicodeScalars)
  }

  /// Takes the next bytes and returns what is visible of all characters that are complete.
  public mutating func add(_ bytes: [UInt8]) -> [UInt8] {
    begun += bytes
    let whole = begun.count - Self.unfinished(begun)
    let text = String(decoding: begun[..<whole], as: UTF8.self)
    begun.removeFirst(whole)
    return Array(filter(text.unicodeScalars).utf8)
  }

  /// Ends the text and returns what is left of a character that was cut off.
  public mutating func end() -> [UInt8] {
    defer { begun = [] }
    return Array(filter(String(decoding: begun, as: UTF8.self).unicodeScalars).utf8)
  }

  private mutating func filter(_ scalars: String.UnicodeScalarView) -> String {
    var visible = String.UnicodeScalarView()
    for scalar in scalars {
      if scalar == "\n" && keepsLines {
        place = .text
        visible.append(scalar)
        continue
      }
      switch place {
      case .escape: place = scalar == "[" ? .sequence : .text
      // Its parameters, then the one letter that ends it.
      case .sequence: if (0x40...0x7e).contains(scalar.value) { place = .text }
      case .text:
        if scalar == "\u{1B}" {
          place = .escape
        } else if scalar == "\t" || scalar.isVisible {
          visible.append(scalar)
        }
      }
    }
    return String(visible)
  }

  /// How many bytes at the end may be the beginning of a character.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for (count, byte) in bytes.suffix(3).reversed().enumerated() {
      let length = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      if length == 0 { continue }
      return length > count + 1 ? count + 1 : 0
    }
    return 0
  }
}

extension Unicode.Scalar {
  /// Whether it is neither a control character nor a mark that changes the writing direction.
  public var isVisible: Bool {
    switch value {
    case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x202a...0x202e, 0x2066...0x2069: false
    default: true
    }
  }
}

extension String {
  /// The text in quotes for a message, with control characters made visible and cut after 80 characters.
  public var quoted: String {
    let visible = unicodeScalars.prefix(80).map { $0.isVisible ? String($0) : "\u{FFFD}" }
    return "'" + visible.joined() + (unicodeScalars.count > 80 ? "…'" : "'")
  }
}
