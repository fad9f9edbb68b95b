extension Deployment {
  /// A new release of what was built, and the app's own release command before anything of it is started.
  func makeRelease(_ artifact: Artifact) throws -> ReleaseRecord {
    let planned = artifact.planned
    record.release = record.id
    record.makesRelease = true
    let release = ReleaseRecord(
      id: record.id, commit: planned.commit, buildKey: planned.buildKey, framework: artifact.framework,
      start: artifact.start, launcher: artifact.assembly.launcher, directory: artifact.directory,
      environment: artifact.environment,
      environmentMark: try EnvironmentMark(planned.environment, seams.repository),
      health: try healthPolicy(of: planned.plan), drainTimeout: planned.plan.project.drainTimeout,
      createdAt: record.startedAt)
    try runReleaseCommand(Installation(planned: planned))
    return try step(.release, release.id.description) {
      var assembly = artifact.assembly
      assembly.programs = planned.plan.manager?.scripts ?? [:]
      assembly.corepack = planned.plan.manager?.kept(for: artifact.start) ?? []
      try seams.releases.make(release, from: assembly)
      return (release, release.id.description)
    }
  }

  /// Runs the app's release command (a migration), in the workspace, where all its tools are installed.
  func runReleaseCommand(_ installation: Installation) throws {
    let planned = installation.planned
    guard let command = planned.plan.app.release else { return }
    try step(.release, command) {
      let own = planned.environment.forReleaseCommand
      // What runs before the start gets what the start sets.
      let started = planned.plan.project.release == nil ? try startVariables(planned.plan) : [:]
      var environment = workEnvironment(
        planned, started.merging(own) { _, own in own }, in: planned.plan.project.root)
      environment["NODE_ENV"] = own["NODE_ENV"] ?? "production"
      try run(
        .shell(command), in: planned.plan.project.root, environment: environment, at: .release,
        attempt: "running the release command '\(command)'",
        next: "Correct it, and check what it left undone; then push again.")
      return ((), "release command done")
    }
  }

  /// A release that was built before from the same files.
  func take(_ built: ReleaseRecord) throws -> ReleaseRecord {
    record.release = built.id
    return try step(.release, built.id.description) { (built, "\(built.id), built before from the same files") }
  }
}
