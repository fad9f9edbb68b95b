/// What a deploy of a tree will do, computed before anything is touched.
public struct Plan: Equatable, Sendable {
  /// The settings from nextdeploy.json, with defaults for what it does not set.
  public let project: ProjectFile
  /// What the tree says about the app.
  let app: Project
  /// What kind of app it is.
  public let framework: Framework
  /// Which package manager installs it, and where.
  public let packages: PackageManagerChoice
  /// How this machine runs the package manager; nil if it is not needed.
  public let manager: PackageManagerProgram?
  /// The Node that it is built and run with; nil if the machine has none and the app needs none.
  public let node: Tool?
  /// What says which Node it is; nil if any would do.
  let nodeWish: RuntimeWish?
  /// The runtimes that are used in place of those on the PATH; nil if there are none.
  let runtimes: [Tool]?
  /// The command that installs packages; nil if there is nothing to install.
  public let install: Work?
  /// Where the install runs, from the top of the repository.
  public let installDirectory: RelativePath
  /// The command that builds the app; nil if there is nothing to build.
  public let build: Work?
  /// Where the build runs, from the top of the repository.
  public let buildDirectory: RelativePath
  /// How the app is started, unless by Next's own server or as files.
  public let start: Work
  /// The directories of apps, one of which may be what its start script hands on to.
  let handsOnTo: [RelativePath]
  /// What is not as it should be, but is no reason to stop.
  public let warnings: [String]

  /// Plans the deploy of a tree on a machine with these programs; throws if the tree cannot be deployed there.
  ///
  /// - Parameters:
  ///   - isBuilt: whether the tree is what a build left, so that nothing is installed or built.
  ///   - configured: the versions of Node that the server's settings name for the app.
  ///   - bring: brings a runtime that the machine does not have; nil if it may not.
  public init(
    _ tree: some SourceTree, isBuilt: Bool = false, toolbox: some Toolbox, node configured: RuntimeRequest? = nil,
    bring: (RuntimeNeed) throws -> Tool? = { _ in nil }
  ) throws {
    if tree.entries.isEmpty {
      throw Failure("reading the pushed files", "the commit holds no files", next: "Commit the app, then push again.")
    }
    try TreeRules.check(tree)
    let app = try isBuilt ? Project(built: tree) : Project(tree)
    let top = isBuilt ? nil : try MonorepoTop(app, in: tree)
    try top?.requireRoot()
    try app.requireCommands(isBuilt: isBuilt)
    // What `next build` exports is not started: only the build shows whether it does. What is installed shows what can be.
    let mayBeExport = app.isBuiltByNext && app.startsOnlyFiles
    if !isBuilt, !app.framework.isNext, !mayBeExport { try app.requireStart(app.origin(in: tree)) }
    let project = app.file
    let packages = app.packages

    var warnings =
      (isBuilt ? [] : packages.warnings) + app.startWarnings + [top?.warning].compactMap(\.self)
    let wish = configured.map { RuntimeWish($0, source: "nextdeploy config") } ?? app.node.wish
    let need = RuntimeNeed(.node, [wish, app.nextsNode].compactMap(\.self))
    // A site of plain files, which nothing builds, needs none.
    let chosen = try app.hasManifest || wish != nil ? need.lenientChoice(in: toolbox, bring: bring) : nil
    let choice = chosen?.choice
    let node = choice?.tool
    let isOther = chosen?.warning != nil
    nodeWish = (isOther ? nil : wish) ?? (choice?.isOnPath ?? true ? nil : app.nextsNode)
    warnings += (configured == nil ? app.node.warnings : []) + [chosen?.warning].compactMap(\.self)
    for range in app.manifests.compactMap(\.manifest.nodeRange).prefix(1) {
      if !isOther, let wanted = VersionRange(range), let node, let version = Version(node.version),
        !wanted.contains(version)
      {
        warnings.append("package.json asks for Node \(range); it gets \(version), as \(wish?.source ?? "") says.")
      }
    }
    let installs = !isBuilt && app.installs
    let runs = installs && project.install == nil || !isBuilt && app.hasBuild && project.build == nil
    var runtimes = choice.map { $0.isOnPath ? [] : [$0.tool] } ?? []
    if app.framework == .bun || packages.manager == .bun && runs {
      let bun = try RuntimeNeed(.bun).choice(in: toolbox, bring: bring)
      if !bun.isOnPath { runtimes.append(bun.tool) }
    }
    self.runtimes = runtimes.isEmpty ? nil : runtimes
    // Its own npm and Corepack come with a Node.
    let toolbox = toolbox.preferring(runtimes.map(\.directory))
    // The user's own commands may call by its name what only Corepack brings.
    let isBrought = !packages.manager.programs.isEmpty
    let manager = runs || isBrought ? try PackageManagerProgram(packages, in: toolbox) : nil
    if runs, manager == nil { throw Self.missing(packages) }
    if let node { warnings += manager?.warnings(packages, node: node.version) ?? [] }
    let name = packages.manager.rawValue
    self.project = project
    self.app = app
    self.framework = app.framework
    self.packages = packages
    self.manager = manager
    self.node = node
    self.install =
      !installs
      ? nil : project.install.map { .shell($0) } ?? .program([name] + packages.installArguments)
    self.installDirectory = project.install == nil ? packages.directory : project.root
    let built = isBuilt ? nil : try app.build(in: tree)
    self.build = built?.command
    self.buildDirectory = built?.directory ?? project.root
    self.handsOnTo = top?.apps ?? []
    self.start = app.start ?? .program(["next", "start"])
    self.warnings = warnings
  }

  /// Whether the release has the commit's files as they are: nothing of the app's runs before its start.
  var isAsCommitted: Bool { install == nil && build == nil && app.releaseCommand == nil }

  /// Framework, package manager and Node with their versions, for people.
  public var detected: String {
    let lockfile = packages.lockfile.map { " (\($0))" } ?? " (no lockfile)"
    let manager = manager.map { ["\($0.manager.rawValue) \($0.version)\(lockfile)"] } ?? []
    let running = node.map { "Node \($0.version)\(nodeWish.map { " (\($0.source))" } ?? "")" }
    return ([framework.description] + manager + [running].compactMap(\.self))
      .joined(separator: ", ")
  }

  /// The programs that do the work: with others, the same files may give another result.
  var tools: String {
    "node \(node?.version ?? "-")\n\(packages.manager.rawValue) \(manager?.version ?? "-")"
  }

  /// What else a release depends on that was made with these programs: it starts them where they are.
  var places: String { (runtimes ?? []).map { "\n\($0.path)" }.joined() }

  /// What to say of a Node that gets no fixes any more; nil if it does.
  func warning(on time: String) -> String? {
    guard let node, let version = Version(node.version), let ended = NodeLine.ended(version, on: time) else {
      return nil
    }
    return "\(ended). Ask for a later one\(nodeWish.map { " (\($0.source) names this one)" } ?? ", as in .nvmrc")."
  }

  private static func missing(_ choice: PackageManagerChoice) -> Failure {
    let name = choice.manager.rawValue
    if choice.manager.programs.isEmpty {
      return Failure(
        "looking for \(name)", "it is not on this server's PATH",
        next: "Install \(name) on the server, then push again.")
    }
    return Failure(
      "looking for \(name)\(choice.version.map { " \($0)" } ?? "")",
      "it is not on this server's PATH, and neither is Corepack, which would bring it",
      next: "Install it on the server ('npm install --global corepack' is enough), then push again.")
  }
}
