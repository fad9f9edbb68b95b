// What `next build` leaves, and how it is served: the standalone server where there is one, else `next start`.
extension Builder {
  /// Removes what an earlier build left and this one must not find.
  func prepareNext(_ root: RelativePath) throws {
    // All there are: where `distDir` has changed, the old one must not be taken for the new.
    for output in Set(try reader.nextOutputs(root) + [".next"]) { try prepareNext(root, output) }
  }

  private func prepareNext(_ root: RelativePath, _ output: String) throws {
    // Data that an earlier build fetched would be baked into pages as if it were new.
    try seams.workspace.remove(root.file("\(output)/cache/fetch-cache"))
    try seams.workspace.remove(root.file("\(output)/standalone"))
    try seams.workspace.remove(root.file("\(output)/\(BuildReader.serverFiles)"))
    try seams.workspace.remove(root.file("\(output)/export-detail.json"))
  }

  /// Refuses a Node that is too old for the installed Next.
  func installedNextVersion(_ plan: Plan) throws -> Version? {
    guard plan.framework.isNext else { return nil }
    guard let next = try reader.installedNext(plan) else {
      throw Failure(
        "looking for Next.js", "package.json names it, but the install did not bring node_modules/next",
        next: "Check that \"next\" is in \"dependencies\" and in the lockfile, then push again.")
    }
    if let range = next.node, let tool = plan.node, let node = Version(tool.version), !range.contains(node) {
      throw Failure(
        "building with Next.js \(next.version)", "it needs Node \(range), and \(tool.path) is \(node)",
        next: "Ask for a newer one, as with 'nextdeploy config set node lts --app \(app)', then push again.")
    }
    return next.version
  }
}

extension BuildReader {
  /// The installed Next.js, and which Node it needs; nil if there is none.
  func installedNext(_ plan: Plan) throws -> (version: Version, node: VersionRange?)? {
    guard let directory = try nextDirectory(plan), let text = try files.text("\(directory)/package.json"),
      let json = try? JSON.parse(text), let version = json["version"]?.string.flatMap({ Version($0) })
    else { return nil }
    return (version, json["engines"]?["node"]?.string.flatMap { VersionRange($0) })
  }

  func nextOutput(of plan: Plan, version: Version?, identity: [String: String]) throws -> BuildOutput {
    let root = plan.project.root
    let output = try nextOutput(root)
    let name = "Next.js \(version?.description ?? "")"
    let isExport = files.exists(root.file("\(output)/export-detail.json"))
    if let command = plan.app.command, !command.startsNext, plan.project.framework == nil,
      isExport ? !plan.app.startsOnlyFiles : !files.exists(root.file("\(output)/\(Self.serverFiles)"))
    {
      // It depends on Next.js, but is none: what it is started by is the app's affair.
      return try appOutput(of: plan)
    }
    let environment = identity.merging(try startVariables(plan)) { identity, _ in identity }
    if isExport { return try exported(plan, output, name: name) }
    guard let text = try files.text(root.file("\(output)/\(Self.serverFiles)")),
      let json = try? JSON.parse(text)
    else {
      throw Failure(
        "making a release", "the build left no \(output)/\(Self.serverFiles)",
        next: "Check that \"build\" in package.json runs 'next build'.")
    }
    let launcher = NextVersion.knowsOrigin(version) ? Launcher.next : nil
    // Standalone keeps the app's place below the directory that Next takes for the repository's top.
    let place = RelativePath(json["relativeAppDir"]?.string ?? "") ?? .top
    let standalone = root.file("\(output)/standalone")
    if try isStandalone(root) {
      // An archive of what a build's standalone directory has.
      return try standaloneInPlace(of: plan, output, name: name, environment: environment, launcher: launcher)
    }
    // What Node is to load before the server is not among the files that Next traced.
    guard files.exists(place.below(standalone) + "/server.js"), plan.app.command?.preloads != true else {
      return try startedNext(plan, name: name, environment: environment, launcher: launcher)
    }
    var parts: [Assembly.Part] = [
      .copy(from: standalone, to: ""),
      .copy(from: root.file("\(output)/static"), to: place.file("\(output)/static")),
      fetched(root, output, to: place),
    ]
    if files.exists(root.file("public")) {
      parts.append(.copy(from: root.file("public"), to: place.file("public")))
    }
    return try standaloneNext(
      of: plan, output, in: place, parts, name: name, environment: environment, launcher: launcher)
  }

  /// Whether a directory is the app's in what a build's standalone directory has: its server is there, and is Next's.
  private func isStandalone(_ root: RelativePath) throws -> Bool {
    try files.text(root.file("server.js"))?.contains("__NEXT_PRIVATE_STANDALONE_CONFIG") ?? false
  }

  private func standaloneInPlace(
    of plan: Plan, _ output: String, name: String, environment: [String: String], launcher: Launcher?
  ) throws -> BuildOutput {
    let root = plan.project.root
    guard files.exists(root.file("\(output)/static")) else {
      throw Failure(
        "making a release", "\(root.file("\(output)/static")) is not there, which the pages load",
        next: "Next.js leaves it beside its standalone directory: copy \(output)/static to the same place in that, and "
          + "public/ too, before you pack it.")
    }
    return try standaloneNext(
      of: plan, output, in: root, [.everything(without: [])], name: name, environment: environment, launcher: launcher)
  }

  /// - Parameter place: the app's directory in the release.
  private func standaloneNext(
    of plan: Plan, _ output: String, in place: RelativePath, _ parts: [Assembly.Part], name: String,
    environment: [String: String], launcher: Launcher?
  ) throws -> BuildOutput {
    BuildOutput(
      assembly: Assembly(
        parts: parts, persist: plan.project.persist.map { place.file($0.description) },
        writable: Self.writable(output).map(place.file), launcher: launcher,
        compiled: launcher.map { _ in place.file(Self.compiled(output)) }),
      framework: "\(name) (standalone)",
      serving: .process(
        AppProcess(
          start: .program(["node"] + (launcher.map { [$0.file(from: place), output] } ?? ["server.js"])),
          launcher: launcher, directory: place, environment: environment, drainTimeout: plan.project.drainTimeout,
          compiled: launcher.map { _ in Self.compiled(output) })),
      published: try nextStatic(plan.project, output, place: place),
      folder: try nextPublic(plan.project, output, place: place))
  }

  /// What the build itself fetched, and values that it kept (`unstable_cache`): its pages were made of them.
  func fetched(_ root: RelativePath, _ output: String, to place: RelativePath) -> Assembly.Part {
    .copy(from: root.file("\(output)/cache/fetch-cache"), to: place.file("\(output)/cache/fetch-cache"))
  }

  /// What the start command sets, in the variables themselves or in files of the app's.
  func startVariables(_ plan: Plan) throws -> [String: String] {
    try (plan.app.command?.settings ?? []).variables(in: plan.project.root) { try files.text($0) }
  }

  /// Next's own server on the whole app, where the build gave no standalone one.
  private func startedNext(
    _ plan: Plan, name: String, environment: [String: String], launcher: Launcher?
  ) throws -> BuildOutput {
    let root = plan.project.root
    let output = try nextOutput(root)
    guard let next = try nextDirectory(plan) else {
      throw Failure("making a release", "node_modules/next is gone after the build", next: "Push again.")
    }
    // The cache stays where the next build looks for it; `dev` is what `next dev` leaves.
    let built = try files.list(root.file(output)).filter { !["cache", "dev"].contains($0) }
    // From the app's directory, for that is where it is started.
    let up = String(repeating: "../", count: root.description.split(separator: "/").count)
    return BuildOutput(
      assembly: Assembly(
        parts: [
          .everything(without: try developmentPackages(plan).union([root.file(output)]))
        ] + built.map { .copy(from: root.file("\(output)/\($0)"), to: root.file("\(output)/\($0)")) }
          + [fetched(root, output, to: root)],
        persist: plan.project.persist.map { root.file($0.description) }, writable: Self.writable(output).map(root.file),
        launcher: launcher, compiled: launcher.map { _ in root.file(Self.compiled(output)) }),
      framework: "\(name) (next start)",
      serving: .process(
        AppProcess(
          start: .program(
            ["node"]
              + (launcher.map { [$0.file(from: root)] } ?? ["\(up)\(next)/dist/bin/next", "start", "-H", "localhost"])),
          launcher: launcher, directory: root, environment: environment, drainTimeout: plan.project.drainTimeout,
          compiled: launcher.map { _ in Self.compiled(output) })),
      published: try nextStatic(plan.project, output, place: root),
      folder: try nextPublic(plan.project, output, place: root))
  }

  /// The same for a server of the app's own, whatever it built.
  func writableByNext(_ root: RelativePath) throws -> [String] {
    try nextOutputs(root).flatMap(Self.writable).map(root.file)
  }

  /// Where Next writes at run time: pages that it renders anew (ISR), and what it fetched.
  private static func writable(_ output: String) -> [String] { ["\(output)/server", "\(output)/cache"] }

  /// Where Node keeps what it compiles, which the launcher has it write down.
  private static func compiled(_ output: String) -> String { "\(output)/cache/compiled" }

  static let serverFiles = "required-server-files.json"

  /// Where the app's build goes (`distDir`): found by the file that Next writes there, ".next" before the first build.
  func nextOutput(_ root: RelativePath) throws -> String { try nextOutputs(root).first ?? ".next" }

  func nextOutputs(_ root: RelativePath) throws -> [String] {
    let isOutput = { [files] (path: String) in
      files.exists(root.file("\(path)/\(Self.serverFiles)"))
    }
    let names = try files.list(root.description)
    let outputs = names.filter(isOutput)
    if !outputs.isEmpty { return outputs }
    // As in "build/next".
    let below = try names.filter { $0 != "node_modules" }.flatMap { name in
      try files.list(root.file(name)).map { "\(name)/\($0)" }
    }
    return below.filter(isOutput)
  }

  /// The installed Next, of the app or of the workspace that it belongs to.
  private func nextDirectory(_ plan: Plan) throws -> String? {
    PackageManagerChoice.ancestors(of: plan.project.root).map { $0.file("node_modules/next") }
      .first { files.exists("\($0)/package.json") }
  }
}
