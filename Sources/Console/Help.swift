/// The texts of --help, made from the table of commands.
public enum Help {
  /// The text of `nextdeploy --help`: all commands, the exit statuses and NEXTDEPLOY_ROOT.
  public static func all(_ commands: [CommandSpec]) -> String {
    """
    nextdeploy puts a git push live: it builds the commit, boots it on a new port, checks it, and switches over.

    Commands:
    \(list(commands))

    'nextdeploy COMMAND --help' tells more of one. Exit status: 0 done, 1 failed, 2 wrong usage,
    3 no such app, release or commit. NEXTDEPLOY_ROOT names another directory than /opt/nextdeploy.

    """
  }

  /// One line for each command that is not hidden.
  public static func list(_ commands: [CommandSpec]) -> String {
    let commands = commands.filter { !$0.isHidden }
    let width = commands.map(\.name.count).max() ?? 0
    return commands.map { "  \($0.name.padded(to: width))  \($0.summary)" }.joined(separator: "\n")
  }

  /// The text of `nextdeploy GROUP --help`: the commands that begin with one word.
  public static func group(_ name: String, of commands: [CommandSpec]) -> String {
    """
    Commands:
    \(list(commands.filter { $0.isPart(of: name) }))

    '\(name) COMMAND --help' tells more of one.

    """
  }

  /// The text of `nextdeploy COMMAND --help`: usage, options and details.
  public static func one(_ command: CommandSpec) -> String {
    var text = "\(command.summary)\n\nUsage: \(command.usage)\n"
    if !command.options.isEmpty {
      let names = command.options.map { option in
        [option.short, option.name].compactMap { $0 }.joined(separator: ", ") + (option.value.map { " \($0)" } ?? "")
      }
      let width = names.map(\.count).max() ?? 0
      text += "\nOptions:\n"
      for (name, option) in zip(names, command.options) { text += "  \(name.padded(to: width))  \(option.help)\n" }
    }
    if !command.details.isEmpty { text += "\n\(command.details)\n" }
    return text
  }
}

extension String {
  /// The text, padded with spaces to this width, so that columns line up.
  public func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
