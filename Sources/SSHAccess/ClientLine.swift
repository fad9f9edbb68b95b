public import Deploy

/// Splits the command that an ssh client sent (SSH_ORIGINAL_COMMAND) into words.
///
/// A client sends one text, which is parsed here and never by a shell: spaces separate words, quotes and backslashes
/// keep them together, as git writes them ('it'\''s'). Anything else outside of quotes that has a meaning for a shell
/// is refused, because it would not do what its writer expects.
public enum ClientLine {
  /// The longest command that is read, in bytes.
  public static let limit = 65_536

  /// Splits a client's command into words; throws if it is too long or has anything that only a shell would understand.
  public static func words(_ line: String) throws(Failure) -> [String] {
    guard line.utf8.count <= limit else {
      throw refusal("it is \(line.utf8.count) bytes long, more than the \(limit) that are read")
    }
    var parser = Parser(rest: Array(line.utf8)[...])
    return try parser.words()
  }

  static func refusal(_ cause: String) -> Failure {
    Failure(
      .usage, "reading the command", cause,
      next: "There is no shell here. Give a command and its arguments; put odd ones in single quotes.")
  }

  private struct Parser {
    var rest: ArraySlice<UInt8>

    mutating func words() throws(Failure) -> [String] {
      var words: [String] = []
      var word: [UInt8]?
      while let byte = try next() {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"):
          if let word { words.append(String(decoding: word, as: UTF8.self)) }
          word = nil
        case UInt8(ascii: "'"): word = (word ?? []) + (try quoted(by: byte))
        case UInt8(ascii: "\""): word = (word ?? []) + (try quoted(by: byte))
        case UInt8(ascii: "\\"):
          guard let escaped = try next() else { throw ClientLine.refusal("it ends with a backslash") }
          word = (word ?? []) + [escaped]
        case _ where ";&|<>()$`".utf8.contains(byte): throw Self.meaning(byte)
        default: word = (word ?? []) + [byte]
        }
      }
      if let word { words.append(String(decoding: word, as: UTF8.self)) }
      return words
    }

    /// The text inside quotes, up to the closing quote.
    private mutating func quoted(by quote: UInt8) throws(Failure) -> [UInt8] {
      let isDouble = quote == UInt8(ascii: "\"")
      var text: [UInt8] = []
      while let byte = try next() {
        if byte == quote { return text }
        if isDouble && (byte == UInt8(ascii: "$") || byte == UInt8(ascii: "`")) { throw Self.meaning(byte) }
        if isDouble && byte == UInt8(ascii: "\\") {
          guard let escaped = try next() else { break }
          if !"\"\\$`".utf8.contains(escaped) { text.append(byte) }
          text.append(escaped)
        } else {
          text.append(byte)
        }
      }
      throw ClientLine.refusal("a quote (\(Character(Unicode.Scalar(quote)))) is not closed")
    }

    private mutating func next() throws(Failure) -> UInt8? {
      guard let byte = rest.popFirst() else { return nil }
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        throw ClientLine.refusal("there is a line break in it")
      }
      guard byte >= 0x20 && byte != 0x7f || byte == UInt8(ascii: "\t") else {
        throw ClientLine.refusal("there is a control character in it")
      }
      return byte
    }

    private static func meaning(_ byte: UInt8) -> Failure {
      ClientLine.refusal("'\(Character(Unicode.Scalar(byte)))' means something to a shell only")
    }
  }
}
