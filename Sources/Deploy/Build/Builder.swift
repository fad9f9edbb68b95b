/// The first half of a deploy: from a source to a complete release.
struct Builder: Half {
  let steps: Steps
  /// The environment that everything is built with.
  let environment: AppEnvironment

  /// What the release is made of: the workspace, a commit that needs no build, or what an archive brought.
  let files: any BuiltFiles

  /// - Parameter files: what is not built here; nil for what is built in the workspace.
  init(steps: Steps, environment: AppEnvironment, files: (any BuiltFiles)? = nil) {
    self.steps = steps
    self.environment = environment
    self.files = files ?? steps.seams.workspace
  }

  var reader: BuildReader { BuildReader(files: files, events: seams.events) }

  /// A release of a commit: an earlier one made from the same files, or a new one.
  ///
  /// - Parameters:
  ///   - reusing: whether an earlier release will do.
  ///   - clean: whether nothing from earlier builds may be used.
  func release(of commit: Commit, reusing: Bool, clean: Bool = false) throws -> Candidate {
    let planned = try plan(commit, clean: clean)
    if reusing, let built = try planned.builtBefore(seams) {
      // More may be known by now.
      if let inventory = built.inventory { try requireNoHoles(in: inventory, of: planned.plan) }
      if planned.plan.app.releaseCommand != nil {
        let checkout = try checkOut(planned, clean: false)
        try runReleaseCommand(try install(checkout))
      }
      return try steps.take(
        built, ", built before from the same files", as: commit, Advisor(planned, app: app))
    }
    try prepareInstance()
    if planned.plan.isAsCommitted, let source = seams.workspace.unbuilt {
      return try making(of: source).release(planned, clean: clean)
    }
    try seams.workspace.removeUnbuilt()
    return try release(planned, clean: clean)
  }

  /// The same deploy, whose release is made of these files.
  func making(of source: any ReleaseFiles) -> Builder {
    var seams = seams
    seams.releases = source.releases
    let steps = Steps(app: app, config: config, seams: seams, writer: steps.writer)
    return Builder(steps: steps, environment: environment, files: source.files)
  }

  private func release(_ planned: Planned, clean: Bool) throws -> Candidate {
    let checkout = try checkOut(planned, clean: clean)
    let installation = try install(checkout)
    let artifact = try build(installation)
    if case .files = artifact.output.serving { try giveUpInstance() }
    let candidate = try makeRelease(artifact)
    if planned.plan.build != nil {
      steps.attempt("noting what was built") { try seams.workspace.setBuiltKey(planned.buildKey) }
    }
    return candidate
  }
}

extension Planned {
  /// An earlier release of the same files with which the deploy can go on; nil if one must be made.
  func builtBefore(_ seams: Seams) throws -> ReleaseRecord? {
    // Its release command may run what the build left in the workspace: what is there must be of these files too.
    if plan.app.releaseCommand != nil, plan.build != nil, try seams.workspace.builtKey() != buildKey { return nil }
    return try seams.releases.list().last { $0.buildKey == buildKey && $0.hasRuntimes(in: seams.toolbox) }
  }
}
