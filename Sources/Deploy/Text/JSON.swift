/// A JSON value (RFC 8259) as it is written, with an object's members in their order.
public enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One key of an object, with its value.
  public struct Member: Equatable, Sendable {
    /// The key with its escapes resolved; an object may have the same one twice.
    public let key: String
    /// The value that stands at the key.
    public let value: JSON
  }

  /// The last value that an object has at a key; nil if it has none, or is not an object.
  public subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  /// The text of a string; nil for any other type.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The elements of an array; nil for any other type.
  public var elements: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members of an object, in order; nil for any other type.
  public var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The place where a text stops being JSON, and why.
  public struct SyntaxError: Error, Equatable, CustomStringConvertible {
    /// The line, counted from 1.
    public let line: Int
    /// The column in bytes, counted from 1.
    public let column: Int
    /// What is wrong there, in words.
    public let problem: String

    /// Line, column and problem, for messages.
    public var description: String { "line \(line), column \(column): \(problem)" }
  }

  /// Reads a text that is one JSON value.
  ///
  /// - Parameter relaxed: whether it may contain comments (`//`, `/* */`) and trailing commas.
  public static func parse(_ text: String, relaxed: Bool = false) throws(SyntaxError) -> JSON {
    var parser = JSONParser(bytes: Array(text.utf8), relaxed: relaxed)
    return try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let relaxed: Bool
  var position = 0
  var depth = 0

  init(bytes: [UInt8], relaxed: Bool) {
    self.bytes = bytes
    self.relaxed = relaxed
    // Editors on Windows put a byte-order mark in front.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  mutating func document() throws(JSON.SyntaxError) -> JSON {
    let value = try self.value()
    try skipSpace()
    if next != nil { throw error("there is more after the end of the value") }
    return value
  }

  /// The byte that is read next; nil at the end.
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func value() throws(JSON.SyntaxError) -> JSON {
    try skipSpace()
    guard let next else { throw error("the text ends where a value should be") }
    switch next {
    case UInt8(ascii: "{"): return .object(try members())
    case UInt8(ascii: "["): return .array(try elements())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func members() throws(JSON.SyntaxError) -> [JSON.Member] {
    try open()
    var members: [JSON.Member] = []
    while try !closes("}", afterFirst: !members.isEmpty) {
      guard next == UInt8(ascii: "\"") else { throw error("a key in double quotes should be here") }
      let key = try string()
      try skipSpace()
      guard take(":") else { throw error("a ':' should be after the key \(key.quoted)") }
      members.append(JSON.Member(key: key, value: try value()))
    }
    return members
  }

  private mutating func elements() throws(JSON.SyntaxError) -> [JSON] {
    try open()
    var elements: [JSON] = []
    while try !closes("]", afterFirst: !elements.isEmpty) { elements.append(try value()) }
    return elements
  }

  /// Moves past the opening bracket.
  private mutating func open() throws(JSON.SyntaxError) {
    depth += 1
    if depth > 200 { throw error("it is nested more than 200 levels deep") }
    position += 1
  }

  /// Moves to the next element, or past the closing bracket.
  private mutating func closes(_ bracket: Character, afterFirst: Bool) throws(JSON.SyntaxError) -> Bool {
    try skipSpace()
    if afterFirst && next != bracket.asciiValue {
      guard take(",") else { throw error("a ',' or '\(bracket)' should be here") }
      try skipSpace()
      if next == bracket.asciiValue && !relaxed { throw error("a value should be after the ','") }
    }
    guard take(bracket) else { return false }
    depth -= 1
    return true
  }

  private mutating func string() throws(JSON.SyntaxError) -> String {
    position += 1
    var text: [UInt8] = []
    while true {
      guard let byte = next, byte != UInt8(ascii: "\n") else { throw error("the text in quotes does not end") }
      guard byte >= 0x20 else { throw error("a control character must be written as an escape (\\u00…)") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape()
      default: text.append(byte)
      }
    }
  }

  private mutating func escape() throws(JSON.SyntaxError) -> [UInt8] {
    guard let letter = next else { throw error("the text in quotes does not end") }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), take("\\") {
        guard take("u") else { throw error("half of a pair of \\u escapes is missing") }
        units.append(try codeUnit())
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    default:
      position -= 1
      throw error("there is no such escape as \("\\\(Character(Unicode.Scalar(letter)))".quoted)")
    }
  }

  private mutating func codeUnit() throws(JSON.SyntaxError) -> UInt16 {
    let digits = bytes[position...].prefix(4).prefix(while: \.isHexDigit)
    guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw error("four hexadecimal digits should be after \\u")
    }
    position += 4
    return unit
  }

  private mutating func number() throws(JSON.SyntaxError) -> Double {
    let text = bytes[position...].prefix { $0.isDigit || "+-.eE".utf8.contains($0) }
    guard let first = text.first, first.isDigit || first == UInt8(ascii: "-") else {
      throw error("a value should be here")
    }
    let whole = text.dropFirst(first.isDigit ? 0 : 1).prefix(while: \.isDigit)
    // What Swift itself reads is wider than RFC 8259, section 6: ".5", "01", "1.".
    let isStrict =
      !whole.isEmpty && (whole.count == 1 || whole.first != UInt8(ascii: "0"))
      && (bytes[whole.endIndex...].first != UInt8(ascii: ".") || bytes[(whole.endIndex + 1)...].first?.isDigit == true)
    guard isStrict, let value = Double(String(decoding: text, as: UTF8.self)) else {
      throw error("this is not how JSON writes a number")
    }
    position = text.endIndex
    return value
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSON.SyntaxError) -> JSON {
    guard bytes[position...].starts(with: word.utf8) else { throw error("a value should be here") }
    position += word.utf8.count
    return value
  }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() throws(JSON.SyntaxError) {
    while let next {
      switch next {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      case UInt8(ascii: "/") where relaxed: try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(JSON.SyntaxError) {
    if bytes[position...].starts(with: "//".utf8) {
      position = bytes[position...].firstIndex(of: 0x0a) ?? bytes.count
    } else if bytes[position...].starts(with: "/*".utf8) {
      let start = self
      position += 2
      while !bytes[position...].starts(with: "*/".utf8) {
        position += 1
        if position >= bytes.count { throw start.error("the comment does not end") }
      }
      position += 2
    } else {
      throw error("a value should be here")
    }
  }

  private func error(_ problem: String) -> JSON.SyntaxError {
    let before = bytes[..<position]
    let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    return JSON.SyntaxError(
      line: before.count { $0 == 0x0a } + 1, column: position - lineStart + 1, problem: problem)
  }
}
