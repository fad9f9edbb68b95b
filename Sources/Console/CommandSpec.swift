/// One command as the table holds it: what parsing and help are made of.
public struct CommandSpec: Sendable {
  public struct Argument: Sendable {
    public let name: String
    public let isRequired: Bool
    /// Whether it can be given more than once; only the last one can.
    public var isRepeatable = false
    /// Whether it names the app that the command is about.
    public var isApp = false

    public static func app(_ name: String) -> Argument { Argument(name: name, isRequired: true, isApp: true) }
    public static func required(_ name: String) -> Argument { Argument(name: name, isRequired: true) }
    public static func optional(_ name: String) -> Argument { Argument(name: name, isRequired: false) }
    /// At least one.
    public static func repeated(_ name: String) -> Argument {
      Argument(name: name, isRequired: true, isRepeatable: true)
    }
  }

  public struct Option: Sendable {
    /// With its hyphens: "--app".
    public let name: String
    /// Another name: "-f".
    public let short: String?
    /// What its value is called; nil for a flag.
    public let value: String?
    public let isRepeatable: Bool
    public let help: String

    public init(_ name: String, short: String? = nil, value: String? = nil, isRepeatable: Bool = false, _ help: String)
    {
      self.name = name
      self.short = short
      self.value = value
      self.isRepeatable = isRepeatable
      self.help = help
    }

    public static let app = Option(
      "--app", value: "NAME", "the app, which may also stand first; not needed where only one exists")
    public static let json = Option("--json", "print JSON")
  }

  /// As in ["app", "create"].
  public let words: [String]
  public let arguments: [Argument]
  public let options: [Option]
  public let summary: String
  /// What its own help says beside that.
  public let details: String
  /// Whether only other programs call it: no help lists it.
  public let isHidden: Bool

  /// Other words for the first one of a command.
  static let aliases = ["ci": "generate-ci", "secrets": "env"]

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

  /// Whether it is about one app, which may be named with --app or before the other arguments.
  var takesApp: Bool { options.contains { $0.name == Option.app.name && !$0.isRepeatable } }

  /// The name of the app that an invocation of it is about; nil where it gives none.
  public func app(of invocation: Invocation) -> String? {
    arguments.firstIndex(where: \.isApp).flatMap(invocation.argument) ?? invocation.value(.app)
  }

  public var name: String { words.joined(separator: " ") }

  /// One line: the command, its arguments and options.
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
