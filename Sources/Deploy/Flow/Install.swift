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
        attempt: "installing packages with '\(work)'",
        next: "Run the same command where you develop, commit the lockfile, and push again.")
      try seams.workspace.setInstalledKey(planned.installKey)
      return (installation, "installed")
    }
  }

  /// Runs a command of the app's in the workspace, its output shown as it comes.
  func run(
    _ work: Work, in directory: RelativePath, environment: [String: String], attempt: String, next: String
  ) throws {
    var tail = OutputTail()
    let job = Job(work: work, environment: environment, directory: directory.below(seams.workspace.directory))
    var masked = mask.stream()
    func show(_ bytes: [UInt8]) {
      tail.append(bytes)
      if !bytes.isEmpty { seams.progress.output(bytes) }
    }
    let result = try seams.runner.run(job) { show(masked.add($0)) }
    show(masked.end())
    switch result {
    case .succeeded: return
    case .failed(127):
      throw Failure(
        attempt, "a program of it was not found (exit code 127)",
        next: "Add the package that brings it to package.json, or install it on the server.", excerpt: tail.lines)
    case .failed(let code): throw Failure(attempt, "it ended with exit code \(code)", next: next, excerpt: tail.lines)
    case .killed:
      throw Failure(
        attempt, "it was killed (exit code 137), most likely for want of memory",
        next: "Give the server more memory or swap, or let the build use less (NODE_OPTIONS=--max-old-space-size=…).",
        excerpt: tail.lines)
    }
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

/// The last lines of what a program wrote.
struct OutputTail {
  private var bytes: [UInt8] = []

  mutating func append(_ more: [UInt8]) {
    bytes += more
    if bytes.count > 65_536 { bytes.removeFirst(bytes.count - 32_768) }
  }

  var lines: [String] {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(20).map(String.init)
  }
}
