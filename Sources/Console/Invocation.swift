public import Deploy

/// A command line that was parsed.
public struct Invocation: Equatable, Sendable {
  /// The command's name, such as "app create".
  public let command: String
  /// The positional arguments that were given, in order, without an app that stood in place of `--app`.
  public let arguments: [String]
  private let options: [String: [String]]

  /// All values that were given for an option, in order; empty if it was not given.
  public func values(_ option: CommandSpec.Option) -> [String] { options[option.name] ?? [] }

  /// The value that was given last for an option; nil if it was not given.
  public func value(_ option: CommandSpec.Option) -> String? { values(option).last }

  /// Whether an option or flag was given.
  public func has(_ option: CommandSpec.Option) -> Bool { options[option.name] != nil }

  /// The positional argument at an index from 0; nil if fewer were given.
  public func argument(_ index: Int) -> String? { index < arguments.count ? arguments[index] : nil }

  /// What a command line asks for.
  public enum Parsed: Equatable, Sendable {
    case run(Invocation)
    /// Help was requested, for a command or, if nil, for all of them.
    case help(String?)
    /// Help was requested for the commands that begin with this word.
    case groupHelp(String)
    case version
  }

  /// Parses a command line (without the program's name) with the table of commands.
  ///
  /// - Parameter isApp: whether a word names an app, as in "rollback shop", where it replaces --app.
  public static func parse(
    _ line: [String], _ commands: [CommandSpec], isApp: (String) -> Bool = { _ in false }
  ) throws(Failure) -> Parsed {
    guard let first = line.first, first != "--help", first != "-h", first != "help" else { return .help(nil) }
    if first == "--version" { return .version }
    let line = [CommandSpec.aliases[first] ?? first] + line.dropFirst()
    guard let command = commands.filter({ line.starts(with: $0.words) }).max(by: { $0.words.count < $1.words.count })
    else {
      if line.count == 1 || ["--help", "-h"].contains(line[1]), commands.contains(where: { $0.isPart(of: line[0]) }) {
        return .groupHelp(line[0])
      }
      throw unknownCommand(line, commands)
    }
    var arguments: [String] = []
    var options: [String: [String]] = [:]
    var rest = line.dropFirst(command.words.count)
    var onlyArguments = false
    while let word = rest.popFirst() {
      if onlyArguments || !word.hasPrefix("-") || word == "-" {
        arguments.append(word)
      } else if word == "--" {
        onlyArguments = true
      } else if word == "--help" || word == "-h" {
        return .help(command.name)
      } else {
        let (option, value) = try option(word, &rest, command)
        if options[option.name] != nil && !option.isRepeatable {
          throw usage(command, "\(option.name) is given twice")
        }
        options[option.name, default: []].append(value)
      }
    }
    let required = command.arguments.filter(\.isRequired)
    let most = command.arguments.last?.isRepeatable == true ? Int.max : command.arguments.count
    if command.takesApp, options[CommandSpec.Option.app.name] == nil, let first = arguments.first,
      arguments.count > most
        || arguments.count > required.count && (isApp(first) || most == .max && (try? AppName(first)) != nil)
    {
      options[CommandSpec.Option.app.name] = [arguments.removeFirst()]
    }
    if arguments.count < required.count { throw usage(command, "\(required[arguments.count].name) is missing") }
    if arguments.count > most {
      throw usage(command, "\(arguments[most].quoted) is one argument too many")
    }
    return .run(Invocation(command: command.name, arguments: arguments, options: options))
  }

  private static func option(
    _ word: String, _ rest: inout ArraySlice<String>, _ command: CommandSpec
  ) throws(Failure) -> (CommandSpec.Option, String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let option = command.options.first(where: { $0.name == parts[0] || $0.short == parts[0] }) else {
      let names = command.options.map(\.name)
      throw Failure(
        .usage, "reading '\(command.name)'", "there is no option \(parts[0].quoted)",
        next: names.isEmpty ? "It takes no options." : NearestName.hint(parts[0], among: names))
    }
    if option.value == nil {
      if parts.count > 1 { throw usage(command, "\(option.name) takes no value") }
      return (option, "")
    }
    guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else {
      throw usage(command, "\(option.name) needs a value")
    }
    return (option, value)
  }

  private static func usage(_ command: CommandSpec, _ cause: String) -> Failure {
    Failure(.usage, "reading '\(command.name)'", cause, next: "Usage: \(command.usage)")
  }

  private static func unknownCommand(_ line: [String], _ commands: [CommandSpec]) -> Failure {
    let group = commands.filter { $0.isPart(of: line[0]) }
    if line.count > 1, !group.isEmpty {
      return Failure(
        .usage, "reading the command", "there is no command \("\(line[0]) \(line[1])".quoted)",
        next: NearestName.hint(line[1], among: group.map { $0.words[1] })
          + " 'nextdeploy \(line[0]) --help' shows them all.")
    }
    let names = Array(Set(commands.filter { !$0.isHidden }.map { $0.words[0] }))
    return Failure(
      .usage, "reading the command", "there is no command \(line[0].quoted)",
      next: NearestName.hint(line[0], among: names) + " 'nextdeploy --help' shows them all.")
  }
}
