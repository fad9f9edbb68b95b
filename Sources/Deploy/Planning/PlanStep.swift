/// A plan, and the keys by which it is known whether its work was done before. Only the reading of a commit makes one.
struct Planned {
  /// What it is planned for.
  let source: Source
  let plan: Plan
  let environment: AppEnvironment
  let unset: UnsetVariables?
  /// Nil where packages are to be installed each time.
  let installKey: String?
  let buildKey: String
  /// Stands for what is in the app's `public/`; nil unless Next.js builds it.
  let publicKey: String?

  var commit: Commit { source.commit }

  /// What brings it again, once it is corrected.
  var again: String { source.shipment == nil ? "push again" : "ship again" }

  fileprivate init(
    _ source: Source, _ tree: some SourceTree, _ environment: AppEnvironment, _ config: AppConfig, _ seams: Seams,
    bring: (RuntimeNeed) throws -> Tool?
  ) throws {
    plan = try Plan(
      tree, isBuilt: source.shipment != nil, toolbox: seams.toolbox, node: config.node, bring: bring)
    self.source = source
    self.environment = environment
    unset = try UnsetVariables.find(in: tree, plan.app, environment)
    installKey = try plan.installKey(of: tree)
    // What is in an archive's files is known by its sum alone.
    let origin = source.shipment.map { "archive \($0.sha256)" } ?? "tree \(source.commit.tree)"
    if plan.app.isBuiltByNext {
      let place = plan.project.root.file("public")
      let images = tree.entries.values.filter { $0.path == place || $0.path.hasPrefix("\(place)/") }
      // What links lead to may be anywhere in the commit.
      let isElsewhere = source.shipment != nil || images.contains { $0.kind == .link }
      publicKey = try seams.repository.fingerprint(
        isElsewhere ? origin : images.map { "\($0.path) \($0.id)" }.sorted().joined(separator: "\n"))
    } else {
      publicKey = nil
    }
    // What only instances see needs no build.
    let variables = AppEnvironment.identity(of: environment.forBuilds)
    let build = [origin, plan.tools + plan.places, "environment\n\(variables)"].joined(separator: "\n")
    buildKey = try seams.repository.fingerprint(build)
  }
}

extension Advisor {
  init(_ planned: Planned, app: AppName) {
    let plan = planned.plan
    self.init(
      app: app, manifests: plan.app.manifests.map(\.manifest), packages: plan.packages,
      version: plan.packages.wanted ?? plan.manager?.version, environment: planned.environment,
      leavesOutDevelopment: plan.packages.manager == .npm && plan.project.dependencies == .production,
      unset: planned.unset, isShipped: planned.source.shipment != nil)
  }
}

extension Builder {
  /// Reads the commit and decides what is to be done; nothing is touched where there is space on the disk.
  ///
  /// - Parameter clean: whether the workspace is to be emptied; where there is no space, it is at once.
  func plan(_ commit: Commit, clean: Bool) throws -> Planned {
    try plan(.commit(commit), clean: clean) { try seams.repository.tree(of: commit) }
  }

  /// The same of an archive, by the files that it brought.
  func plan(_ unpacked: Unpacked) throws -> Planned {
    try plan(.archive(unpacked.shipment, unpacked.commit), clean: false) { try unpacked.payload.tree }
  }

  private func plan(_ source: Source, clean: Bool, _ tree: () throws -> any SourceTree) throws -> Planned {
    try steps.begin(.plan)
    let start = seams.clock.now
    try requireSpace(clean: clean)
    let planned = try Planned(source, tree(), environment, config, seams) { need in
      guard seams.runtimes.isAutomatic else { return nil }
      return try seams.runtimes.bring(need) { try steps.requireWantedNowAndThen() }
    }
    steps.writer.finished(.plan, seconds: seams.clock.seconds(since: start), planned.plan.detected)
    seams.events.emit(
      .began(
        Headline(
          app: app, branch: record.kind == .push ? config.branch : nil, commit: source.commit,
          detected: planned.plan.detected)))
    let ended = planned.plan.warning(on: record.startedAt)
    for warning in planned.plan.warnings + [ended].compactMap(\.self) { seams.events.warn(warning) }
    return planned
  }

  /// The same without a deploy, and without a look at the disk.
  static func plan(_ commit: Commit, _ environment: AppEnvironment, _ seams: Seams) throws -> Planned {
    let tree = try seams.repository.tree(of: commit)
    return try Planned(.commit(commit), tree, environment, seams.config(), seams) { need in
      guard seams.runtimes.isAutomatic else { return nil }
      throw Failure(
        "planning the deploy", "\(need) is not on this server: a push brings it",
        next: "Push, or bring it now: '\(need.command)' on the server.")
    }
  }

  /// - Parameter bytes: what is needed beside what is kept for everybody else.
  func requireSpace(clean: Bool, beside bytes: Int = 0) throws {
    let needed = max(50 << 20, try seams.space.reservedSpace()) + bytes
    if try seams.space.freeSpace() >= needed { return }
    if clean { try emptyWorkspace() }
    let free = try seams.space.freeSpace()
    if free < needed {
      // Another app's build may be what took it: what this one keeps is left as it is.
      throw Failure(
        "looking for space on the disk", "only \(free >> 20) MB are free below \(seams.workspace.directory)",
        next: "Free at least \(needed >> 20) MB: 'nextdeploy config set keep 2' keeps fewer releases, and "
          + "'nextdeploy rebuild COMMIT --clean' empties what builds keep (\(seams.space.usage())).")
    }
  }
}
