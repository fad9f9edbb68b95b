/// A nextdeploy.json for an app to which the defaults do not fit.
public struct StarterFile: Equatable, Sendable {
  public let text: String
  /// What it says, as nextdeploy reads it.
  public let file: ProjectFile

  /// Nil where the defaults fit.
  ///
  /// - Throws: a failure where they do not, and it cannot be told what would.
  public static func find(for tree: some SourceTree) throws -> StarterFile? {
    let root = try root(of: tree)
    var file = ProjectFile()
    file.root = root
    let project = try Project(tree, file: file)
    var lines: [(comment: String, key: String, value: String)] = []
    if !root.isTop { lines.append(("The app is not at the top of the repository.", "root", root.description)) }
    if project.framework.isNext && !project.hasBuild {
      lines.append(("\(root.file("package.json")) has no \"build\" script.", "build", "next build"))
    }
    if project.start == nil && !project.framework.isNext {
      guard let entry = entry(of: tree, root) else {
        try project.requireCommands()
        return nil
      }
      let runner = project.packages.manager == .bun ? "bun" : "node"
      lines.append(("\(root.file("package.json")) has no \"start\" script.", "start", "\(runner) \(entry)"))
    }
    if lines.isEmpty { return nil }
    let members = lines.map { "  // \($0.comment)\n  \"\($0.key)\": \"\($0.value)\"" }
    let text = "{\n\(members.joined(separator: ",\n"))\n}\n"
    return StarterFile(text: text, file: try ProjectFile(text))
  }

  /// The directory of the one app that a tree holds.
  private static func root(of tree: some SourceTree) throws -> RelativePath {
    if try isApp(tree, .top) { return .top }
    let directories = tree.entries.keys.filter { $0.hasSuffix("/package.json") && !$0.contains("node_modules/") }
      .compactMap { RelativePath(String($0.dropLast("/package.json".count))) }
      // What could not stand in quotes is no usual place for an app.
      .filter { !$0.description.contains(where: { "\"\\".contains($0) }) }
    let apps = try directories.filter { try isApp(tree, $0) }.sorted { $0.description < $1.description }
    if apps.count > 1 {
      throw Failure(
        "looking for the app", "there are several: \(apps.map(\.description).joined(separator: ", "))",
        next: "Write \(ProjectFile.name) at the top of the repository, as in { \"root\": \"\(apps[0])\" }.")
    }
    return apps.first ?? .top
  }

  /// Whether something can be started there. The top of a monorepo often has a package.json, but nothing to start.
  private static func isApp(_ tree: some SourceTree, _ directory: RelativePath) throws -> Bool {
    let path = directory.file("package.json")
    guard let text = try tree.text(path) else { return false }
    let manifest = try PackageManifest(text, path: path)
    return manifest.scripts["start"] != nil || manifest.dependency("next") != nil
  }

  /// The file that a server without a start script usually begins with.
  private static func entry(of tree: some SourceTree, _ root: RelativePath) -> String? {
    let names = ["server", "index", "app", "main"].flatMap { name in ["js", "mjs", "cjs", "ts"].map { "\(name).\($0)" }
    }
    return names.first { tree.entries[root.file($0)] != nil }
  }
}
