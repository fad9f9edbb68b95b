/// What is packed of a project that was built here: what a release of it would have, so that `ship` makes that release.
///
/// The rules are those by which a deploy makes a release. What a release is given besides (persistent paths, a launcher) is
/// the server's affair.
public struct Packing {
  /// What the archive is made of, from the project to the archive, in this order.
  public internal(set) var parts: [Assembly.Part]
  /// Files that the archive has in the place of the project's, with their text.
  public internal(set) var texts: [String: String] = [:]
  /// Paths of the archive that are left out of the parts.
  public internal(set) var leftOut: Set<String> = []
  /// What it is, for people.
  public let framework: String

  init(_ parts: [Assembly.Part], _ framework: String) {
    self.parts = parts
    self.framework = framework
  }

  /// Plans what is packed; throws if the project is not built, or could not be deployed.
  ///
  /// - Parameters:
  ///   - tree: the project's own files.
  ///   - files: all of them.
  ///   - isCommitted: whether a push would bring a file; nil if that is not known.
  ///   - events: where is told what else is worth knowing.
  public init(
    _ tree: some SourceTree, in files: any BuiltFiles, isCommitted: ((String) -> Bool)?, events: Events
  ) throws {
    let app = try Project(built: tree)
    try MonorepoTop(app, in: tree)?.requireRoot()
    let plan = try Plan(tree, isBuilt: true, toolbox: NoTools()) { NoTools.tool($0) }
    for warning in plan.warnings { events.warn(warning) }
    let reader = BuildReader(files: files, events: events)
    let output = try reader.builtOutput(of: plan)
    framework = output.framework
    parts = output.assembly.parts
    let place: RelativePath
    switch output.serving {
    case .files(let site):
      place = .top
      packFiles(site, plan)
    case .process(let process):
      place = process.directory
      packProcess(plan, place)
    }
    if let command = output.releaseCommand(plan) {
      let isLeftOut = try isWhole && reader.leavesOut(CommandProgram(command), plan)
      look(for: command, in: place, events) { !isLeftOut && files.exists($0) }
    }
    leaveOutEnvironment(plan, place, files: files, isCommitted: isCommitted, events)
    if let wish = plan.app.node.wish, tree.entries[wish.source] != nil, !isWhole, case .process = output.serving {
      // Next.js takes no such file along.
      parts.append(.copy(from: wish.source, to: place.file(wish.source.pathParts.last ?? wish.source)))
    }
  }

  /// Whether it is the project as it is, not something that the build put together.
  private var isWhole: Bool {
    parts.contains { if case .everything = $0 { true } else { false } }
  }

  private mutating func packFiles(_ site: StaticSite, _ plan: Plan) {
    let place = Self.place(of: site)
    parts = parts.map { part in
      guard case .copy(let from, let to) = part else { return part }
      return .copy(from: from, to: RelativePath(to).map { place.file($0.description) } ?? place.description)
    }
    describe(site, in: place, plan.project.health, plan.project.releaseCommand)
  }

  /// Where the archive has a site's files: where they are only a part of the project, all names in them are theirs.
  static func place(of site: StaticSite) -> RelativePath {
    site.hidden.isEmpty ? RelativePath("site") ?? .top : .top
  }

  /// Writes what `ship` must know of a site of files.
  mutating func describe(
    _ site: StaticSite, in place: RelativePath, _ health: HealthSettings, _ releaseCommand: String?
  ) {
    var file = ProjectFile()
    file.staticFiles = place
    file.fallback = site.fallback
    file.base = site.base.isTop ? nil : site.base
    file.health = health
    file.releaseCommand = releaseCommand
    texts[ProjectFile.name] = file.text
  }

  private mutating func packProcess(_ plan: Plan, _ place: RelativePath) {
    var file = plan.project
    file.root = place
    if isWhole { return }
    if file == ProjectFile() {
      leftOut.insert(ProjectFile.name)
    } else {
      texts[ProjectFile.name] = file.text
    }
  }

  /// Warns of a release command that does not find what it runs: `ship` runs it where there is nothing but what is packed.
  ///
  /// - Parameters:
  ///   - place: where it runs, in the archive.
  ///   - exists: whether a path is there of what is packed.
  func look(for command: String, in place: RelativePath, _ events: Events, _ exists: (String) -> Bool) {
    let isThere = CommandProgram(command).isThere(in: place) { path in
      parts.contains { part in
        switch part {
        case .everything(let without):
          !without.contains { path == $0 || path.hasPrefix("\($0)/") } && exists(path)
        case .copy(let from, ""): exists("\(from)/\(path)")
        case .copy(let from, let to): path.hasPrefix("\(to)/") && exists(from + path.dropFirst(to.utf8.count))
        }
      }
    }
    if isThere { return }
    events.warn(
      "the archive seems not to have what its release command runs, \(command.quoted): it has no development packages, and of "
        + "a standalone server only what Next.js traces.")
  }

  /// Leaves out what only this machine's copy of the app is to read: a push has what is committed, and the server has the
  /// app's variables.
  private mutating func leaveOutEnvironment(
    _ plan: Plan, _ place: RelativePath, files: any BuiltFiles, isCommitted: ((String) -> Bool)?, _ events: Events
  ) {
    let root = plan.project.root
    let own = isWhole ? PackageManagerChoice.ancestors(of: root) : [root]
    let packing = self
    leaveOutEnvironment(own, files: files, isCommitted: isCommitted, events) { packing.packed($0, in: place, files) }
  }

  /// - Parameters:
  ///   - directories: where the files of the app's environment are.
  ///   - packed: where the archive would have one; nil if it would not.
  mutating func leaveOutEnvironment(
    _ directories: [RelativePath], files: any BuiltFiles, isCommitted: ((String) -> Bool)?, _ events: Events,
    packed: (String) -> String?
  ) {
    for directory in directories {
      for name in Self.environmentFiles where files.exists(directory.file(name)) {
        let path = directory.file(name)
        // Next.js copies some into its standalone server.
        guard let packed = packed(path) else { continue }
        if let isCommitted { if isCommitted(path) { continue } } else if !name.hasSuffix(".local") { continue }
        leftOut.insert(packed)
        events.note(
          "\(path) is left out: a push would not have it. What it sets, 'nextdeploy env' sets on the server.")
      }
    }
  }

  /// Where the archive would have one of the app's own files; nil if it would not.
  private func packed(_ path: String, in place: RelativePath, _ files: any BuiltFiles) -> String? {
    if isWhole { return path }
    guard case .copy(let from, "") = parts.first else { return nil }
    let name = place.file(path.pathParts.last ?? path)
    return files.exists("\(from)/\(name)") ? name : nil
  }

  private static let environmentFiles =
    [".env", ".env.local"]
    + [".env.production", ".env.development", ".env.test"].flatMap { [$0, "\($0).local"] }
}

extension BuildReader {
  /// What a build left; where there was none, the error says so.
  fileprivate func builtOutput(of plan: Plan) throws -> BuildOutput {
    do {
      let version = plan.framework.isNext ? try installedNext(plan)?.version : nil
      if plan.app.site == nil, !(plan.app.isBuiltByNext && plan.app.startsOnlyFiles) { try requirePackages(plan) }
      try requireStart(plan)
      return try output(of: plan, version: version, identity: [:])
    } catch let failure as Failure {
      throw try unbuilt(plan) ?? failure
    }
  }

  private func requirePackages(_ plan: Plan) throws {
    guard plan.app.manifests.contains(where: { $0.manifest.hasDependencies }) else { return }
    let places = PackageManagerChoice.ancestors(of: plan.project.root).map { $0.file("node_modules") }
    if places.contains(where: files.exists) { return }
    throw Failure(
      "packing \(files.directory)", "there is no \(places[0]), and package.json names packages",
      next: "Install them, as with '\(plan.packages.manager.rawValue) install', and build; then pack again.")
  }

  /// Why nothing is there to pack; nil if that is not the reason.
  private func unbuilt(_ plan: Plan) throws -> Failure? {
    let root = plan.project.root
    let missing: String
    if let site = plan.app.site {
      let places = site.directories.filter { !$0.isTop }.map { root.file($0.description) }
      if places.isEmpty || places.contains(where: files.exists) { return nil }
      missing = places.joined(separator: " or ")
    } else if plan.framework.isNext || plan.app.isBuiltByNext && plan.app.startsOnlyFiles,
      try nextOutputs(root).isEmpty
    {
      missing = root.file(".next/\(Self.serverFiles)")
    } else {
      return nil
    }
    let command = plan.project.build ?? "\(plan.packages.manager.rawValue) run build"
    return Failure(
      "packing \(files.directory)", "it is not built: there is no \(missing)",
      next: "Build it first, as with '\(command)'; then pack again.")
  }
}

/// The programs of a machine that runs nothing of what is packed: the server says which it has.
private struct NoTools: Toolbox {
  func find(_ name: String) -> Tool? { nil }
  func preferring(_ directories: [String]) -> NoTools { self }
  func copies(of runtime: Runtime) -> RuntimeCopies { RuntimeCopies() }
  func isHidden(_ tool: Tool) -> Bool { false }
  func isThere(_ tool: Tool) -> Bool { true }

  /// Stands for the runtime that the server will have; of no version, so that nothing is compared with it.
  static func tool(_ need: RuntimeNeed) -> Tool { Tool(name: need.runtime.rawValue, path: "/server", version: "") }
}
