/// The end of what a program wrote, to look for what it says.
struct ProgramOutput {
  /// The last ones, without colours and white space at their ends. What a line has beyond 1,000 characters is not read:
  /// no message is that long, and whoever wrote it could make the reading take for ever.
  let lines: [String]

  init(_ text: String) {
    lines = text.split(whereSeparator: \.isNewline).suffix(500).map { line in
      var scalars = Substring.UnicodeScalarView(Self.plain(line.prefix(1000)))
      while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
      return String(Substring(scalars))
    }
  }

  /// Those that tell of a failure: a warning may be of something else.
  var complaints: [String] { lines.filter { !$0.lowercased().contains("warn") } }

  /// Whether a compiler found the app's own code wrong: then nothing else is the cause.
  var isCodeWrong: Bool { lines.contains { $0.contains("Type error: ") || $0.contains("error TS") } }

  func contains(_ text: String) -> Bool { lines.contains { $0.contains(text) } }

  func contains(any texts: [String]) -> Bool { texts.contains(where: contains) }

  /// What follows the first of the texts that is there, as far as its scalars are allowed.
  func word(after texts: [String], while isPart: (Unicode.Scalar) -> Bool) -> String? {
    for line in lines {
      for text in texts {
        guard let range = line.firstRange(of: text) else { continue }
        let word = line[range.upperBound...].unicodeScalars.prefix(while: isPart)
        if !word.isEmpty { return String(word) }
      }
    }
    return nil
  }

  /// Without escape sequences of colours (ECMA-48).
  private static func plain(_ line: Substring) -> String.UnicodeScalarView {
    var plain = String.UnicodeScalarView()
    var rest = line.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\u{1B}" else {
        plain.append(scalar)
        continue
      }
      if rest.popFirst() != "[" { continue }
      while let next = rest.popFirst(), !(0x40...0x7e).contains(next.value) {}
    }
    return plain
  }
}
