/// A program that builds a package of a workspace after the packages that it needs.
enum TaskRunner: String, CaseIterable {
  case turbo, nx

  /// What builds an app through the one that its workspace has; nil if there is none, or the app builds otherwise.
  static func build(_ app: Project, in tree: some SourceTree) throws -> Work? {
    guard app.file.build == nil, app.root != app.packages.directory,
      let top = app.manifests.first(where: { $0.directory == app.packages.directory }),
      let name = app.manifest.name, name.isPlain(and: "@/.-"), let script = app.manifest.scripts["build"]
    else { return nil }
    for runner in allCases where top.manifest.dependency(runner.rawValue) != nil && !runner.isIn(script) {
      if let work = try runner.build(name, app, top, in: tree) { return work }
    }
    return nil
  }

  /// What builds ask of both, where the app's own variables do not say otherwise.
  static let environment = [
    "TURBO_TELEMETRY_DISABLED": "1",
    // Else a task of Turborepo 2 sees only the variables that turbo.json names.
    "TURBO_ENV_MODE": "loose",
    // Else what an earlier deploy built would be taken, with its deployment id and its variables in it: neither is in
    // the key of these caches.
    "TURBO_FORCE": "true", "NX_SKIP_NX_CACHE": "true",
    "NX_DAEMON": "false",
  ]

  /// Where Turborepo keeps what it built, without a limit; nowhere that is ever read again, if it is forced.
  static func unread(in top: RelativePath, _ environment: [String: String]) -> [String] {
    environment["TURBO_FORCE"] == "true" ? [".turbo/cache", "node_modules/.cache/turbo"].map(top.file) : []
  }

  private func build(
    _ name: String, _ app: Project, _ top: Project.Located, in tree: some SourceTree
  ) throws -> Work? {
    switch self {
    case .turbo:
      let texts = try ["turbo.json", "turbo.jsonc"].compactMap { try tree.text(top.directory.file($0)) }
      guard let settings = texts.first.flatMap({ try? JSON.parse($0, relaxed: true) }),
        // Turborepo 1 calls them a pipeline.
        let tasks = settings["tasks"] ?? settings["pipeline"],
        tasks["build"] != nil || tasks["\(name)#build"] != nil
      else { return nil }
      let version =
        try app.packages.version(of: rawValue, for: top, in: tree) ?? top.manifest.dependency(rawValue) ?? ""
      let isFirst = Version(version)?.major == 1 || VersionRange(version)?.lowest?.major == 1
      var run = ["run", "build", "--filter=\(name)"]
      if isFirst { return .program([rawValue] + run) }
      run.append("--env-mode=loose")
      // Without this field it takes the workspace for a single package, unless it is told not to look.
      let isNamed = top.manifest.packageManager != nil || top.manifest.developmentManager != nil
      return .program(
        isNamed ? [rawValue] + run : [rawValue, "--skip-infer"] + run + ["--dangerously-disable-package-manager-check"])
    case .nx:
      guard tree.entries[top.directory.file("nx.json")] != nil else { return nil }
      let text = try tree.text(app.root.file("project.json"))
      let project = text.flatMap { try? JSON.parse($0) }?["name"]?.string ?? name
      return project.isPlain(and: "@/.-") ? .program([rawValue, "run", "\(project):build"]) : nil
    }
  }

  /// Whether a script runs it already.
  private func isIn(_ script: String) -> Bool {
    script.split { " &|;()\t".contains($0) }.contains { $0 == rawValue || $0.hasSuffix("/\(rawValue)") }
  }
}
