/// What a command of the app's begins with, as far as its words tell.
enum CommandProgram {
  /// A file of the app's.
  case file(String)
  /// A program of one of its packages.
  case package(String)
  /// One that machines have, or that cannot be told.
  case other

  init(_ command: String) {
    var words = command.prefix { !";&|<>\n".contains($0) }.split(separator: " ")[...]
    while let word = words.first, word.contains("=") || word.hasPrefix("-") || Self.runners.contains(String(word)) {
      words.removeFirst()
    }
    var name = words.popFirst().map(String.init) ?? ""
    let runsFile = name == "node" || name == "bun"
    if runsFile { name = words.first.map(String.init) ?? "" }
    let isFile = runsFile || name.contains("/")
    if name.hasPrefix("./") { name.removeFirst(2) }
    if name.isEmpty || Self.common.contains(name) || !name.unicodeScalars.allSatisfy(\.isInPath) || name.hasPrefix("-")
    {
      self = .other
    } else {
      self = isFile ? .file(name) : .package(name)
    }
  }

  private static let runners: Set<String> = ["npx", "bunx"]
  private static let common: Set<String> = [
    "npm", "pnpm", "yarn", "corepack", "sh", "bash", "env", "exec", "cd", "set", "echo", "printf", "test", "true",
    "exit",
  ]

  /// Whether it is there, for a command that runs in a directory.
  ///
  /// - Parameter exists: whether a path is there, from the top of the files.
  func isThere(in directory: RelativePath, _ exists: (String) -> Bool) -> Bool {
    switch self {
    case .file(let path): exists(directory.file(path)) || exists(directory.file("\(path).js"))
    case .package(let name):
      PackageManagerChoice.ancestors(of: directory).contains { exists($0.file("node_modules/.bin/\(name)")) }
    case .other: true
    }
  }
}
