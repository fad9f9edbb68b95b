/// A checkout whose packages are installed.
struct Installation {
  let planned: Planned
}

extension Deployment {
  func install(_ checkout: Checkout) throws -> Installation {
    let planned = checkout.planned
    let installation = Installation(planned: planned)
    try seams.workspace.setPrograms(planned.plan.manager?.scripts ?? [:])
    guard let work = planned.plan.install else {
      return try step(.install) { (installation, "nothing to install") }
    }
    let directory = planned.plan.installDirectory
    let modules = directory.file("node_modules")
    return try step(.install, work.description) {
      if try seams.workspace.installedKey() == planned.installKey, seams.workspace.exists(modules) {
        return (installation, "unchanged, skipped")
      }
      // Until it has succeeded nobody may take it for whole.
      try seams.workspace.setInstalledKey(nil)
      try run(
        work, in: directory, environment: workEnvironment(planned, planned.environment.forBuilds, in: directory),
        at: .install,
        attempt: "installing packages with '\(work)'",
        next: "Run the same command where you develop, commit the lockfile, and push again.")
      try seams.workspace.setInstalledKey(planned.installKey)
      return (installation, "installed")
    }
  }

  /// Runs a command of the app's in the workspace, its output shown as it comes.
  func run(
    _ work: Work, in directory: RelativePath, environment: [String: String], at stage: Advisor.Stage, attempt: String,
    next: String
  ) throws {
    let output = seams.events.output()
    let job = Job(work: work, environment: environment, directory: directory.below(seams.workspace.directory))
    let limit = config.buildTimeout ?? .build
    let result: JobResult
    do {
      result = try seams.runner.run(job) { seconds in
        if let seconds, seconds > Double(limit.seconds) { throw TimedOut() }
        try requireWantedNowAndThen()
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
    let advice = advice(on: output.tail, at: stage)
    var steps = [advice?.next ?? next]
    // A name that is told already is not told twice.
    if stage == .build, let unset = advisor?.unset, !unset.names.contains(where: { advice?.cause.contains($0) == true })
    {
      steps.append(
        "Nothing sets \(unset.list), which \(unset.file) names: 'nextdeploy env set \(app) \(unset.names[0])'.")
    }
    throw Failure(
      attempt, ([cause] + [advice?.cause].compactMap(\.self)).joined(separator: ": "),
      next: steps.joined(separator: " "),
      excerpt: output.lastLines)
  }

  /// What the end of a program's output says, with the lockfile that it may be about.
  func advice(on output: String, at stage: Advisor.Stage) -> Advice? {
    // The failure itself must be told, also where that file cannot be read.
    let lockfile = advisor.flatMap { advisor in
      advisor.packages.lockfile.flatMap { try? seams.workspace.text(advisor.packages.directory.file($0)) }
    }
    return advisor?.advice(on: output, at: stage, lockfile: lockfile)
  }

  /// What an install, a build or the release command is given: what a login shell in its directory would give, and
  /// what keeps tools from asking, colouring and telling.
  ///
  /// - Parameter own: what it sees of the app's environment.
  func workEnvironment(
    _ planned: Planned, _ own: [String: String], in directory: RelativePath
  ) -> [String: String] {
    var variables = seams.baseEnvironment
    let bins = PackageManagerChoice.ancestors(of: planned.plan.project.root).map {
      "\($0.below(seams.workspace.directory))/node_modules/.bin"
    }
    variables["PATH"] = (bins + [seams.workspace.programs, variables["PATH"] ?? ""]).joined(separator: ":")
    variables["SHELL"] = "/bin/sh"
    variables["TERM"] = "dumb"
    variables["CI"] = "1"
    variables["NEXT_TELEMETRY_DISABLED"] = "1"
    // Its output goes through git to somebody's terminal, or to a log.
    variables["NO_COLOR"] = "1"
    variables["COREPACK_ENABLE_DOWNLOAD_PROMPT"] = "0"
    // What other apps have Corepack bring is theirs.
    variables["COREPACK_HOME"] = seams.workspace.corepack
    // Who calls Corepack without a version gets the one that it was made with, not the newest, and changes nobody's.
    variables["COREPACK_DEFAULT_TO_LATEST"] = "0"
    variables.merge(TaskRunner.environment) { _, new in new }
    variables.merge(own) { _, own in own }
    variables["LOGNAME"] = variables["USER"]
    variables["PWD"] = directory.below(seams.workspace.directory)
    return variables
  }
}
