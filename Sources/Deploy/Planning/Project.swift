/// What a tree says about its app, regardless of the machine it is built on.
public struct Project: Equatable, Sendable {
  /// The settings from nextdeploy.json, with defaults for what it does not set.
  public let file: ProjectFile
  /// The package.json of the app's directory, then those above it, nearest first.
  public let manifests: [Located]
  /// Which package manager installs it, and where.
  public let packages: PackageManagerChoice
  /// What kind of app it is.
  public let framework: Framework
  /// The files that it is, as far as the commit shows; nil if it is started.
  let site: StaticPlan?
  /// How it is started; nil if only Next's own server can be meant, or if it is files.
  public let start: Work?
  /// What the start command was found to mean.
  let command: StartCommand?
  /// What it says about the Node that it wants.
  let node: NodeWishes

  /// A package.json, and where it is.
  public struct Located: Equatable, Sendable {
    /// The directory that it is in, from the top of the repository.
    public let directory: RelativePath
    /// What it says.
    public let manifest: PackageManifest
  }

  /// Reads a tree; throws if it holds no app or a file that is malformed.
  ///
  /// - Parameter file: settings to use instead of the tree's own nextdeploy.json.
  public init(_ tree: some SourceTree, file: ProjectFile? = nil) throws {
    let file = try file ?? tree.text(ProjectFile.name).map { text in try ProjectFile(text) } ?? ProjectFile()
    let root = file.root
    let manifestPath = root.file("package.json")
    guard tree.hasDirectory(root) else {
      throw ProjectFile.failure("\"root\" names \(root.description.quoted), which is no directory of the repository")
    }
    let manifests = try PackageManagerChoice.ancestors(of: root).compactMap { directory in
      try tree.text(directory.file("package.json")).map {
        Located(directory: directory, manifest: try PackageManifest($0, path: directory.file("package.json")))
      }
    }
    let found = manifests.first.flatMap { $0.directory == root ? $0 : nil }
    guard found != nil || file.staticFiles != nil else {
      throw Failure(
        "reading the app", "there is no \(manifestPath) in the commit",
        next: "Commit it, or name the app's directory as \"root\" in \(ProjectFile.name). A site of plain files needs "
          + "none: name their directory there, as in { \"static\": \".\" }.")
    }
    let own = found ?? Located(directory: root, manifest: .none)
    self.file = file
    self.manifests = found == nil ? [own] : manifests
    packages = try PackageManagerChoice.find(in: tree, root: root, manifests: self.manifests)
    node = try Self.nodeWishes(in: tree, root: root, manifests: self.manifests)
    // The user's own start command is for the shell; a script's is taken apart where that changes nothing.
    start = file.start.map { Work.shell($0) } ?? own.manifest.command(ofScript: "start").map { Work(script: $0) }
    let line = file.start ?? own.manifest.scripts["start"]
    command = line.map { StartCommand($0, scripts: own.manifest.scripts) }
    let framework = Framework.find(
      manifests.map(\.manifest), start: command, isBuilt: file.build != nil || own.manifest.scripts["build"] != nil,
      named: file.framework)
    // What will be installed, where package.json leaves that open.
    let version = framework.isNext ? try packages.version(of: "next", for: own, in: tree) : nil
    site = try StaticPlan.find(file, own.manifest, start: command, framework, in: tree)
    self.framework = site.map { .files(by: $0.kind) } ?? version.map { .next(version: $0) } ?? framework
    if file.fallback != nil, site == nil, !framework.isNext {
      throw ProjectFile.failure(
        "\"fallback\" is for a site of files, and this app is started",
        next: "Remove it, or name the directory of the files as \"static\".")
    }
    if file.base != nil, site == nil {
      throw ProjectFile.failure(
        "\"base\" is for a site of files, and this is none before its build",
        next: "Remove it, or name the directory of the files as \"static\"; Next.js has basePath in its next.config.")
    }
  }

  /// Whether what it would be started by is a server of files, which Caddy is.
  var startsOnlyFiles: Bool { StaticPlan.startsOnlyFiles(file, command) }

  /// Whether it has a package.json of its own; only a site of files need not.
  var hasManifest: Bool { manifests[0].manifest != .none }

  /// The app's directory, from the top of the repository.
  public var root: RelativePath { file.root }

  /// The app's own package.json.
  public var manifest: PackageManifest { manifests[0].manifest }

  var manifestPath: String { root.file("package.json") }

  /// Whether Next.js builds it, even if a server of its own starts it.
  public var isBuiltByNext: Bool { framework.isNext || file.framework == nil && manifest.dependency("next") != nil }

  /// Whether its package.json has a script "build".
  public var hasBuild: Bool { manifest.scripts["build"] != nil }

  /// What builds it, and where that runs, from the top of the repository; nil if nothing does.
  public func build(in tree: some SourceTree) throws -> (command: Work, directory: RelativePath)? {
    if let own = file.build { return (.shell(own), root) }
    if let runner = try TaskRunner.build(self, in: tree) { return (runner, packages.directory) }
    return hasBuild ? (.program([packages.manager.rawValue, "run", "build"]), root) : nil
  }

  /// Whether there are packages to install, or scripts that an install runs. A lockfile alone brings nothing, unless it
  /// is that of a workspace, whose other packages may have some.
  public var installs: Bool {
    if !hasManifest { return file.install != nil }
    return file.install != nil || manifests.contains { $0.manifest.hasDependencies || $0.manifest.hasInstallScripts }
      || packages.lockfile != nil && (packages.manager == .pnpm || manifests.contains { $0.manifest.hasWorkspaces })
  }

  /// Throws if there is no way to start the app, or to build one that must be built.
  ///
  /// - Parameter isBuilt: whether it is built already.
  public func requireCommands(isBuilt: Bool = false) throws(Failure) {
    if start == nil && !framework.isNext && site == nil { throw missingStart }
    if let own = file.start, file.framework == .next, command?.startsNext == false {
      throw ProjectFile.failure(
        "\"start\" (\(own.quoted)) does not start Next.js, as \"framework\" says that it should",
        next: "Remove one of the two: with \"framework\": \"next\" NextDeploy starts Next.js itself.")
    }
    if framework.isNext && file.build == nil && !hasBuild && !isBuilt {
      throw Failure(
        "reading \(manifestPath)", "there is no \"build\" script, and a Next.js app must be built",
        next: "Add \"build\": \"next build\" to its scripts, or set \"build\" in \(ProjectFile.name).")
    }
  }

  private var missingStart: Failure {
    let told = AppKind.find(manifest)?.missingStart(manifest)
    return Failure(
      "reading \(manifestPath)", told?.cause ?? "there is no \"start\" script, so nobody knows how the app is started",
      next: told?.next ?? "Add one, as in \"start\": \"node server.js\", or set \"start\" in \(ProjectFile.name).")
  }
}
