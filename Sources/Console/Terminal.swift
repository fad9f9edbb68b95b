import Posix

/// Where a command writes, and whether it may use colours there.
public struct Terminal: Sendable {
  let hasColours: Bool

  /// Uses colours only if standard output is a terminal and NO_COLOR is not set (no-color.org).
  public init(environment: [String: String]) {
    hasColours =
      CurrentProcess.isTerminal(1) && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  /// Writes a line to standard output; if nobody reads it any more, the command goes on.
  public func print(_ line: String) { _ = CurrentProcess.write(line + "\n", to: 1) }

  /// Writes a line to standard error; if nobody reads it any more, the command goes on.
  public func printError(_ line: String) { _ = CurrentProcess.write(line + "\n", to: 2) }

  /// Writes a question to standard error, without a line break, so that the answer follows it.
  public func ask(_ text: String) { _ = CurrentProcess.write(text, to: 2) }

  enum Colour: Int { case red = 31, green = 32, yellow = 33, grey = 90 }

  func coloured(_ text: String, _ colour: Colour) -> String {
    hasColours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
