/// What a step runs: a program with its arguments, or the user's own shell command.
public enum Work: Equatable, Codable, Sendable, CustomStringConvertible {
  case program([String])
  case shell(String)

  /// A command from package.json: a program where the shell would not change a letter of it.
  public init(script: String) {
    let words = script.split(separator: " ").map(String.init)
    let isShells = script.utf8.contains(where: Self.special.contains) || Self.builtins.contains(words.first ?? "")
    self = isShells || words.isEmpty ? .shell(script) : .program(words)
  }

  /// What the shell reads as more than a letter, its spaces other than ' ' included.
  private static let special = Set("\"'`$\\|&;<>()*?[]{}~#=!\n\r\t".utf8)

  /// The shell's own commands and words that no program stands for.
  private static let builtins: Set<String> = [
    ".", ":", "case", "cd", "command", "eval", "exec", "exit", "export", "for", "if", "read", "set", "shift", "source",
    "time", "trap", "type", "ulimit", "umask", "unset", "until", "wait", "while",
  ]

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
