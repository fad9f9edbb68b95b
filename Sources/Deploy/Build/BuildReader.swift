/// Reads what a build left in a directory: what becomes a release of it, and how that is served.
struct BuildReader {
  /// The directory's files.
  let files: any BuiltFiles
  let events: Events

  func output(of plan: Plan, version: Version?, identity: [String: String]) throws -> BuildOutput {
    if let site = plan.app.site { return try staticOutput(of: plan, site) }
    if plan.framework.isNext { return try nextOutput(of: plan, version: version, identity: identity) }
    if plan.app.isBuiltByNext, plan.app.startsOnlyFiles {
      let output = try nextOutput(plan.project.root)
      if files.exists(plan.project.root.file("\(output)/export-detail.json")) {
        return try exported(plan, output, name: "Next.js")
      }
      try requireStartPrograms(plan)
    }
    return try appOutput(of: plan, identity: identity)
  }

  /// A Node or Bun app: its files as they are after the build, and its production dependencies.
  ///
  /// - Parameter identity: what a build of Next.js was given, where the app has a server of its own for it.
  func appOutput(of plan: Plan, identity: [String: String] = [:]) throws -> BuildOutput {
    let framework = plan.framework.isNext ? Framework.node : plan.framework
    if plan.framework.isNext { try requireStartPrograms(plan) }
    let root = plan.project.root
    // Their caches are for the next build, and grow.
    let outputs = identity.isEmpty ? [] : try nextOutputs(root)
    return BuildOutput(
      assembly: Assembly(
        parts: [
          .everything(without: try developmentPackages(plan).union(outputs.map { root.file("\($0)/cache") }))
        ] + outputs.map { fetched(root, $0, to: root) },
        persist: plan.project.persist.map { plan.project.root.file($0.description) },
        writable: identity.isEmpty ? [] : try writableByNext(plan.project.root)),
      framework: framework.description,
      serving: .process(
        AppProcess(
          start: plan.start, directory: plan.project.root, environment: identity,
          drainTimeout: plan.project.drainTimeout)))
  }

  /// Refuses a start command whose programs are not there; what Next.js starts, or may have exported, needs none.
  func requireStart(_ plan: Plan) throws {
    if plan.framework.isNext || plan.app.isBuiltByNext && plan.app.startsOnlyFiles { return }
    try requireStartPrograms(plan)
  }

  /// Refuses a start command whose programs the release would not have, now that it is known what was installed.
  private func requireStartPrograms(_ plan: Plan) throws {
    let installed = try lockedPackages(plan)
    try plan.app.requireStart { need in
      if let installed { return installed.origin(of: need, in: plan.project.root.seen(from: plan.installDirectory)) }
      guard case .fetched(let program) = need else { return nil }
      let isThere = PackageManagerChoice.ancestors(of: plan.project.root).contains {
        files.exists($0.file("node_modules/.bin/\(program)"))
      }
      return isThere ? .production : .absent
    }
  }

  private func lockedPackages(_ plan: Plan) throws -> LockedPackages? {
    try files.text(plan.installDirectory.file("node_modules/.package-lock.json")).flatMap {
      LockedPackages($0)
    }
  }

  /// Where npm keeps packages that only the build needed; npm notes it for each package that it installs.
  func developmentPackages(_ plan: Plan) throws -> Set<String> {
    guard plan.project.dependencies == .production, let development = try lockedPackages(plan)?.development else {
      return []
    }
    // What the app is started with is needed, wherever package.json lists it.
    if plan.framework.isNext && development.contains(where: { $0.hasSuffix("node_modules/next") }) { return [] }
    return Set(development.map { plan.installDirectory.file($0) })
  }

  /// Whether a release lacks what a command begins with, because only the build needed it.
  func leavesOut(_ program: CommandProgram, _ plan: Plan) throws -> Bool {
    guard case .package(let name) = program,
      case .development(let package) = try lockedPackages(plan)?.origin(
        ofProgram: name, in: plan.project.root.seen(from: plan.installDirectory))
    else { return false }
    return try developmentPackages(plan).contains { $0.hasSuffix("node_modules/\(package)") }
  }
}
