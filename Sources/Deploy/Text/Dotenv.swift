/// The syntax of .env files, as Next.js reads it (dotenv 16.3): `KEY=value`, `export`, comments, and values in three
/// kinds of quotes that may span several lines.
///
/// Unlike Next.js, which skips a line that it cannot read, this throws; the text itself may be a secret, so an error
/// gives only the line's number.
struct Dotenv {
  struct Entry: Equatable {
    let name: String
    /// Without its quotes; `$` and `\$` are as they were written.
    let value: String
    /// From 1: where its name stands.
    let line: Int
    /// What stands behind '#' on the value's last line.
    let comment: String?
    /// Its lines as a whole, in the scalars of `Dotenv.text`.
    let range: Range<Int>
  }

  /// The text with line feeds for all kinds of line ends.
  let text: [Unicode.Scalar]
  private(set) var entries: [Entry] = []
  /// Up to where lines were counted, and which one that is.
  private var counted = (place: 0, line: 1)

  /// - Parameter source: what it is, for errors, as in "apps/shop/env".
  init(_ text: String, source: String) throws(Failure) {
    if text.utf8.count > Self.largest {
      throw Failure(
        "reading \(source)", "it has \(text.utf8.count >> 10) KiB, more than \(Self.largest >> 10)",
        next: "Keep variables in it, which may have 1024 KiB together, and the rest in files of their own.")
    }
    self.text = Self.withLineFeeds(text)
    var place = 0
    var isLineStart = true
    while place < self.text.count {
      if isLineStart, let (entry, end) = try entry(at: place, source) {
        entries.append(entry)
        place = end
        isLineStart = false
        continue
      }
      // What is no entry must be a comment or nothing.
      let end = self.end(ofLine: place)
      let line = self.text[place..<end].drop(while: Self.isSpace)
      if isLineStart, let first = line.first, first != "#" {
        throw Self.failure(source, number(ofLine: place), "is not KEY=value", next: "Correct the line, or remove it.")
      }
      // Of blank lines the first has told for all: what follows them is no entry.
      place = line.isEmpty ? max(end + 1, start(ofLine: skipSpaces(place))) : end + 1
      isLineStart = true
    }
  }

  /// A file's bytes as text.
  static func text(_ bytes: [UInt8], source: String) throws(Failure) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // The first byte that is wrong is where the two differ: a replaced one is written with others.
    let repaired = Array(String(decoding: bytes, as: UTF8.self).utf8)
    let place = zip(bytes, repaired).enumerated().first { $1.0 != $1.1 }?.offset ?? bytes.count
    let line = bytes.prefix(place).count { $0 == UInt8(ascii: "\n") } + 1
    throw failure(source, line, "is not UTF-8", next: "Save it as UTF-8, or give the value in base64.")
  }

  /// All variables of a program are at most half of that, and the lines around them are people's.
  private static let largest = 2 << 20

  static func failure(_ source: String, _ line: Int, _ cause: String, next: String) -> Failure {
    Failure("reading \(source)", "line \(line) \(cause)", next: next)
  }

  // MARK: One entry

  /// The entry that begins on a line, and where it ends. Blank lines before it are skipped, as is what follows it up to
  /// the end of a comment.
  private mutating func entry(at start: Int, _ source: String) throws(Failure) -> (Entry, end: Int)? {
    let first = skipSpaces(start)
    var found: (name: Range<Int>, value: Int)?
    let export = Array("export".unicodeScalars)
    if text[first...].starts(with: export) {
      let next = skipSpaces(first + export.count)
      if next > first + export.count { found = assignment(at: next) }
    }
    guard let (name, value) = found ?? assignment(at: first) else { return nil }
    let begin = self.start(ofLine: first)
    let line = number(ofLine: name.lowerBound)
    guard VariableName.isName(string(name)) else {
      throw Self.failure(
        source, line, "has no name that a variable can have",
        next: "Use letters, digits and '_', no digit first, as in DATABASE_URL.")
    }
    for quote in ["'", "\"", "`"] as [Unicode.Scalar] {
      guard let (content, rest) = quoted(by: quote, at: value) else { continue }
      let comment = self.comment(from: content.upperBound + 1)
      return (
        Entry(
          name: string(name), value: Self.unescaped(string(content), quote), line: line, comment: comment.text,
          range: begin..<comment.end), rest
      )
    }
    // Up to a '#' or the end of its line.
    let end = text[value...].firstIndex { $0 == "#" || $0 == "\n" } ?? text.count
    var raw = trimmed(value..<end)
    var quote: Unicode.Scalar?
    if let mark = raw.isEmpty ? nil : text[raw.lowerBound], ["'", "\"", "`"].contains(mark) {
      guard raw.count > 1, text[raw.upperBound - 1] == mark else {
        throw Self.failure(
          source, line, "begins its value with a quote (\(mark)) that does not end it",
          next: "Put the whole value into quotes of a kind that is not in it: ' or \" or `.")
      }
      raw = raw.lowerBound + 1..<raw.upperBound - 1
      quote = mark
    }
    let comment = self.comment(from: end)
    let rest = trailing(from: end) ?? end
    return (
      Entry(
        name: string(name), value: Self.unescaped(string(raw), quote), line: line, comment: comment.text,
        range: begin..<comment.end), rest
    )
  }

  /// `KEY =` or `KEY: `, and where its value begins.
  private func assignment(at start: Int) -> (name: Range<Int>, value: Int)? {
    let end = text[start...].firstIndex { !$0.isWordPart && $0 != "." && $0 != "-" } ?? text.count
    guard end > start else { return nil }
    let next = skipSpaces(end)
    if next < text.count, text[next] == "=" { return (start..<end, next + 1) }
    guard end + 1 < text.count, text[end] == ":", Self.isSpace(text[end + 1]) else { return nil }
    return (start..<end, end + 2)
  }

  /// What stands between two quotes, and where the entry ends behind them; nil if the value is none in such quotes.
  ///
  /// A quote with a backslash before it ends the value only where no other one can.
  private func quoted(by quote: Unicode.Scalar, at value: Int) -> (content: Range<Int>, end: Int)? {
    let first = skipSpaces(value)
    guard first < text.count, text[first] == quote else { return nil }
    var candidates: [Int] = []
    var place = first + 1
    while place < text.count {
      if text[place] == "\\", place + 1 < text.count, text[place + 1] == quote {
        candidates.append(place + 1)
        place += 2
      } else if text[place] == quote {
        candidates.append(place)
        break
      } else {
        place += 1
      }
    }
    for close in candidates.reversed() { if let end = trailing(from: close + 1) { return (first + 1..<close, end) } }
    return nil
  }

  /// Where an entry ends whose value ends at a place: behind a comment, or at a line's end; nil if more of it follows.
  private func trailing(from place: Int) -> Int? {
    let next = skipSpaces(place)
    if next == text.count { return next }
    if text[next] == "#" { return end(ofLine: next) }
    return text[place..<next].lastIndex(where: Self.endsLine)
  }

  /// The comment behind a value, on the same line, and where that line ends.
  private func comment(from place: Int) -> (text: String?, end: Int) {
    let end = end(ofLine: place)
    let rest = trimmed(place..<end)
    guard let first = rest.first, text[first] == "#" else { return (nil, end) }
    return (string(trimmed(first + 1..<rest.upperBound)), end)
  }

  /// In double quotes, `\n` and `\r` are a line feed and a carriage return; nothing else is escaped.
  private static func unescaped(_ value: String, _ quote: Unicode.Scalar?) -> String {
    quote == "\"" ? value.replacing("\\n", "\n").replacing("\\r", "\r") : value
  }

  // MARK: Scalars and lines, as JavaScript's regular expressions see them

  private func string(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(text[range])) }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    guard let first = text[range].firstIndex(where: { !Self.isSpace($0) }),
      let last = text[range].lastIndex(where: { !Self.isSpace($0) })
    else { return range.lowerBound..<range.lowerBound }
    return first..<last + 1
  }

  private func skipSpaces(_ place: Int) -> Int {
    text[place...].firstIndex { !Self.isSpace($0) } ?? text.count
  }

  private func end(ofLine place: Int) -> Int { text[place...].firstIndex(where: Self.endsLine) ?? text.count }

  private func start(ofLine place: Int) -> Int { text[..<place].lastIndex(where: Self.endsLine).map { $0 + 1 } ?? 0 }

  /// Asked from the top to the bottom.
  private mutating func number(ofLine place: Int) -> Int {
    counted = (place, counted.line + text[counted.place..<place].count { $0 == "\n" })
    return counted.line
  }

  private static func withLineFeeds(_ text: String) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if scalar == "\n" && scalars.last == "\r" { scalars.removeLast() }
      scalars.append(scalar)
    }
    return scalars.map { $0 == "\r" ? "\n" : $0 }
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0d, 0x20, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff: true
    default: false
    }
  }

  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool { ["\n", "\u{2028}", "\u{2029}"].contains(scalar) }
}

extension String {
  /// By scalars: to Swift's characters, "\r\n" is one.
  fileprivate func replacing(_ old: String, _ new: String) -> String {
    var result = String.UnicodeScalarView()
    var rest = unicodeScalars[...]
    let old = Array(old.unicodeScalars)
    while let next = rest.first {
      if rest.starts(with: old) {
        result.append(contentsOf: new.unicodeScalars)
        rest = rest.dropFirst(old.count)
      } else {
        result.append(next)
        rest = rest.dropFirst()
      }
    }
    return String(result)
  }
}
