/// A pattern of next.config or of a middleware's matcher: segments of path-to-regexp's. It tells what it surely is not for;
/// patterns are regular expressions of the app's, which may take for ever, so only what is plain to see in them counts.
struct NextPattern: Equatable, Sendable {
  private enum Segment: Equatable, Sendable {
    /// This text, however its letters are written.
    case text(String)
    /// One segment, whatever it is.
    case any
    /// One of these.
    case words([String])
    /// One that begins with one of these, and whatever follows it.
    case beginnings([String])
    /// All but what begins in one of these ways.
    case others(Lookahead)
    /// Anything.
    case open
  }

  private let segments: [Segment]

  /// One that may be for everything.
  static let open = NextPattern(nil)

  /// Reads one; what is not there, or is no path, may be for everything.
  init(_ source: String?) {
    guard let source, let texts = Self.split(source) else {
      segments = [.open]
      return
    }
    segments = texts.map(Self.segment)
  }

  /// Whether it may be for this file.
  ///
  /// - Parameters:
  ///   - path: the names in its path.
  ///   - isData: whether it is for what its pages send as data, too, as a middleware's is: "/shop" for "/shop.json".
  func mayBe(for path: [String], isData: Bool = false) -> Bool {
    if isData, segments.isEmpty, path == ["index.json"] { return true }
    return mayBe(for: path, isDirectory: false, isData)
  }

  /// Whether it may be for a file somewhere below this directory.
  func mayBe(below directory: [String]) -> Bool { mayBe(for: directory, isDirectory: true, false) }

  private func mayBe(for path: [String], isDirectory: Bool, _ isData: Bool) -> Bool {
    var rest = path[...]
    for segment in segments {
      if segment == .open { return true }
      guard let first = rest.first?.lowercased() else { return isDirectory }
      let isPage = isData && rest.count == 1 && first.hasSuffix(".json")
      let names = isPage ? [first, String(first.dropLast(".json".count))] : [first]
      switch segment {
      case .open, .any: break
      case .text(let text): if !names.contains(text) { return false }
      case .words(let words): if !names.contains(where: words.contains) { return false }
      case .beginnings(let words): return words.contains { first.hasPrefix($0) }
      case .others(let lookahead):
        let text = rest.joined(separator: "/") + (isDirectory ? "/" : "")
        return !lookahead.isBeginning(of: text, isWhole: !isDirectory)
      }
      rest = rest.dropFirst()
    }
    return rest.isEmpty && !isDirectory
  }

  // MARK: Reading

  /// The texts between the slashes that are not in parentheses; nil if there are none.
  private static func split(_ source: String) -> [String]? {
    guard source.utf8.first == UInt8(ascii: "/"), source.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
    if source == "/" { return [] }
    var (texts, depth, isEscaped) = ([[UInt8]](), 0, false)
    for byte in source.utf8 {
      if !isEscaped, depth == 0, byte == UInt8(ascii: "/") {
        texts.append([])
        continue
      }
      texts[texts.count - 1].append(byte)
      if !isEscaped, "({".utf8.contains(byte) { depth += 1 }
      if !isEscaped, ")}".utf8.contains(byte) { depth -= 1 }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
    }
    return depth == 0 ? texts.map { String(decoding: $0, as: UTF8.self) } : nil
  }

  private static func segment(_ text: String) -> Segment {
    if text.isPlain(and: "-.~") { return .text(text.lowercased()) }
    var rest = Substring(text)
    if rest.first == ":" {
      rest = rest.dropFirst().drop { $0.isWordPart }
      if rest.isEmpty { return .any }
    }
    guard let (inner, after) = group(rest), !["?", "*", "+"].contains(after.first) else { return .open }
    let words = inner.split(separator: "|", omittingEmptySubsequences: false).map { $0.lowercased() }
    guard words.allSatisfy({ $0.isPlain(and: "-") }) else { return others(inner) ?? .open }
    if after.isEmpty { return .words(words) }
    return after == "(.*)" ? .beginnings(words) : .open
  }

  /// What is in the parentheses at the beginning, and what follows them.
  private static func group(_ text: Substring) -> (inner: Substring, after: Substring)? {
    guard text.first == "(" else { return nil }
    var (depth, isEscaped) = (0, false)
    for place in text.indices {
      let character = text[place]
      if !isEscaped, character == "(" { depth += 1 }
      if !isEscaped, character == ")" { depth -= 1 }
      if depth == 0 {
        return (text[text.index(after: text.startIndex)..<place], text[text.index(after: place)...])
      }
      isEscaped = !isEscaped && character == "\\"
    }
    return nil
  }

  /// Reads "(?!api|_next).*", as Next.js's documentation has it.
  private static func others(_ text: Substring) -> Segment? {
    // Behind a "|" there would be another way to be for a path; and JavaScript takes "(?!api)?", which need not hold.
    guard text.hasPrefix("(?!"), let (inner, after) = group(text), !after.contains("|"),
      !["?", "*", "+", "{"].contains(after.first)
    else { return nil }
    return Lookahead(String(inner.dropFirst(2))).map { .others($0) }
  }
}
