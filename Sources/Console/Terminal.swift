import Posix

/// Where a command writes, and whether it may use colours there.
public struct Terminal: Sendable {
  let hasColours: Bool

  /// Colours only for a person who looks at a terminal and did not set NO_COLOR (no-color.org).
  public init(environment: [String: String]) {
    hasColours =
      CurrentProcess.isTerminal(1) && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  /// A reader who has gone away misses it; the command goes on.
  public func print(_ line: String) { _ = CurrentProcess.write(line + "\n", to: 1) }

  /// Writes a line to standard error; if nobody reads it any more, the command goes on.
  public func printError(_ line: String) { _ = CurrentProcess.write(line + "\n", to: 2) }

  /// A question, which the answer stands behind.
  public func ask(_ text: String) { _ = CurrentProcess.write(text, to: 2) }

  enum Colour: Int { case red = 31, green = 32, yellow = 33, grey = 90 }

  func coloured(_ text: String, _ colour: Colour) -> String {
    hasColours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
