/// Text that others had a hand in, so that it cannot steer a terminal: without escape sequences (ECMA-48), control
/// characters and marks that turn the direction of writing. It comes bit by bit, cut anywhere.
public struct VisibleText: Sendable {
  private enum Place { case text, escape, sequence }

  private let keepsLines: Bool
  private var place = Place.text
  /// The beginning of a character whose end has not come yet.
  private var begun: [UInt8] = []

  /// - Parameter keepsLines: whether line feeds stay.
  public init(keepsLines: Bool) { self.keepsLines = keepsLines }

  /// What is visible of one line, line feeds left out as well.
  public static func line(_ text: String) -> String {
    var visible = VisibleText(keepsLines: false)
    return visible.filter(text.unicodeScalars)
  }

  public mutating func add(_ bytes: [UInt8]) -> [UInt8] {
    begun += bytes
    let whole = begun.count - Self.unfinished(begun)
    let text = String(decoding: begun[..<whole], as: UTF8.self)
    begun.removeFirst(whole)
    return Array(filter(text.unicodeScalars).utf8)
  }

  /// What is left where the end has come in the middle of a character.
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

  /// How many bytes at the end can be the beginning of a character.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for (count, byte) in bytes.suffix(3).reversed().enumerated() {
      let length = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      if length == 0 { continue }
      return length > count + 1 ? count + 1 : 0
    }
    return 0
  }
}
