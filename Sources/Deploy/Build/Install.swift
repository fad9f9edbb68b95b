/// A checkout whose packages are installed.
struct Installation {
  let planned: Planned

  fileprivate init(_ checkout: Checkout) { planned = checkout.planned }
}

/// One of the app's programs took longer than it may.
private struct TimedOut: Error {}

extension Builder {
  func install(_ checkout: Checkout) throws -> Installation {
    let planned = checkout.planned
    let installation = Installation(checkout)
    try seams.programs.setPrograms(planned.plan.manager?.scripts ?? [:])
    guard let work = planned.plan.install else {
      return try steps.run(.install) { (installation, "nothing to install") }
    }
    let directory = planned.plan.installDirectory
    return try steps.run(.install, work.description) {
      if try planned.isInstalled(seams) {
        return (installation, "unchanged, skipped")
      }
      // Until it has succeeded nobody may take it for whole.
      try seams.workspace.setInstalledKey(nil)
      try planned.forgetInstalled(seams)
      try run(
        work, of: planned, in: directory, environment: given(to: .install, planned, in: directory).variables,
        by: .install,
        attempt: "installing packages with '\(work)'",
        next: "Run the same command where you develop, commit the lockfile, and push again.")
      try seams.workspace.setInstalledKey(planned.installed(seams))
      try audit(planned)
      return (installation, "installed")
    }
  }

  /// Runs one of the app's commands where its files are, showing its output as it comes.
  func run(
    _ work: Work, of planned: Planned, in directory: RelativePath, environment: [String: String],
    by program: AppProgram, attempt: String,
    next: String
  ) throws {
    let output = seams.events.output()
    let job = Job(work: work, environment: environment, directory: directory.below(files.directory))
    let limit = config.buildTimeout ?? .build
    let result: JobResult
    do {
      result = try seams.runner.run(job) { seconds in
        if let seconds, seconds > Double(limit.seconds) { throw TimedOut() }
        try steps.requireWantedNowAndThen()
      } output: {
        output.add($0)
      }
    } catch is TimedOut {
      output.end()
      throw Failure(
        attempt, "it had not ended after \(limit), which is the limit, and was ended with all that it had started",
        next: "Find what it waits for; or give it longer, on the server: 'nextdeploy config set build.timeout 2h "
          + "--app \(app)'.", excerpt: output.lastLines)
    }
    output.end()
    let cause: String
    var next = next
    switch result {
    case .succeeded:
      // npm can end so where the network is gone, with exit code 0 and nothing installed.
      guard output.tail.contains("npm error Exit handler never called!") else { return }
      cause = "npm ended in the middle of its work, though with exit code 0"
    case .failed(127):
      cause = "a program of it was not found (exit code 127)"
      next = "Add the package that brings it to package.json, or install it on the server."
    case .failed(let code): cause = "it ended with exit code \(code)"
    case .killed:
      throw Failure(
        attempt, "it was killed (exit code 137), most likely for want of memory",
        next: "Give the server more memory or swap, or let the build use less (NODE_OPTIONS=--max-old-space-size=…).",
        excerpt: output.lastLines)
    }
    let advice = Advisor(planned, app: app).advice(on: output.tail, by: program, in: files)
    var help = [advice?.next ?? next]
    // A name that is told already is not told twice.
    if program == .build, let unset = planned.unset,
      !unset.names.contains(where: { advice?.cause.contains($0) == true })
    {
      help.append(
        "Nothing sets \(unset.list), which \(unset.file) names: 'nextdeploy env set \(app) \(unset.names[0])'.")
    }
    throw Failure(
      attempt, ([cause] + [advice?.cause].compactMap(\.self)).joined(separator: ": "),
      next: help.joined(separator: " "),
      excerpt: output.lastLines)
  }

  /// The environment for an install, a build or the release command.
  func given(to program: AppProgram, _ planned: Planned, in directory: RelativePath)
    -> ProgramEnvironment
  {
    let bins = PackageManagerChoice.ancestors(of: planned.plan.project.root).map {
      "\($0.below(files.directory))/node_modules/.bin"
    }
    var given = ProgramEnvironment(program, planned.environment, base: seams.baseEnvironment)
    given.place = (
      bins + [seams.programs.programs] + (planned.plan.runtimes ?? []).map(\.directory),
      directory.below(files.directory)
    )
    given.corepack = seams.programs.corepack
    return given
  }
}
