// What runs a script of package.json, a program of a package, or a file.
extension StartReader {
  /// What runs a file that is named behind it.
  static let runners: Set = [
    "node", "nodejs", "tsx", "ts-node", "ts-node-esm", "ts-node-dev", "tsnd", "nodemon", "node-dev", "babel-node",
    "swc-node", "esno", "vite-node", "jiti", "sucrase-node", "deno",
  ]

  /// Options with which Node loads something before the file.
  static let preloading: Set = ["-r", "--require", "--import", "--loader", "--experimental-loader"]

  /// `npm run SCRIPT`, `pnpm SCRIPT`, `yarn exec PROGRAM`, `bun FILE`
  mutating func manager(_ name: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    var options = Options(arguments)
    var leftOut: [String] = []
    var settings: [StartSetting] = []
    while let option = options.next() {
      switch option {
      case "-r",
        "--preload" where name == "bun":
        _ = options.value()
      case "-C", "--dir", "--prefix", "--cwd", "-F", "--filter", "-w", "--workspace", "--recursive":
        // It goes on in another directory, whose scripts are others.
        return StartCommand(.program(name))
      case "--bun" where name == "bun": leftOut.append("bun --bun")
      case "--env-file": options.value().map { settings.append(.file($0.text, replaces: false)) }
      default: break
      }
    }
    let rest = options.rest
    guard let command = rest.first?.text else { return StartCommand(.program(name)) }
    var result: StartCommand
    switch command {
    case "run", "run-script": result = run(name, rest.dropFirst())
    case "exec", "x", "dlx": result = fetched(rest.dropFirst())
    case "workspace", "workspaces": result = StartCommand(.program(name))
    case _ where scripts[command] != nil && (name != "npm" || command == "start"):
      result = script(command, rest.dropFirst())
    case _ where name == "npm": result = StartCommand(.program(name))
    default: result = name == "bun" ? bun(rest) : read(rest)
    }
    result.settings = settings + result.settings
    result.leftOut = leftOut + result.leftOut
    return result
  }

  private mutating func run(_ manager: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    var options = Options(arguments)
    var leftOut: [String] = []
    while let option = options.next() {
      if option == "--bun" { leftOut = ["bun --bun"] }
      if ["-w", "--workspace", "--prefix", "--filter", "-C"].contains(option) {
        return StartCommand(.program(manager))
      }
    }
    guard let name = options.rest.first?.text else { return StartCommand(.program(manager)) }
    guard scripts[name] != nil || manager == "bun" else { return StartCommand(.program(manager)) }
    var result = scripts[name] != nil ? script(name, options.rest.dropFirst()) : bun(options.rest)
    result.leftOut = leftOut + result.leftOut
    return result
  }

  private mutating func script(_ name: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    line(scripts[name] ?? "", with: arguments.first?.text == "--" ? arguments.dropFirst() : arguments)
  }

  /// `bun server.ts`, `bun next start`
  private mutating func bun(_ words: ArraySlice<Word>) -> StartCommand {
    guard let first = words.first else { return StartCommand(.program("bun")) }
    return first.isCode || first.text.contains("/") ? file(first, words.dropFirst()) : read(words)
  }

  /// `npx PROGRAM`: it runs that of a dependency, or fetches it.
  mutating func fetched(_ arguments: ArraySlice<Word>) -> StartCommand {
    var options = Options(arguments)
    var leftOut: [String] = []
    while let option = options.next() {
      switch option {
      case "-p", "--package", "-w", "--workspace": _ = options.value()
      case "-c", "--call": return options.value().map { line($0.text) } ?? StartCommand(.unclear)
      case "--bun": leftOut.append("bunx --bun")
      default: break
      }
    }
    guard var first = options.rest.first else { return StartCommand(.unclear) }
    // "serve@14" and "@scope/serve@14" name a version too.
    if let at = first.text.dropFirst().lastIndex(of: "@") { first.text = String(first.text[..<at]) }
    let isScoped = first.text.hasPrefix("@")
    if isScoped, let name = first.text.split(separator: "/").last { first.text = String(name) }
    var result = read([first] + options.rest.dropFirst(), isFetched: true)
    result.leftOut = leftOut + result.leftOut
    return result
  }

  /// `node --env-file=FILE server.js`, `tsx watch server.ts`, `nodemon --exec "LINE"`
  mutating func runner(_ name: String, _ arguments: ArraySlice<Word>) -> StartCommand {
    var options = Options(arguments)
    var settings: [StartSetting] = []
    var needs: [StartCommand.Need] = []
    var nodeOptions: [String] = []
    while let option = options.next() {
      let value: Word?
      switch option {
      case "-e", "--eval", "-p", "--print": return StartCommand(.ownFile)
      case "-x", "--exec": return options.value().map { line($0.text) } ?? StartCommand(.unclear)
      case "--env-file", "--env-file-if-exists":
        options.value().map { settings.append(.file($0.text, replaces: false)) }
        continue
      case "-C", "--conditions", "-P", "--project", "-O", "--tsconfig", "-w", "--watch-path", "--ext", "--ignore":
        value = options.value()
      case _ where Self.preloading.contains(option):
        value = options.value()
        if value?.text == "dotenv/config" {
          settings.append(.file(dotenvFile(arguments), replaces: false))
          needs.append(.package("dotenv"))
          continue
        }
        value?.package.map { needs.append(.package($0)) }
      default: value = options.inlineValue
      }
      nodeOptions.append(
        value.map { option.hasPrefix("--") ? "\(option)=\($0.text)" : "\(option) \($0.text)" } ?? option)
    }
    var rest = options.rest
    if ["watch", "run", "serve"].contains(rest.first?.text) && ["tsx", "deno"].contains(name) { rest.removeFirst() }
    guard let path = rest.first else { return StartCommand(.ownFile) }
    if !nodeOptions.isEmpty { settings.append(.value("NODE_OPTIONS", nodeOptions.joined(separator: " "))) }
    var result = file(path, rest.dropFirst())
    result.settings = settings + result.settings
    result.needs += needs
    return result
  }

  /// A file that Node or the like runs: Next's own server, or the app's.
  mutating func file(_ path: Word, _ arguments: ArraySlice<Word>) -> StartCommand {
    if path.text.pathParts.contains("standalone") && path.text.pathParts.last == "server.js" {
      return StartCommand(.next)
    }
    guard path.text.contains("/"), let program = path.program, program == "next" else { return StartCommand(.ownFile) }
    return read([path] + arguments)
  }

  private func dotenvFile(_ arguments: ArraySlice<Word>) -> String {
    let option = "dotenv_config_path="
    return arguments.first { $0.text.hasPrefix(option) }.map { String($0.text.dropFirst(option.count)) } ?? ".env"
  }
}

extension ShellLine.Word {
  /// Whether it names a file of JavaScript or TypeScript.
  var isCode: Bool {
    [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"].contains(where: text.hasSuffix)
      && !text.contains(".config.")
  }

  /// The package of a module's name; nil if it is a file.
  fileprivate var package: String? {
    if text.hasPrefix(".") || text.hasPrefix("/") || text.hasPrefix("node:") { return nil }
    let parts = text.split(separator: "/")
    return parts.prefix(text.hasPrefix("@") ? 2 : 1).joined(separator: "/")
  }
}
