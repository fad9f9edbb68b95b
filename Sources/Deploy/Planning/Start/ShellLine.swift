/// A shell's line taken apart into commands and words. Nothing is evaluated: a word in which the shell would put
/// something else (`$PORT`, `$(date)`) is only marked.
struct ShellLine {
  struct Word: Equatable {
    /// Without its quotes.
    var text: String
    /// Whether the shell would put something in the place of a part of it.
    var isExpanded = false
  }

  struct Command {
    var words: [Word]
    /// As it is written.
    let text: String
    /// What stands between it and the next one: "&&", "||", ";", "|" or "&"; ";" behind the last.
    var end: String
  }

  private(set) var commands: [Command] = []

  /// Nil if the line is more than commands in a row (a loop, a subshell, an "if"), or is no line of a shell.
  init?(_ line: String) {
    var reader = ShellReader(line)
    guard let commands = reader.commands(), !commands.isEmpty else { return nil }
    self.commands = commands
  }

  /// Puts words behind the last command, as npm does with the arguments of a script.
  mutating func append(_ words: some Sequence<Word>) { commands[commands.count - 1].words += words }
}

/// Reads a line scalar by scalar: to Swift's characters "\r\n" is one, and a quote with an accent is no quote.
private struct ShellReader {
  private let line: [Unicode.Scalar]
  private var place = 0
  private var done: [ShellLine.Command] = []
  private var words: [ShellLine.Word] = []
  private var word: ShellLine.Word?
  /// Where the command begins that is being read.
  private var start = 0
  /// Whether the next word is the file of a redirection.
  private var isFile = false

  init(_ line: String) { self.line = Array(line.unicodeScalars) }

  /// What a shell takes for the begin of a loop, a condition or a group.
  private static let structure: Set = [
    "!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "then", "until",
    "while",
  ]

  mutating func commands() -> [ShellLine.Command]? {
    while place < line.count {
      guard step() else { return nil }
    }
    guard endCommand(";", width: 0) else { return nil }
    return done.contains { Self.structure.contains($0.words[0].text) } ? nil : done
  }

  /// Reads what begins at `place`; false if that is not understood.
  private mutating func step() -> Bool {
    let next = place + 1 < line.count ? line[place + 1] : nil
    switch line[place] {
    case " ", "\t", "\r":
      endWord()
      place += 1
    case "#" where word == nil: place = line[place...].firstIndex(of: "\n") ?? line.count
    case "\n", ";": return next != ";" && endCommand(";", width: 1)
    case "&" where next == "&": return endCommand("&&", width: 2)
    case "&" where next == ">": place += 1
    case "&": return endCommand("&", width: 1)
    case "|" where next == "|": return endCommand("||", width: 2)
    case "|": return endCommand("|", width: next == "&" ? 2 : 1)
    case "(", ")": return false
    case "<", ">": return redirection()
    case "'":
      guard let end = line[(place + 1)...].firstIndex(of: "'") else { return false }
      add(line[(place + 1)..<end])
      place = end + 1
    case "\"": return quotation()
    case "\\":
      if let next, next != "\n" { add([next]) }
      place = min(place + 2, line.count)
    case "$", "`": return expansion()
    default:
      add([line[place]])
      place += 1
    }
    return true
  }

  private mutating func quotation() -> Bool {
    add([])
    place += 1
    while place < line.count {
      switch line[place] {
      case "\"":
        place += 1
        return true
      case "\\" where place + 1 < line.count && "\"\\$`".unicodeScalars.contains(line[place + 1]):
        add([line[place + 1]])
        place += 2
      case "$", "`": guard expansion() else { return false }
      default:
        add([line[place]])
        place += 1
      }
    }
    return false
  }

  /// `$NAME`, `${NAME}`, `$(command)` or a command in backquotes: kept as it is written.
  private mutating func expansion() -> Bool {
    let begin = place
    place += 1
    let next = place < line.count ? line[place] : " "
    switch (line[begin], next) {
    case ("`", _):
      guard let end = line[place...].firstIndex(of: "`") else { return false }
      place = end + 1
    case ("$", "("), ("$", "{"):
      let (open, close): (Unicode.Scalar, Unicode.Scalar) = next == "(" ? ("(", ")") : ("{", "}")
      var depth = 0
      repeat {
        guard place < line.count else { return false }
        if line[place] == open { depth += 1 }
        if line[place] == close { depth -= 1 }
        place += 1
      } while depth > 0
    default:
      let isName = next.properties.isAlphabetic || next == "_" || "0123456789?@*#$!-".unicodeScalars.contains(next)
      if !isName {
        add(line[begin..<place])
        return true
      }
    }
    add(line[begin..<place])
    word?.isExpanded = true
    return true
  }

  private mutating func redirection() -> Bool {
    // A number before it is a descriptor.
    if let text = word?.text, text.utf8.allSatisfy(\.isDigit) { word = nil }
    endWord()
    let operators: [Unicode.Scalar] = ["<", ">", "&", "|"]
    let end = line[place...].firstIndex { !operators.contains($0) } ?? line.count
    // A text that follows in the line's next ones is more than a line.
    if line[place..<end].starts(with: ["<", "<"]) { return false }
    place = end
    isFile = true
    return true
  }

  private mutating func add(_ scalars: some Sequence<Unicode.Scalar>) {
    if word == nil { word = ShellLine.Word(text: "") }
    word?.text.unicodeScalars.append(contentsOf: scalars)
  }

  private mutating func endWord() {
    guard let word else { return }
    if isFile { isFile = false } else { words.append(word) }
    self.word = nil
  }

  private mutating func endCommand(_ end: String, width: Int) -> Bool {
    endWord()
    var text = line[start..<place].drop(while: \.properties.isWhitespace)
    while text.last?.properties.isWhitespace == true { text.removeLast() }
    place += width
    start = place
    // An empty line is none; an operator with nothing before it is an error.
    if words.isEmpty { return end == ";" && !["&&", "||", "|"].contains(done.last?.end) }
    done.append(ShellLine.Command(words: words, text: String(String.UnicodeScalarView(text)), end: end))
    words = []
    return true
  }
}
