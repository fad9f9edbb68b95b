/// An app's environment variables, as its env file holds them: one KEY=value a line.
public struct AppEnvironment: Equatable, Sendable {
  public var variables: [String: String]

  public init(_ variables: [String: String] = [:]) { self.variables = variables }

  /// Reads the file's text; empty lines and lines that begin with '#' are passed over.
  public init(_ text: String, path: String) throws(Failure) {
    variables = [:]
    // By bytes: to Swift "\r\n" is one character, and so is a '=' with a combining mark behind it.
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.first == UInt8(ascii: "#") || Substring(line).allSatisfy(\.isWhitespace) { continue }
      let pair = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        .map { Substring($0) }
      // The line itself may be a secret: only its number is told.
      guard pair.count == 2, Self.isName(pair[0]), !line.contains(0) else {
        throw Failure(
          "reading \(path)", "line \(index + 1) is not KEY=value",
          next: "Correct the line: the key is of letters, digits and '_', and does not begin with a digit.")
      }
      variables[String(pair[0])] = String(pair[1])
    }
  }

  static func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, !first.isDigit else { return false }
    return text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "_") || ($0 | 0x20).isLetter }
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
