/// What stands between "(?!" and ")" in a regular expression of an app's: alternatives of characters, sets of characters,
/// repeated ones, and groups of these that are not repeated. It is read only as far as it cannot take long.
struct Lookahead: Equatable, Sendable {
  private enum Item: Equatable, Sendable {
    case one(Bytes)
    case maybe(Bytes)
    case many(Bytes, least: Int)
    case group([[Item]])
    /// A "(?!" in it.
    case not([[Item]])
    /// The end of the text.
    case end
  }

  /// Characters of ASCII.
  private struct Bytes: Equatable, Sendable {
    var has: [Bool]

    init(_ bytes: some Sequence<UInt8>) {
      has = Array(repeating: false, count: 128)
      for byte in bytes where byte < 128 { has[Int(byte)] = true }
    }

    static let any = Bytes(0..<128)
    static let words = Bytes((0..<128).filter(\.isWordPart))
    static let digits = Bytes(UInt8(ascii: "0")...UInt8(ascii: "9"))

    var others: Bytes { Bytes((0..<128).filter { !has[Int($0)] }) }

    /// With each letter as a capital and as a small one.
    var inBothCases: Bytes { Bytes((0..<128).filter { has[Int($0)] || $0.isLetter && has[Int($0 ^ 0x20)] }) }

    var isOne: Bool { has.count { $0 } == 1 }
  }

  private let alternatives: [[Item]]

  /// Reads it; nil if it holds more than that.
  init?(_ text: String) {
    guard text.utf8.count <= 2_000, text.utf8.allSatisfy({ $0 < 128 }) else { return nil }
    var reader = Reader(rest: Array(text.utf8)[...])
    guard let alternatives = reader.alternatives(), reader.rest.isEmpty else { return nil }
    self.alternatives = alternatives
  }

  /// Whether a text surely begins with one of the alternatives.
  ///
  /// - Parameter isWhole: whether nothing may follow in the text.
  func isBeginning(of text: String, isWhole: Bool) -> Bool {
    let match = Match(text: Array(text.utf8), isWhole: isWhole)
    return match.any(of: alternatives, at: 0, ignoringCase: false) { _ in true } && match.steps > 0
  }

  // MARK: Reading

  private struct Reader {
    var rest: ArraySlice<UInt8>
    private var depth = 0
    private var isInNot = false

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    mutating func take(_ text: String) -> Bool {
      guard rest.starts(with: text.utf8) else { return false }
      rest = rest.dropFirst(text.utf8.count)
      return true
    }

    mutating func alternatives() -> [[Item]]? {
      var all: [[Item]] = []
      repeat {
        var items: [Item] = []
        while let next = rest.first, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
          guard let item = item() else { return nil }
          items.append(item)
        }
        all.append(items)
      } while take("|")
      return all
    }

    private mutating func item() -> Item? {
      if take("$") { return .end }
      let isNot = take("(?!")
      if isNot || take("(?:") || take("(") {
        // What surely is not there and what surely is are not the same.
        guard depth < 3, !(isNot && isInNot), rest.first != UInt8(ascii: "?") else { return nil }
        let before = isInNot
        (depth, isInNot) = (depth + 1, isNot || isInNot)
        guard let inner = alternatives(), take(")") else { return nil }
        (depth, isInNot) = (depth - 1, before)
        if let next = rest.first, "?*+{".utf8.contains(next) { return nil }
        return isNot ? .not(inner) : .group(inner)
      }
      guard let bytes = take("[") ? set() : single(), !take("{") else { return nil }
      for (sign, least) in [("*", 0), ("+", 1)] where take(sign) {
        // Which of the ways is taken does not matter.
        _ = take("?")
        return .many(bytes, least: least)
      }
      return take("?") ? .maybe(bytes) : .one(bytes)
    }

    private mutating func single() -> Bytes? {
      if take("\\") { return escaped() }
      guard let byte = rest.popFirst() else { return nil }
      if byte == UInt8(ascii: ".") { return .any }
      return "*+?{}[]^".utf8.contains(byte) ? nil : Bytes([byte])
    }

    private mutating func escaped() -> Bytes? {
      guard let byte = rest.popFirst() else { return nil }
      if byte == UInt8(ascii: "w") { return .words }
      if byte == UInt8(ascii: "d") { return .digits }
      return byte.isLetter || byte.isDigit ? nil : Bytes([byte])
    }

    private mutating func set() -> Bytes? {
      let isNegated = take("^")
      var result = Bytes([])
      while !take("]") {
        guard var bytes = take("\\") ? escaped() : rest.popFirst().map({ Bytes([$0]) }) else { return nil }
        if rest.first == UInt8(ascii: "-"), rest.dropFirst().first != UInt8(ascii: "]") {
          // Behind a class such as "\w" a "-" is no range.
          guard bytes.isOne, let first = bytes.has.firstIndex(of: true), take("-"), let last = rest.popFirst(),
            last != UInt8(ascii: "\\"), first <= last
          else { return nil }
          bytes = Bytes(UInt8(first)...last)
        }
        for byte in 0..<128 where bytes.has[byte] { result.has[byte] = true }
      }
      if !isNegated { return result }
      // Whether the pattern takes capitals for small letters is not known: "[^A]" surely has neither, and may have both.
      return isInNot ? result.others : result.inBothCases.others
    }
  }

  // MARK: Comparing

  private final class Match {
    let text: [UInt8]
    let isWhole: Bool
    /// Several that are repeated could try each place with each other.
    var steps = 20_000

    init(text: [UInt8], isWhole: Bool) {
      self.text = text
      self.isWhole = isWhole
    }

    func any(of alternatives: [[Item]], at place: Int, ignoringCase: Bool, _ then: (Int) -> Bool) -> Bool {
      alternatives.contains { all($0[...], at: place, ignoringCase, then) }
    }

    private func all(_ items: ArraySlice<Item>, at place: Int, _ ignoringCase: Bool, _ then: (Int) -> Bool) -> Bool {
      steps -= 1
      guard steps > 0 else { return false }
      guard let item = items.first else { return then(place) }
      let rest = items.dropFirst()
      switch item {
      case .end: return isWhole && place == text.count && all(rest, at: place, ignoringCase, then)
      case .one(let bytes):
        return has(bytes, place, ignoringCase) && all(rest, at: place + 1, ignoringCase, then)
      case .maybe(let bytes):
        return has(bytes, place, ignoringCase) && all(rest, at: place + 1, ignoringCase, then)
          || all(rest, at: place, ignoringCase, then)
      case .many(let bytes, let least):
        var end = place
        while has(bytes, end, ignoringCase) { end += 1 }
        guard end - place >= least else { return false }
        return (place + least...end).contains { all(rest, at: $0, ignoringCase, then) }
      case .group(let inner):
        return any(of: inner, at: place, ignoringCase: ignoringCase) { all(rest, at: $0, ignoringCase, then) }
      case .not(let inner):
        // What surely is not there, however the letters are written; of what follows an open end nothing is sure.
        return isWhole && !any(of: inner, at: place, ignoringCase: true) { _ in true }
          && all(rest, at: place, ignoringCase, then)
      }
    }

    private func has(_ bytes: Bytes, _ place: Int, _ ignoringCase: Bool) -> Bool {
      guard place < text.count, text[place] < 128 else { return false }
      if bytes.has[Int(text[place])] { return true }
      return ignoringCase && text[place].isLetter && bytes.has[Int(text[place] ^ 0x20)]
    }
  }
}
