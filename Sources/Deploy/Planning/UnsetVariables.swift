/// Variables that an app's example of a .env file names and nothing sets.
public struct UnsetVariables: Equatable, Encodable, Sendable {
  /// The file that names them.
  public let file: String
  /// The variables, in the file's order.
  public let names: [String]

  private static let examples = [".env.example", ".env.sample", ".env.template", ".env.local.example"]

  /// What Next.js reads by itself where it is committed.
  private static let settings = [".env", ".env.production", ".env.local", ".env.production.local"]

  /// Nil if there is no such file, or all is set.
  ///
  /// - Parameter app: whose start command may read files elsewhere: an example beside one of these counts too.
  static func find(in tree: some SourceTree, _ app: Project, _ environment: AppEnvironment) throws -> UnsetVariables? {
    let given = app.command?.settings ?? []
    let files = given.files.compactMap(app.root.resolving)
    let directories = [app.root] + files.map { RelativePath($0.pathParts.dropLast().joined(separator: "/")) ?? .top }
    let example = directories.lazy.flatMap { directory in examples.map(directory.file) }.first {
      tree.entries[$0] != nil
    }
    guard let example, let text = try tree.text(example) else { return nil }
    var known = Set(environment.variables.keys).union(ProgramEnvironment.taken.keys).union(["NODE_ENV", "CI"])
    for case .value(let name, _) in given { known.insert(name) }
    for file in settings.map(app.root.file) + files where file != example {
      if let text = try tree.text(file) { known.formUnion(names(in: text)) }
    }
    let names = names(in: text).filter { !known.contains($0) }
    return names.isEmpty ? nil : UnsetVariables(file: example, names: names)
  }

  /// The names that a file sets, whatever else it holds: an example is for people, and need not be read as a .env file.
  private static func names(in text: String) -> [String] {
    var names: [String] = []
    var seen = Set<String>()
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "=" }.split(separator: " ")
      guard line.contains("="), let name = words.last, words.count == 1 || (words.count == 2 && words[0] == "export"),
        VariableName.isName(name), seen.insert(String(name)).inserted
      else { continue }
      names.append(String(name))
    }
    return names
  }

  /// The first of the names, and how many more there are.
  var list: String {
    let rest = names.count - 12
    return names.prefix(12).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
