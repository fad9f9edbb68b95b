import Deploy

/// The rules of one .gitignore file (gitignore(5)).
struct IgnoreFile {
  private struct Rule {
    /// The pattern of each name in its path.
    var names: [ArraySlice<UInt8>]
    /// Whether it re-includes what an earlier rule ignores.
    var isNegated = false
    var isForDirectories = false
    /// Whether it applies to a path from the file's own directory, not to a name anywhere below.
    var isAnchored = false
  }

  /// The last rule comes first, because it decides.
  private let rules: [Rule]

  init(_ text: [UInt8]) {
    let mark = Array("\u{FEFF}".utf8)
    let lines = (text.starts(with: mark) ? text.dropFirst(mark.count) : text[...]).split(separator: UInt8(ascii: "\n"))
    rules = lines.compactMap(Self.rule).reversed()
  }

  private static func rule(_ line: ArraySlice<UInt8>) -> Rule? {
    var line = line
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if line.first == UInt8(ascii: "#") { return nil }
    while line.last == UInt8(ascii: " "), line.dropLast().last != UInt8(ascii: "\\") { line.removeLast() }
    var rule = Rule(names: [])
    if line.first == UInt8(ascii: "!") {
      rule.isNegated = true
      line.removeFirst()
    }
    if line.last == UInt8(ascii: "/") {
      rule.isForDirectories = true
      line.removeLast()
    }
    rule.isAnchored = line.contains(UInt8(ascii: "/"))
    if line.first == UInt8(ascii: "/") { line.removeFirst() }
    if line.isEmpty { return nil }
    rule.names = line.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return rule
  }

  /// Whether it ignores a path relative to its own directory; nil if no rule applies.
  func ignores(_ path: [ArraySlice<UInt8>], isDirectory: Bool) -> Bool? {
    rules.first { rule in
      if rule.isForDirectories && !isDirectory { return false }
      return rule.isAnchored
        ? Self.matches(path[...], rule.names[...]) : path.last.map { NamePattern.matches($0, rule.names[0]) } ?? false
    }.map { !$0.isNegated }
  }

  /// Whether the names of a path match a pattern, in which "**" stands for any number of names.
  private static func matches(_ path: ArraySlice<ArraySlice<UInt8>>, _ pattern: ArraySlice<ArraySlice<UInt8>>) -> Bool {
    var (path, pattern) = (path, pattern)
    // Where the last "**" was met: it takes one more name each time that the rest does not match.
    var retry: (path: ArraySlice<ArraySlice<UInt8>>, pattern: ArraySlice<ArraySlice<UInt8>>)?
    while true {
      if pattern.first.map({ $0.elementsEqual("**".utf8) }) == true {
        pattern.removeFirst()
        // At the end it stands for at least one name.
        if pattern.isEmpty { return !path.isEmpty }
        retry = (path, pattern)
      } else if let name = path.first, let wanted = pattern.first, NamePattern.matches(name, wanted) {
        path.removeFirst()
        pattern.removeFirst()
      } else if path.isEmpty && pattern.isEmpty {
        return true
      } else if let last = retry, !last.path.isEmpty {
        path = last.path.dropFirst()
        pattern = last.pattern
        retry = (path, pattern)
      } else {
        return false
      }
    }
  }
}

/// A pattern for one name: "*", "?", "[a-z]", and "\" before a literal character.
enum NamePattern {
  static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var (name, pattern) = (name, pattern)
    // As above, for "*" and bytes. Going back to the last "*" is enough, so that no pattern takes long.
    var retry: (name: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern.removeFirst()
        retry = (name, pattern)
        continue
      }
      if name.isEmpty && pattern.isEmpty { return true }
      var rest = pattern
      if let byte = name.first, takes(byte, &rest) {
        name.removeFirst()
        pattern = rest
      } else if let last = retry, !last.name.isEmpty {
        name = last.name.dropFirst()
        pattern = last.pattern
        retry = (name, pattern)
      } else {
        return false
      }
    }
  }

  /// Whether the next part of the pattern matches a byte; that part is consumed.
  private static func takes(_ byte: UInt8, _ pattern: inout ArraySlice<UInt8>) -> Bool {
    switch pattern.popFirst() {
    case UInt8(ascii: "?"): return true
    case UInt8(ascii: "["): return takesSet(byte, &pattern)
    case UInt8(ascii: "\\"): return pattern.popFirst() == byte
    case let own: return own == byte
    }
  }

  private static func takesSet(_ byte: UInt8, _ pattern: inout ArraySlice<UInt8>) -> Bool {
    let isNegated = pattern.first == UInt8(ascii: "!") || pattern.first == UInt8(ascii: "^")
    if isNegated { pattern.removeFirst() }
    var isIn = false
    var isFirst = true
    while let next = pattern.popFirst() {
      if next == UInt8(ascii: "]") && !isFirst { return isIn != isNegated }
      isFirst = false
      if next == UInt8(ascii: "["), pattern.first == UInt8(ascii: ":"), let end = pattern.firstRange(of: ":]".utf8) {
        isIn = isIn || isOf(byte, String(decoding: pattern[pattern.startIndex + 1..<end.lowerBound], as: UTF8.self))
        pattern = pattern[end.upperBound...]
        continue
      }
      guard let low = next == UInt8(ascii: "\\") ? pattern.popFirst() : next else { return false }
      var high = low
      if pattern.first == UInt8(ascii: "-"), let end = pattern.dropFirst().first, end != UInt8(ascii: "]") {
        pattern.removeFirst(2)
        guard let last = end == UInt8(ascii: "\\") ? pattern.popFirst() : end else { return false }
        high = last
      }
      if low <= byte && byte <= high { isIn = true }
    }
    // Without a closing bracket it is not a set, and matches nothing.
    return false
  }

  /// Whether a byte belongs to a class such as "[:alpha:]".
  private static func isOf(_ byte: UInt8, _ name: String) -> Bool {
    switch name {
    case "alpha": return byte.isLetter
    case "digit": return byte.isDigit
    case "alnum": return byte.isLetterOrDigit
    case "lower": return byte.isLowercase
    case "upper": return byte.isUppercase
    case "xdigit": return byte.isHexDigit
    case "space": return byte == 0x20 || (0x09...0x0D).contains(byte)
    case "blank": return byte == 0x20 || byte == 0x09
    case "punct": return (0x21...0x7E).contains(byte) && !byte.isLetterOrDigit
    case "print": return (0x20...0x7E).contains(byte)
    case "graph": return (0x21...0x7E).contains(byte)
    case "cntrl": return byte < 0x20 || byte == 0x7F
    default: return false
    }
  }
}
