/// What a build left in the workspace, and how a release is made of it.
struct Artifact {
  let planned: Planned
  let assembly: Assembly
  let framework: String
  let start: Work
  /// Where it is started, below the release's files.
  let directory: RelativePath
  let environment: [String: String]
}

extension Deployment {
  func build(_ installation: Installation) throws -> Artifact {
    let planned = installation.planned
    let plan = planned.plan
    let identity = plan.app.isBuiltByNext ? [ReleaseRecord.nextDeployment: record.id.description] : [:]
    return try step(.build, plan.build?.description ?? "") {
      let version = try installedNextVersion(plan)
      if !plan.framework.isNext { try requireStart(plan) }
      if let work = plan.build {
        let own = planned.environment.forBuilds
        var environment = workEnvironment(planned, own, in: plan.buildDirectory)
        environment["NODE_ENV"] = own["NODE_ENV"] ?? "production"
        if plan.framework.isNext { environment["NEXT_PRIVATE_STANDALONE"] = "true" }
        if plan.app.isBuiltByNext {
          try prepareNext(plan.project.root)
          environment[Self.serverActionsKey] = try serverActionsKey(planned.environment, own: own)
          environment.merge(identity) { _, new in new }
        }
        do {
          try run(
            work, in: plan.buildDirectory, environment: environment, at: .build, attempt: "building with '\(work)'",
            next: "Correct what the output above names, commit, and push again.")
        } catch var failure as Failure {
          // The error that led here is the one to tell.
          if let next = try? adviceOnWorkspace(planned, failure) { failure.next = next }
          throw failure
        }
        for cache in TaskRunner.unread(in: plan.packages.directory, environment) where seams.workspace.exists(cache) {
          try seams.workspace.remove(cache)
        }
      }
      let artifact =
        plan.framework.isNext
        ? try nextArtifact(planned, version: version, identity: identity)
        : try appArtifact(planned, identity: identity)
      return (artifact, plan.build == nil ? "no build script, nothing to build" : artifact.framework)
    }
  }

  /// How to build what another package of the app's workspace should have left; nil where that is not what failed.
  private func adviceOnWorkspace(_ planned: Planned, _ failure: Failure) throws -> String? {
    let plan = planned.plan
    // Whose own command builds it, or the workspace's own program, has another cause.
    guard plan.project.build == nil, plan.packages.directory != plan.project.root,
      plan.buildDirectory == plan.project.root,
      let package = try UnbuiltPackage.find(
        in: seams.repository.tree(of: planned.commit), output: failure.excerpt)
    else { return nil }
    return "\(package.name) is a package of this workspace that has to be built first: set \"build\" in "
      + "\(ProjectFile.name), as in \"build\": \"\(package.command)\"."
  }

  /// A Node or Bun app: its files as they are after the build, and its production dependencies.
  ///
  /// - Parameter identity: what a build of Next.js was given, where the app has a server of its own for it.
  func appArtifact(_ planned: Planned, identity: [String: String] = [:]) throws -> Artifact {
    let plan = planned.plan
    let framework = plan.framework.isNext ? Framework.node : plan.framework
    if plan.framework.isNext { try requireStart(plan) }
    return Artifact(
      planned: planned,
      assembly: Assembly(
        parts: [.everything(without: try developmentPackages(plan))],
        persist: plan.project.persist.map { plan.project.root.file($0.description) },
        writable: identity.isEmpty ? [] : try writableByNext(plan.project.root)),
      framework: framework.description, start: plan.start, directory: plan.project.root, environment: identity)
  }

  /// Refuses a start command whose programs the release would not have, now that it is known what was installed.
  private func requireStart(_ plan: Plan) throws {
    let installed = try lockedPackages(plan)
    try plan.app.requireStart { need in
      if let installed { return installed.origin(of: need, in: plan.project.root.seen(from: plan.installDirectory)) }
      guard case .fetched(let program) = need else { return nil }
      let isThere = PackageManagerChoice.ancestors(of: plan.project.root).contains {
        seams.workspace.exists($0.file("node_modules/.bin/\(program)"))
      }
      return isThere ? .production : .absent
    }
  }

  private func lockedPackages(_ plan: Plan) throws -> LockedPackages? {
    try seams.workspace.text(plan.installDirectory.file("node_modules/.package-lock.json")).flatMap {
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
}
