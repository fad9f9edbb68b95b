/// A site of files, as far as its commit shows what it is: the build's output has the last word.
struct StaticPlan: Equatable, Sendable {
  /// Where the files may be after the build, from the app's directory.
  let directories: [RelativePath]
  /// What makes them; nil where nextdeploy.json names the directory.
  let kind: String?
  /// The page that answers where there is none, as nextdeploy.json names it.
  let fallback: RelativePath?
  /// Whether a build that has no page but index.html is an app of one page, which must answer everywhere.
  let mayBeSinglePage: Bool
  /// Those of the directories that an earlier build may have left, and this one makes anew.
  let remade: [RelativePath]

  /// Whether nextdeploy.json names the directory.
  var isNamed: Bool { kind == nil }

  /// Programs that serve the files of a directory.
  static let servers: Set = ["serve", "http-server", "sirv", "sirv-cli", "live-server", "lite-server"]

  /// Nil if the app is started, or Next.js builds it.
  static func find(
    _ file: ProjectFile, _ manifest: PackageManifest, start: StartCommand?, _ framework: Framework,
    in tree: some SourceTree
  ) throws -> StaticPlan? {
    let kind = AppKind.find(manifest)
    func plan(_ directories: [RelativePath], kind name: String?, mayBeSinglePage: Bool) -> StaticPlan {
      // Gatsby itself knows what of its output is old.
      let isRemade = kind?.package != "gatsby"
      return StaticPlan(
        directories: directories, kind: name, fallback: file.fallback, mayBeSinglePage: mayBeSinglePage,
        remade: directories.filter { directory in
          isRemade && !directory.isTop
            && RelativePath(file.root.file(directory.description)).map { !tree.hasDirectory($0) } ?? false
        })
    }
    if let directory = file.staticFiles { return plan([directory], kind: nil, mayBeSinglePage: false) }
    guard file.start == nil, file.framework == nil, !framework.isNext, let kind,
      case .files(let outputs) = kind.serving,
      file.build != nil || manifest.scripts["build"] != nil
    else { return nil }
    switch start?.target {
    case nil: break
    case .program(let name) where servers.contains(name) || kind.programs.contains(name): break
    default: return nil
    }
    let line = manifest.command(ofScript: "start") ?? ""
    let build = commands(of: file.build ?? manifest.scripts["build"] ?? "", in: manifest.scripts)
    let named =
      places(in: line) + outputDirectory(build, of: kind)
      + (try ConfigText.outputs(of: kind.name, file.root, in: tree))
    let all = (named + outputs).compactMap { RelativePath($0) }
    let isSinglePage = ["Vite", "Create React App", "Vue CLI", "Parcel"].contains(kind.name)
    return plan(all, kind: kind.name, mayBeSinglePage: isSinglePage)
  }

  /// Whether what the app would be started by only serves files. What nextdeploy.json says is started in any case.
  static func startsOnlyFiles(_ file: ProjectFile, _ start: StartCommand?) -> Bool {
    guard file.start == nil, file.framework == nil, case .program(let name) = start?.target else { return false }
    return servers.contains(name)
  }

  /// The directories that a server of files may be given.
  private static func places(in line: String) -> [String] {
    let words = line.split(separator: " ").map(String.init)
    guard let server = words.firstIndex(where: servers.contains) else { return [] }
    return words[(server + 1)...].filter { word in
      !word.hasPrefix("-") && word.isPlain(and: "-./") && !word.utf8.allSatisfy(\.isDigit)
    }
  }

  /// The words of each command in a line, and in the scripts that these may run.
  private static func commands(of line: String, in scripts: [String: String]) -> [[String]] {
    var (result, rest, lines) = ([[String]](), scripts, [line])
    while let line = lines.popLast() {
      let commands =
        ShellLine(line)?.commands.map { $0.words.map(\.text) } ?? [line.split(separator: " ").map(String.init)]
      result += commands
      // As in 'run-p type-check "build-only {@}"', each once.
      lines += commands.joined().compactMap { word in
        word.split(separator: " ").first.flatMap { rest.removeValue(forKey: String($0)) }
      }
    }
    return result
  }

  /// Where the commands of a build say that its output goes.
  private static func outputDirectory(_ commands: [[String]], of kind: AppKind) -> [String] {
    let option = options[kind.name] ?? "--outDir"
    for words in commands {
      for (place, word) in words.enumerated() {
        if word.hasPrefix("\(option)=") { return [String(word.dropFirst(option.utf8.count + 1))] }
        guard place + 1 < words.count else { break }
        let next = words[place + 1]
        if word == option { return [next] }
        if kind.name == "VitePress", words[...place].suffix(2) == ["vitepress", "build"], !next.hasPrefix("-") {
          return ["\(next)/.vitepress/dist"]
        }
      }
    }
    return []
  }

  /// What tools call the directory that they fill, where that is not `--outDir`.
  private static let options = [
    "Create React App": "BUILD_PATH", "Docusaurus": "--out-dir", "Eleventy": "--output", "Parcel": "--dist-dir",
    "Vue CLI": "--dest",
  ]
}
