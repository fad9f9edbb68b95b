/// Reads a start command: which program it comes to, through scripts that call scripts and wrappers around wrappers.
struct StartReader {
  let scripts: [String: String]
  /// How many lines and commands may still be read: scripts can call each other in circles, or each call two others,
  /// and a line can be of any length.
  private var budget = 200

  typealias Word = ShellLine.Word

  init(scripts: [String: String]) { self.scripts = scripts }

  /// - Parameter arguments: what is given to its last command besides.
  mutating func line(_ text: String, with arguments: ArraySlice<Word> = []) -> StartCommand {
    guard spend(), var line = ShellLine(text) else { return StartCommand(.unclear) }
    line.append(arguments)
    return sequence(line.commands)
  }

  private mutating func spend() -> Bool {
    budget -= 1
    return budget >= 0
  }

  // MARK: Commands in a row

  mutating func sequence(_ commands: [ShellLine.Command]) -> StartCommand {
    var reads: [StartCommand] = []
    for command in commands { reads.append(read(command.words[...])) }
    // What stands behind Next's server waits for its end; without one the last command is the server.
    var start = reads.firstIndex(where: \.startsNext) ?? commands.count - 1
    while start > 0, !reads[start].startsNext, commands[start - 1].end == "|" { start -= 1 }
    var result = reads[start]
    let before = commands.indices.prefix(start)
    if before.contains(where: { commands[$0].end == "&" })
      || (commands[start].end == "&" && commands[(start + 1)...].contains { $0.words[0].text != "wait" })
    {
      result.target = .several
    }
    if commands[start].end == "|" { result.leftOut += [commands[start + 1].text] }
    result.settings = before.flatMap { Self.exported(by: commands[$0].words) } + result.settings
    result.preceding = preceding(commands, reads, upTo: start) + result.preceding
    let certain = commands.indices.filter { commands[$0].end != "||" && ($0 == 0 || commands[$0 - 1].end != "||") }
    result.needs = certain.flatMap { reads[$0].needs }
    return result
  }

  /// What is to run before the command at `start`: without what only prepares what NextDeploy prepares itself.
  private func preceding(_ commands: [ShellLine.Command], _ reads: [StartCommand], upTo start: Int) -> [String] {
    var text = ""
    var joint = ""
    var isAlternative = false
    for (command, read) in zip(commands, reads).prefix(start) {
      let isNeedless = joint != " || " && (Self.prepares(command.words) || read.target == .program("next"))
      let isLeftOut = isAlternative || isNeedless
      // The alternative to what is left out is none.
      isAlternative = isLeftOut && command.end == "||"
      if isLeftOut { continue }
      text += joint + command.text
      joint = command.end == ";" ? "; " : " \(command.end) "
    }
    return text.isEmpty ? [] : [text]
  }

  /// Copies and the like, installs and builds: a release has what they make.
  private static func prepares(_ words: [Word]) -> Bool {
    let texts = words.map(\.text)
    let managers = ["npm", "pnpm", "yarn", "bun"]
    if managers.contains(texts[0]) {
      let rest = texts.dropFirst().filter { !$0.hasPrefix("-") && $0 != "run" }
      return rest.isEmpty || ["build", "install", "ci", "i"].contains(rest[0])
    }
    return [
      ":", "cd", "clear", "cp", "cpx", "cpy", "echo", "export", "ln", "mkdir", "mv", "ncp", "printf", "rimraf", "rm",
      "rsync", "set", "shx", "sleep", "true", ".", "source",
    ].contains(texts[0])
  }

  /// What `export KEY=value` and `. FILE` set for the commands behind them.
  private static func exported(by words: [Word]) -> [StartSetting] {
    switch words[0].text {
    case "export": words.dropFirst().compactMap(\.assignment)
    case ".", "source": words.dropFirst().prefix(1).map { .file($0.text, replaces: true) }
    default: []
    }
  }

  // MARK: One command

  /// - Parameter isFetched: whether its program is one that `npx` looks for.
  mutating func read(_ words: ArraySlice<Word>, isFetched: Bool = false) -> StartCommand {
    let settings = words.prefix { $0.assignment != nil }.compactMap(\.assignment)
    let words = words.dropFirst(settings.count)
    guard spend(), let head = words.first else { return StartCommand(.unclear) }
    guard let name = head.program else { return StartCommand(.ownFile) }
    var result = read(name, words.dropFirst(), words)
    result.settings = settings + result.settings
    // Node itself is there in any case.
    result.needs.insert(isFetched && name != "node" ? .fetched(name) : .program(name), at: 0)
    return result
  }

  private mutating func read(_ name: String, _ arguments: ArraySlice<Word>, _ all: ArraySlice<Word>) -> StartCommand {
    switch name {
    case "next": return next(arguments)
    case "env", "exec", "command", "nohup", "time", "nice", "dumb-init", "tini", "catatonit":
      return read(arguments.drop { $0.text.hasPrefix("-") || Int($0.text) != nil })
    case "sh", "bash", "dash", "ash", "zsh": return shell(arguments)
    case "cross-env", "cross-env-shell", "dotenv", "dotenvx", "env-cmd": return wrapper(name, arguments)
    case "npx", "pnpx", "bunx": return fetched(arguments)
    case "corepack": return read(arguments)
    case "npm", "pnpm", "yarn", "bun": return manager(name, arguments)
    case "concurrently", "run-p", "run-s", "npm-run-all", "npm-run-all2": return group(name, arguments)
    case "pm2", "pm2-runtime", "pm2-docker", "forever": return supervised(name, arguments)
    case _ where Self.runners.contains(name): return runner(name, arguments)
    default: return unknown(name, arguments, all)
    }
  }

  private func next(_ arguments: ArraySlice<Word>) -> StartCommand {
    let words = arguments.map(\.text)
    guard let command = words.first(where: { !$0.hasPrefix("-") }) else { return StartCommand(.nextDevelopment) }
    var result = StartCommand(command == "start" ? .next : command == "dev" ? .nextDevelopment : .program("next"))
    for (option, value) in zip(words, words.dropFirst()) where option == "--keepAliveTimeout" {
      // The name by which a standalone server knows it.
      result.settings.append(.value("KEEP_ALIVE_TIMEOUT", value))
    }
    return result
  }

  private mutating func shell(_ arguments: ArraySlice<Word>) -> StartCommand {
    guard let option = arguments.first, option.text.hasPrefix("-") else { return StartCommand(.ownFile) }
    guard option.text.contains("c"), let text = arguments.dropFirst().first?.text else { return StartCommand(.unclear) }
    return line(text)
  }

  /// A program that nothing is known of: it may start what stands behind it.
  private mutating func unknown(
    _ name: String, _ arguments: ArraySlice<Word>, _ all: ArraySlice<Word>
  ) -> StartCommand {
    let isNext = arguments.indices.dropLast().first {
      arguments[$0].program == "next" && ["start", "dev"].contains(arguments[$0 + 1].text)
    }
    let begin = isNext ?? arguments.firstIndex { $0.text == "--" }.map { $0 + 1 }
    if let begin, begin < arguments.endIndex {
      var inner = read(arguments[begin...])
      if inner.startsNext || inner.target == .ownFile {
        inner.leftOut.insert(all[..<begin].map(\.text).joined(separator: " "), at: 0)
        return inner
      }
    }
    let runsFile = arguments.contains { $0.isCode && !$0.text.hasPrefix("-") }
    return StartCommand(runsFile ? .ownFile : .program(name))
  }
}

extension ShellLine.Word {
  /// What it sets where it is `NAME=value`.
  var assignment: StartSetting? {
    guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let name = String(text[..<equals])
    guard VariableName.isName(name) else { return nil }
    let value = String(text[text.utf8.index(after: equals)...])
    if !isExpanded { return .value(name, value) }
    // What it was before is nothing here: where the app has a variable of that name, its own wins.
    let rest = value.split(separator: " ").filter { $0 != "$\(name)" && $0 != "${\(name)}" }.joined(separator: " ")
    return rest.contains("$") || rest.contains("`") ? .expanded(name) : .value(name, rest)
  }

  /// The name of the program that it calls; nil if it is a file of the app's own.
  var program: String? {
    let parts = text.pathParts
    guard parts.count > 1 || text.hasPrefix("/") else { return text }
    return text.hasPrefix("/") || parts.contains("node_modules") || parts.contains(".bin") ? parts.last : nil
  }
}
