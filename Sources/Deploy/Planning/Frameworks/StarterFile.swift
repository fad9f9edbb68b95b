/// A nextdeploy.json for an app that the defaults do not fit.
public struct StarterFile: Equatable, Sendable {
  /// The file's text, with comments that say why each setting is there.
  public let text: String
  /// The settings in it, as nextdeploy reads them.
  public let file: ProjectFile

  /// Finds what an app needs; nil if the defaults fit.
  ///
  /// - Throws: a failure if they do not fit and it is not clear what would.
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
    if project.start == nil && !project.framework.isNext && project.site == nil {
      guard let command = try start(of: project, tree) else {
        try project.requireCommands()
        return nil
      }
      lines.append(("\(root.file("package.json")) has no \"start\" script.", "start", command))
    }
    if let better = try betterStart(of: project, tree) {
      lines.append(
        ("The script \"start\" needs development packages, \"\(better.script)\" does not.", "start", better.command))
    }
    if lines.isEmpty { return nil }
    let members = lines.map { "  // \($0.comment)\n  \"\($0.key)\": \"\($0.value)\"" }
    let text = "{\n\(members.joined(separator: ",\n"))\n}\n"
    return StarterFile(text: text, file: try ProjectFile(text))
  }

  /// The directory of the one app that a tree holds.
  private static func root(of tree: some SourceTree) throws -> RelativePath {
    if try isApp(tree, .top) { return .top }
    let apps = try apps(below: tree)
    if apps.count > 1 {
      throw Failure(
        "looking for the app", "there are several: \(apps.map(\.description).joined(separator: ", "))",
        next: "Write \(ProjectFile.name) at the top of the repository, as in { \"root\": \"\(apps[0])\" }.")
    }
    return apps.first ?? .top
  }

  /// The directories below the top that hold an app.
  static func apps(below tree: some SourceTree) throws -> [RelativePath] {
    let directories = tree.entries.keys.filter { $0.hasSuffix("/package.json") && !$0.contains("node_modules/") }
      .compactMap { RelativePath(String($0.dropLast("/package.json".count))) }
      // What could not stand in quotes is no usual place for an app.
      .filter { !$0.description.contains(where: { "\"\\".contains($0) }) }
    return try directories.filter { try !$0.isTop && isApp(tree, $0) }.sorted { $0.description < $1.description }
  }

  /// Whether something can be started there. The top of a monorepo often has a package.json, but nothing to start.
  private static func isApp(_ tree: some SourceTree, _ directory: RelativePath) throws -> Bool {
    let path = directory.file("package.json")
    guard let text = try tree.text(path) else { return false }
    let manifest = try PackageManifest(text, path: path)
    return manifest.scripts["start"] != nil || manifest.dependency("next") != nil
  }

  /// What starts an app that does not say it.
  private static func start(of project: Project, _ tree: some SourceTree) throws -> String? {
    if let kind = AppKind.find(project.manifest) { return kind.start(project.manifest) }
    let names = ["server", "index", "app", "main"].flatMap { name in ["js", "mjs", "cjs", "ts"].map { "\(name).\($0)" }
    }
    let runner = project.packages.manager == .bun ? "bun" : "node"
    return names.first { tree.entries[project.root.file($0)] != nil }.map { "\(runner) \($0)" }
  }

  /// A script that starts the app in a release, where "start" cannot; nil if it can.
  private static func betterStart(
    of project: Project, _ tree: some SourceTree
  ) throws -> (script: String, command: String)? {
    if project.framework.isNext { return nil }
    let origin = try project.origin(in: tree)
    do throws(Failure) { try project.requireStart(origin) } catch {
      let better = project.productionStart(origin)
      // What cannot stand in quotes as it is, a person has to write.
      guard let better,
        !better.command.unicodeScalars.contains(where: { $0.value < 0x20 || "\"\\".unicodeScalars.contains($0) })
      else { throw error }
      return better
    }
    return nil
  }
}
