extension Builder {
  /// Makes a new release from what was built, running the app's release command before any of it is started.
  func makeRelease(_ artifact: Artifact) throws -> Candidate {
    let planned = artifact.planned
    let output = artifact.output
    var serving = output.serving
    if case .process(var process) = serving {
      process.runtimes = planned.plan.runtimes
      serving = .process(process)
    }
    steps.writer.makesRelease()
    let release = ReleaseRecord(
      id: record.id, source: planned.source, buildKey: planned.buildKey, framework: output.framework,
      serving: serving, environmentMark: try EnvironmentMark(planned.environment, seams.repository),
      health: try healthPolicy(of: planned.plan, output), createdAt: record.startedAt, inventory: artifact.inventory,
      releaseCommand: output.releaseCommand(planned.plan))
    switch artifact.place {
    case .workspace(let installation): try runReleaseCommand(installation)
    case .archive(let payload):
      if let command = release.releaseCommand { try run(command, of: planned, in: payload) }
    }
    var assembly = output.assembly
    if case .process(let process) = output.serving {
      assembly.programs = planned.plan.manager?.scripts ?? [:]
      if process.isNext, planned.plan.project.images == .shared, let key = planned.publicKey {
        // Of these `next/image` makes what is under the same name for as long as the app's own images are the same.
        for cache in assembly.writable where cache.pathParts.last == "cache" {
          assembly.images["\(cache)/images"] = key
        }
      }
      assembly.corepack = planned.plan.manager?.kept(for: process.start) ?? []
    }
    return try steps.make(
      release, from: assembly, published: output.published, output.folder, as: planned.commit,
      Advisor(planned, app: app))
  }

  /// Runs the app's release command (a migration), in the workspace, where all its tools are installed.
  func runReleaseCommand(_ installation: Installation) throws {
    let planned = installation.planned
    guard let command = planned.plan.app.releaseCommand else { return }
    try steps.run(.release, command) {
      try run(command, of: planned)
      return ((), Self.done)
    }
  }

  /// The same in a copy of an archive's files: the release has them as they arrived, whatever the command does.
  private func run(_ command: String, of planned: Planned, in payload: any Payload) throws {
    try steps.run(.release, command) {
      try requireSpace(clean: false, beside: payload.bytes)
      try seams.programs.setPrograms(planned.plan.manager?.scripts ?? [:])
      try payload.withCopy { copy in
        try Builder(steps: steps, environment: environment, files: copy).run(command, of: planned)
      }
      return ((), Self.done)
    }
  }

  private static var done: String { "release command done" }

  private func run(_ command: String, of planned: Planned) throws {
    var given = given(to: .releaseCommand, planned, in: planned.plan.project.root)
    // What runs before the start gets what the start sets.
    if planned.plan.project.releaseCommand == nil { given.start = try reader.startVariables(planned.plan) }
    try run(
      .shell(command), of: planned, in: planned.plan.project.root, environment: given.variables, by: .releaseCommand,
      attempt: "running the release command '\(command)'",
      next: "Correct it, and check what it left undone; then \(planned.again).")
  }
}
