/// One command in the table from which parsing and help are made.
public struct CommandSpec: Sendable {
  /// A positional argument of a command.
  public struct Argument: Sendable {
    /// What the usage line calls it, in capitals, such as "NAME".
    public let name: String
    /// Whether the command is refused without it.
    public let isRequired: Bool
    /// Whether it can be given more than once, which only the last argument can.
    public var isRepeatable = false
    /// Whether it names the app that the command is about.
    public var isApp = false

    /// A required argument that names the app the command is about.
    public static func app(_ name: String) -> Argument { Argument(name: name, isRequired: true, isApp: true) }
    /// The same where the command may be about something else, or there is only one app.
    public static func optionalApp(_ name: String) -> Argument {
      Argument(name: name, isRequired: false, isApp: true)
    }
    /// An argument that must be given, once.
    public static func required(_ name: String) -> Argument { Argument(name: name, isRequired: true) }
    /// An argument that may be left out.
    public static func optional(_ name: String) -> Argument { Argument(name: name, isRequired: false) }
    /// An argument that must be given at least once.
    public static func repeated(_ name: String) -> Argument {
      Argument(name: name, isRequired: true, isRepeatable: true)
    }
  }

  /// An option of a command: a flag, or one that takes a value.
  public struct Option: Sendable {
    /// The name with its hyphens, such as "--app".
    public let name: String
    /// A short name, such as "-f"; nil if there is none.
    public let short: String?
    /// What its value is called in the help; nil for a flag.
    public let value: String?
    /// Whether it can be given more than once.
    public let isRepeatable: Bool
    /// What the command's help says about it.
    public let help: String

    /// Makes an option from its name with hyphens; it is a flag if `value` is nil.
    public init(_ name: String, short: String? = nil, value: String? = nil, isRepeatable: Bool = false, _ help: String)
    {
      self.name = name
      self.short = short
      self.value = value
      self.isRepeatable = isRepeatable
      self.help = help
    }

    /// The option that names the app a command is about.
    public static let app = Option(
      "--app", value: "NAME", "the app, which may also stand first; not needed where only one exists")
    /// The flag that makes a command print JSON.
    public static let json = Option("--json", "print JSON")
  }

  /// The words that call it, such as ["app", "create"].
  public let words: [String]
  /// Its positional arguments, in order.
  public let arguments: [Argument]
  /// The options it understands.
  public let options: [Option]
  /// One line about what it does, for the list of all commands and its own help.
  public let summary: String
  /// What its own help adds to the summary.
  public let details: String
  /// Whether only other programs call it, so that no help lists it.
  public let isHidden: Bool

  /// Other names for the first word of a command.
  static let aliases = ["ci": "generate-ci", "secrets": "env"]

  /// Makes a command from its words, separated by spaces, its arguments and options, and what its help says.
  public init(
    _ words: String, _ arguments: [Argument] = [], _ options: [Option] = [], _ summary: String, details: String = "",
    isHidden: Bool = false
  ) {
    self.words = words.split(separator: " ").map(String.init)
    self.arguments = arguments
    self.options = options
    self.summary = summary
    self.details = details
    self.isHidden = isHidden
  }

  /// Whether it is one of the commands that begin with a word.
  public func isPart(of group: String) -> Bool { words.count > 1 && words[0] == group && !isHidden }

  /// Whether it is about one app, which may be named with --app or before the other arguments.
  var takesApp: Bool { options.contains { $0.name == Option.app.name && !$0.isRepeatable } }

  /// The name of the app that an invocation is about; nil if it gives none.
  public func app(of invocation: Invocation) -> String? {
    arguments.firstIndex(where: \.isApp).flatMap(invocation.argument) ?? invocation.value(.app)
  }

  /// The command's words with a space between them, such as "app create".
  public var name: String { words.joined(separator: " ") }

  /// One line with the command, its arguments and its options.
  public var usage: String {
    let arguments = arguments.map {
      ($0.isRequired ? $0.name : "[\($0.name)]") + ($0.isRepeatable ? "..." : "")
    }
    let options = options.map { option in
      let name = (option.short.map { "\($0)|" } ?? "") + option.name
      return "[\(name)\(option.value.map { " \($0)" } ?? "")]" + (option.isRepeatable ? "..." : "")
    }
    return (["nextdeploy", name] + arguments + options).joined(separator: " ")
  }
}
