/// What a deploy of a tree will do, computed before anything is touched.
public struct Plan: Equatable, Sendable {
  public let project: ProjectFile
  public let framework: Framework
  public let packages: PackageManagerChoice
  /// The package manager on this machine; nil where nothing is installed.
  public let manager: Tool?
  public let node: Tool
  /// Nil where there is nothing to install.
  public let install: Work?
  public let installDirectory: RelativePath
  /// Nil where there is nothing to build.
  public let build: Work?
  /// How an app that is not Next's own server is started.
  public let start: Work
  public let warnings: [String]

  public init(_ tree: some SourceTree, toolbox: some Toolbox) throws {
    if tree.entries.isEmpty {
      throw Failure("reading the pushed files", "the commit holds no files", next: "Commit the app, then push again.")
    }
    try TreeRules.check(tree)
    let project = try tree.text(ProjectFile.name).map { text in try ProjectFile(text) } ?? ProjectFile()
    let root = project.root
    let manifestPath = root.file("package.json")
    guard tree.hasDirectory(root) else {
      throw ProjectFile.failure("\"root\" names \(root.description.quoted), which is no directory of the repository")
    }
    guard let text = try tree.text(manifestPath) else {
      throw Failure(
        "reading the app", "there is no \(manifestPath) in the commit",
        next: "Commit it, or name the app's directory as \"root\" in \(ProjectFile.name).")
    }
    let manifest = try PackageManifest(text, path: manifestPath)
    let above = try PackageManagerChoice.ancestors(of: root).dropFirst().compactMap { directory in
      try tree.text(directory.file("package.json")).map {
        try PackageManifest($0, path: directory.file("package.json"))
      }
    }
    let manifests = [manifest] + above
    let packages = try PackageManagerChoice.find(in: tree, root: root, manifests: manifests)

    // The user's own start command is for the shell; a script's is taken apart where that changes nothing.
    let start = project.start.map { Work.shell($0) } ?? manifest.command(ofScript: "start").map { Work(script: $0) }
    let framework = Framework.find(manifest, start: start)
    if start == nil && !framework.isNext {
      throw Failure(
        "reading \(manifestPath)", "there is no \"start\" script, so nobody knows how the app is started",
        next: "Add one, as in \"start\": \"node server.js\", or set \"start\" in \(ProjectFile.name).")
    }
    let hasBuild = manifest.scripts["build"] != nil
    if framework.isNext && project.build == nil && !hasBuild {
      throw Failure(
        "reading \(manifestPath)", "there is no \"build\" script, and a Next.js app must be built",
        next: "Add \"build\": \"next build\" to its scripts, or set \"build\" in \(ProjectFile.name).")
    }

    var warnings = packages.warnings
    let node = try Self.require("node", in: toolbox, next: "Install Node 20 or later on the server, then push again.")
    for range in manifests.compactMap(\.nodeRange).prefix(1) {
      if let wanted = VersionRange(range), let version = Version(node.version), !wanted.contains(version) {
        warnings.append("package.json asks for Node \(range); this server has \(version).")
      }
    }
    if framework == .bun {
      _ = try Self.require("bun", in: toolbox, next: "Install Bun on the server, or start the app with node.")
    }

    let installs = project.install != nil || manifests.contains(where: \.hasDependencies) || packages.lockfile != nil
    let runs = installs && project.install == nil || hasBuild && project.build == nil
    let program = runs ? try Self.program(of: packages, in: toolbox) : nil
    self.project = project
    self.framework = framework
    self.packages = packages
    self.manager = program?.tool
    self.node = node
    self.install =
      !installs
      ? nil : project.install.map { .shell($0) } ?? .program((program?.command ?? []) + packages.installArguments)
    self.installDirectory = project.install == nil ? packages.directory : root
    self.build =
      project.build.map { .shell($0) }
      ?? (hasBuild ? .program((program?.command ?? []) + ["run", "build"]) : nil)
    self.start = start ?? .program(["next", "start"])
    self.warnings = warnings
  }

  /// Framework, package manager and Node with their versions, for people.
  public var detected: String {
    let lockfile = packages.lockfile.map { " (\($0))" } ?? " (no lockfile)"
    let manager =
      manager.map { ["\(packages.manager.rawValue) \(packages.wantedVersion ?? $0.version)\(lockfile)"] } ?? []
    return ([framework.description] + manager + ["Node \(node.version)"]).joined(separator: ", ")
  }

  /// The programs that do the work: with others, the same files give another result.
  var tools: String {
    "node \(node.version)\n\(packages.manager.rawValue) \(manager?.version ?? "-") \(packages.wantedVersion ?? "-")"
  }

  /// All that an install's result depends on: with the same key, node_modules is as it would be made.
  func installKey(of tree: some SourceTree) -> String {
    let relevant = tree.entries.values.filter { entry in
      let name = entry.name
      return name == "package.json" || PackageManager.settingsFiles.contains(name)
        || PackageManager.allCases.contains { $0.lockfiles.contains(name) }
        || entry.path.split(separator: "/").contains { $0 == "patches" || $0 == ".yarn" }
    }
    let files = relevant.map { "\($0.path) \($0.id)" }.sorted()
    return (["install \(install?.description ?? "")", tools] + files).joined(separator: "\n")
  }

  private static func require(_ name: String, in toolbox: some Toolbox, next: String) throws -> Tool {
    if let tool = try toolbox.find(name) { return tool }
    throw Failure("looking for \(name)", "it is not on this server's PATH", next: next)
  }

  /// The package manager itself, or Corepack, which comes with Node and brings it in the version that is asked for.
  private static func program(
    of choice: PackageManagerChoice, in toolbox: some Toolbox
  ) throws -> (tool: Tool, command: [String]) {
    let name = choice.manager.rawValue
    if let tool = try toolbox.find(name), fits(tool, choice) { return (tool, [name]) }
    if choice.manager == .pnpm || choice.manager == .yarn, let corepack = try toolbox.find("corepack") {
      return (corepack, ["corepack", name])
    }
    let wanted = choice.wantedVersion.map { " \($0)" } ?? ""
    throw Failure(
      "looking for \(name)\(wanted)", "it is not on this server's PATH, and neither is Corepack",
      next: choice.manager == .npm || choice.manager == .bun
        ? "Install \(name) on the server, then push again."
        : "Install it on the server ('npm install --global corepack' is enough), then push again.")
  }

  private static func fits(_ tool: Tool, _ choice: PackageManagerChoice) -> Bool {
    guard let wanted = choice.wantedVersion.flatMap({ Version($0) }), let version = Version(tool.version) else {
      // A yarn 1 cannot read a later yarn's lockfile.
      return !(choice.modernYarn && Version(tool.version)?.major == 1)
    }
    // npm and Bun cannot be had in another version; pnpm changes to the one that is asked for by itself.
    return wanted == version || choice.manager == .npm || choice.manager == .bun || choice.manager == .pnpm
  }
}
