// What sets variables for the program that it starts, and what starts several.
extension StartReader {
  mutating func wrapper(_ name: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    switch name {
    case "dotenv": dotenv(arguments)
    case "dotenvx": dotenvx(arguments)
    case "env-cmd": environmentCommand(arguments)
    default: crossEnv(name, arguments)
    }
  }

  /// `cross-env NAME=value … COMMAND`
  private mutating func crossEnv(_ name: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    let settings = arguments.prefix { $0.assignment != nil }.map(\.unquotedInside)
    let rest = arguments.dropFirst(settings.count)
    // A word with spaces is a line for the shell.
    let isLine = name == "cross-env-shell" && rest.count == 1
    var result = isLine ? line(rest.first?.text ?? "") : read(rest)
    result.settings = settings.compactMap(\.assignment) + result.settings
    return result
  }

  /// `dotenv -e FILE … -v NAME=value -- COMMAND`, of dotenv-cli: of several files the first that has a variable wins.
  private mutating func dotenv(_ arguments: ArraySlice<Word>) -> StartCommand {
    var options = Options(arguments)
    var files: [String] = []
    var values: [StartSetting] = []
    var cascade: String??
    var replaces = false
    while let option = options.next() {
      switch option {
      case "-e": options.value().map { files.append($0.text) }
      case "-v": options.value()?.assignment.map { values.append($0) }
      case "-c": cascade = options.valueIfName()
      case "-o", "--override": replaces = true
      default: break
      }
    }
    if files.isEmpty { files = [".env"] }
    if let name = cascade {
      files = files.flatMap { file in
        name.map { ["\(file).\($0).local", "\(file).local", "\(file).\($0)", file] } ?? ["\(file).local", file]
      }
    }
    var result = read(options.rest)
    result.settings = files.map { .file($0, replaces: replaces) } + values + result.settings
    return result
  }

  /// `dotenvx run -f FILE -e NAME=value -- COMMAND`
  private mutating func dotenvx(_ arguments: ArraySlice<Word>) -> StartCommand {
    guard arguments.first?.text == "run" else { return StartCommand(.program("dotenvx")) }
    var options = Options(arguments.dropFirst())
    var files: [String] = []
    var values: [StartSetting] = []
    var replaces = false
    while let option = options.next() {
      switch option {
      case "-f", "--env-file": options.value().map { files.append($0.text) }
      case "-e", "--env": options.value()?.assignment.map { values.append($0) }
      case "-o", "--overload": replaces = true
      case "--convention", "--log-level", "-fk", "--env-keys-file": _ = options.value()
      default: break
      }
    }
    var result = read(options.rest)
    result.settings =
      (files.isEmpty ? [".env"] : files).map { .file($0, replaces: replaces) } + values + result.settings
    return result
  }

  /// `env-cmd -f FILE COMMAND`
  private mutating func environmentCommand(_ arguments: ArraySlice<Word>) -> StartCommand {
    var options = Options(arguments)
    var file: String? = ".env"
    var replaces = true
    var named = ""
    while let option = options.next() {
      switch option {
      case "-f", "--file": file = options.value()?.text
      case "-e", "--environments", "-r", "--rc-file":
        // They stand in a file of JSON or JavaScript.
        named = "env-cmd \(option) \(options.value()?.text ?? "")"
        file = nil
      case "--no-override": replaces = false
      default: break
      }
    }
    var result = read(options.rest)
    if let file { result.settings.insert(.file(file, replaces: replaces), at: 0) }
    if !named.isEmpty { result.leftOut.insert(named, at: 0) }
    return result
  }

  // MARK: Several programs

  /// `concurrently "LINE" npm:SCRIPT`, `run-s SCRIPT SCRIPT`
  mutating func group(_ name: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    let valued: Set = ["-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-s", "--success", "-l", "-m"]
    let isConcurrently = name == "concurrently"
    var options = Options(arguments, isCommand: false)
    var isParallel = isConcurrently || name == "run-p"
    while let option = options.next() {
      if isConcurrently && valued.contains(option) { _ = options.value() }
      if !isConcurrently && ["-p", "--parallel"].contains(option) { isParallel = true }
    }
    let lines = options.words.map { word in
      guard isConcurrently else { return "npm run \(word.text)" }
      let parts = word.text.split(separator: ":", maxSplits: 1)
      let isScript = parts.count == 2 && ["npm", "pnpm", "yarn", "bun"].contains(parts[0])
      return isScript ? "\(parts[0]) run \(parts[1])" : word.text
    }
    if lines.count == 1 { return line(lines[0]) }
    if !isParallel { return line(lines.joined(separator: " && ")) }
    var result = StartCommand(.several)
    for text in lines { result.needs += line(text).needs }
    return result
  }

  /// `pm2-runtime start npm -- run serve`, `pm2 start server.js`: they keep running what a service manager does.
  mutating func supervised(_ name: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    let valued: Set = ["-i", "--instances", "-n", "--name", "-o", "-e", "-l", "--log", "--max-memory-restart", "--cwd"]
    var options = Options(arguments)
    var words = options.rest
    repeat {
      while let option = options.next() { if valued.contains(option) { _ = options.value() } }
      words = options.rest
      options = Options(words.dropFirst())
    } while words.first?.text == "start"
    guard let first = words.first else { return StartCommand(.program(name)) }
    if first.text.contains(" ") { return line(first.text) }
    // Its own options stand before "--", the program's behind it.
    let rest = words.firstIndex { $0.text == "--" }.map { words[($0 + 1)...] } ?? []
    if ["npm", "npx", "pnpm", "pnpx", "yarn", "bun", "bunx"].contains(first.text) { return read([first] + rest) }
    let isConfiguration = first.text.contains("ecosystem") || first.text.contains(".config.")
    return isConfiguration ? StartCommand(.program(name)) : file(first, rest)
  }
}

/// The options that stand before a command.
struct Options {
  private(set) var rest: ArraySlice<ShellLine.Word>
  /// What is no option, where options may stand between.
  private(set) var words: [ShellLine.Word] = []
  private let isCommand: Bool
  private var inline: ShellLine.Word?

  /// - Parameter isCommand: whether the first word that is no option ends them.
  init(_ words: ArraySlice<ShellLine.Word>, isCommand: Bool = true) {
    rest = words
    self.isCommand = isCommand
  }

  /// The next option, without what stands behind its '='; nil if they end.
  mutating func next() -> String? {
    inline = nil
    while let word = rest.first {
      if word.text == "--" {
        rest.removeFirst()
        if isCommand { return nil }
        continue
      }
      guard word.text.hasPrefix("-"), word.text != "-" else {
        if isCommand { return nil }
        words.append(word)
        rest.removeFirst()
        continue
      }
      rest.removeFirst()
      guard let equals = word.text.firstIndex(of: "=") else { return word.text }
      inline = ShellLine.Word(text: String(word.text[word.text.index(after: equals)...]), isExpanded: word.isExpanded)
      return String(word.text[..<equals])
    }
    return nil
  }

  /// What stood behind the '=' of the option that was read last.
  var inlineValue: ShellLine.Word? { inline }

  /// The value of the option that was read last.
  mutating func value() -> ShellLine.Word? { inline ?? rest.popFirst() }

  /// The same for an option that may be without one.
  mutating func valueIfName() -> String? {
    if let inline { return inline.text }
    guard rest.count > 1, let word = rest.first, !word.text.hasPrefix("-") else { return nil }
    return rest.popFirst()?.text
  }
}

extension ShellLine.Word {
  /// Without quotes around the value in it, as in `NAME='a b'` within quotes of the shell.
  fileprivate var unquotedInside: ShellLine.Word {
    for quote in ["'", "\""] {
      let parts = text.components(splitOnce: "=\(quote)")
      if let (name, value) = parts, value.hasSuffix(quote) {
        return ShellLine.Word(text: "\(name)=\(value.dropLast())", isExpanded: isExpanded)
      }
    }
    return self
  }
}

extension String {
  fileprivate func components(splitOnce separator: String) -> (Substring, Substring)? {
    guard let range = firstRange(of: separator) else { return nil }
    return (self[..<range.lowerBound], self[range.upperBound...])
  }
}
