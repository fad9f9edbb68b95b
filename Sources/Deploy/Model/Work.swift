/// What a step runs: a program with its arguments, or the user's own shell command.
public enum Work: Equatable, Codable, Sendable, CustomStringConvertible {
  /// A program that is started directly: its name, then its arguments.
  case program([String])
  /// A command line for /bin/sh.
  case shell(String)

  /// Reads a command from package.json: a program if the shell would not change a letter of it.
  public init(script: String) {
    let words = script.split(separator: " ").map(String.init)
    let isShells = script.utf8.contains(where: Self.special.contains) || Self.builtins.contains(words.first ?? "")
    self = isShells || words.isEmpty ? .shell(script) : .program(words)
  }

  /// Characters that mean more than themselves to the shell, including white space other than ' '.
  private static let special = Set("\"'`$\\|&;<>()*?[]{}~#=!\n\r\t".utf8)

  /// The shell's own commands and keywords, which are not programs.
  private static let builtins: Set<String> = [
    ".", ":", "case", "cd", "command", "eval", "exec", "exit", "export", "for", "if", "read", "set", "shift", "source",
    "time", "trap", "type", "ulimit", "umask", "unset", "until", "wait", "while",
  ]

  /// The program to start and its arguments; for a shell command, /bin/sh and its.
  public var arguments: [String] {
    switch self {
    case .program(let arguments): arguments
    case .shell(let line): ["/bin/sh", "-c", line]
    }
  }

  /// The words of letters, digits and underscores in it, wherever they stand.
  public var words: [String] { description.utf8.split { !$0.isWordPart }.map { String(Substring($0)) } }

  /// The command in one line, for people.
  public var description: String {
    switch self {
    case .program(let arguments): arguments.joined(separator: " ")
    case .shell(let line): line
    }
  }
}
