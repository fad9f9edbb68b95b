/// What a step runs: a program with its arguments, or the user's own shell command.
public enum Work: Equatable, Codable, Sendable, CustomStringConvertible {
  case program([String])
  case shell(String)

  /// A command from package.json: a program where the shell would not change a letter of it.
  public init(script: String) {
    let special = Set("\"'`$\\|&;<>()*?[]{}~#=!\n")
    let words = script.split(separator: " ").map(String.init)
    self = script.contains(where: special.contains) || words.isEmpty ? .shell(script) : .program(words)
  }

  public var arguments: [String] {
    switch self {
    case .program(let arguments): arguments
    case .shell(let line): ["/bin/sh", "-c", line]
    }
  }

  public var description: String {
    switch self {
    case .program(let arguments): arguments.joined(separator: " ")
    case .shell(let line): line
    }
  }
}
