/// What a successful build left in the workspace, or an archive brought.
struct Artifact {
  let planned: Planned
  let place: Place
  let inventory: Inventory
  let output: BuildOutput

  /// Where the app's release command runs.
  enum Place {
    /// In the workspace, with all that was installed.
    case workspace(Installation)
    /// In a copy of what was built elsewhere.
    case archive(any Payload)
  }

  fileprivate init(_ planned: Planned, _ place: Place, _ inventory: Inventory, _ output: BuildOutput) {
    self.planned = planned
    self.place = place
    self.inventory = inventory
    self.output = output
  }
}

/// How a release is made from what is in the workspace, and how it is served.
struct BuildOutput {
  let assembly: Assembly
  let framework: String
  let serving: Serving
  /// What the proxy serves of it by itself; nil for nothing.
  var published: PublishedFiles?
  /// What the proxy can serve of what Next.js sends as it is; nil for nothing.
  var folder: PublicFolder?
  /// The page by which a site of files shows that it is healthy; nil for other apps.
  var page: String?

  /// What runs once before what was built elsewhere goes live: of a site of files nothing is started, so nothing before that.
  func releaseCommand(_ plan: Plan) -> String? {
    if case .files = serving { plan.project.releaseCommand } else { plan.app.releaseCommand }
  }
}

extension Builder {
  func build(_ installation: Installation) throws -> Artifact {
    let planned = installation.planned
    let plan = planned.plan
    let reader = reader
    let identity = plan.app.isBuiltByNext ? [AppProcess.nextDeployment: record.id.description] : [:]
    return try steps.run(.build, plan.build?.description ?? "") {
      let version = try installedNextVersion(plan)
      try reader.requireStart(plan)
      let inventory = try inventory(of: plan)
      try requireNoHoles(in: inventory, of: plan)
      try prepareFiles(plan)
      if let work = plan.build {
        try seams.workspace.setBuiltKey(nil)
        var given = given(to: .build, planned, in: plan.buildDirectory)
        given.isNext = plan.framework.isNext
        if plan.app.isBuiltByNext {
          try prepareNext(plan.project.root)
          given.serverActionsKey = try ServerActionsKey.value(planned.environment, own: given.own, seams)
          given.identity = identity
        }
        let environment = given.variables
        do {
          try run(
            work, of: planned, in: plan.buildDirectory, environment: environment, by: .build,
            attempt: "building with '\(work)'",
            next: "Correct what the output above names, commit, and push again.")
        } catch var failure as Failure {
          // The error that led here is the one to tell.
          if let next = try? adviceOnWorkspace(planned, failure) { failure.next = next }
          throw failure
        }
        if plan.app.isBuiltByNext {
          steps.attempt("bounding the build's cache") { try trimNextCache(plan.project.root) }
        }
        for cache in TaskRunner.unread(in: plan.packages.directory, environment) where seams.workspace.exists(cache) {
          try seams.workspace.remove(cache)
        }
      }
      let output = try reader.output(of: plan, version: version, identity: identity)
      return (
        Artifact(planned, .workspace(installation), inventory, output),
        plan.build == nil ? "no build script, nothing to build" : output.framework
      )
    }
  }

  /// What was built elsewhere.
  func accept(_ planned: Planned, _ payload: any Payload) throws -> Artifact {
    let plan = planned.plan
    let reader = reader
    return try steps.run(.build) {
      let version = try installedNextVersion(plan)
      try reader.requireStart(plan)
      let inventory = try inventory(of: plan)
      try requireNoHoles(in: inventory, of: plan)
      let identity = plan.app.isBuiltByNext ? try reader.builtIdentity(plan) : [:]
      let output = try reader.output(of: plan, version: version, identity: identity)
      return (Artifact(planned, .archive(payload), inventory, output), "\(output.framework), built elsewhere")
    }
  }

  /// How to build what another package in the app's workspace should have left; nil if that is not what failed.
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
}
