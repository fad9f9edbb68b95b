/// A package of the app's workspace that has to be built before the app, and was not.
struct UnbuiltPackage: Equatable {
  let name: String
  /// What builds it and then the app, for "build" in nextdeploy.json.
  let command: String

  /// Finds the one that a failed build's last lines speak of.
  static func find(in tree: some SourceTree, output: [String]) throws -> UnbuiltPackage? {
    let app = try Project(tree)
    let names = app.manifest.dependencies.merging(app.manifest.developmentDependencies) { $1 }.keys
      .filter { name in output.contains { isMissing(name, in: $0) } }
    for path in tree.entries.keys.sorted() where path.hasSuffix("/package.json") {
      guard let text = try tree.text(path), let manifest = try? PackageManifest(text, path: path),
        let name = manifest.name, names.contains(name), manifest.scripts["build"] != nil,
        // They become a part of a command that somebody may copy.
        [path, name, app.manifest.name ?? "a"].allSatisfy({ $0.isPlain(and: "@/.-") })
      else { continue }
      return UnbuiltPackage(name: name, command: command(app, name, String(path.dropLast("/package.json".count))))
    }
    return nil
  }

  /// Whether a line says that a module of the package is not there, as Node, TypeScript and bundlers do.
  private static func isMissing(_ name: String, in line: String) -> Bool {
    (line.contains("Cannot find") || line.contains("resolve"))
      && ["'", "\"", "`", "/"].contains { line.contains("\($0)\(name)") }
  }

  /// It runs in the app's directory.
  private static func command(_ app: Project, _ name: String, _ directory: String) -> String {
    switch app.packages.manager {
    case .pnpm: return "pnpm --filter \(app.manifest.name ?? ".")... run build"
    case .yarn: return "yarn workspace \(name) run build && yarn run build"
    case .npm, .bun:
      let up = app.root.description.pathParts.map { _ in "../" }.joined()
      let manager = app.packages.manager.rawValue
      return "(cd \(up)\(directory) && \(manager) run build) && \(manager) run build"
    }
  }
}
