/// A release that was started on a port of its own.
struct Instance {
  let id: InstanceID
  let candidate: Candidate
  let process: AppProcess
  var release: ReleaseRecord { candidate.release }

  fileprivate init(_ id: InstanceID, of candidate: Candidate, _ process: AppProcess) {
    self.id = id
    self.candidate = candidate
    self.process = process
  }
}

extension Promotion {
  func boot(_ candidate: Candidate, _ process: AppProcess, _ environment: AppEnvironment) throws -> Instance {
    try requireRuntimes(of: candidate.release)
    let mark = try EnvironmentMark(environment, seams.repository)
    return try steps.run(.boot) {
      let id = try record.instance ?? seams.manager.reserve(app)
      let origin = process.launcher.map { _ in seams.origin(config).description }
      try steps.writer.starts(id, origin: origin, mark)
      try seams.manager.start(id, service(of: candidate.release, process, on: id.port, environment))
      return (Instance(id, of: candidate, process), "port \(id.port)")
    }
  }

  private func service(
    of release: ReleaseRecord, _ process: AppProcess, on port: Port, _ environment: AppEnvironment
  ) throws -> Service {
    var given = ProgramEnvironment(.app, environment, base: seams.baseEnvironment)
    // The app's own variables win over what its start command sets, but not over what the build has to be told by.
    given.start = process.environment
    given.compiled = process.compiled
    given.identity = process.environment.filter { ProgramEnvironment.taken[$0.key] != nil }
    if process.isNext {
      // What was built elsewhere holds values that its own key encrypted.
      given.serverActionsKey =
        try process.environment[ServerActionsKey.name] ?? ServerActionsKey.value(environment, own: given.own, seams)
    }
    // Told 127.0.0.1, Next's own server of 13 and before, and a server of an app's own, take Next for another site.
    given.listening = (port, process.isNext ? "localhost" : "127.0.0.1")
    let runtimes = process.runtimes ?? []
    var arguments = process.start.arguments + (record.origin.map { [$0] } ?? [])
    // A package of the app's may bring a "node" of its own, which is not for what is nextdeploy's.
    if process.launcher != nil, let node = runtimes.first(where: { $0.name == arguments.first }) {
      arguments[0] = node.path
    }
    return Service(
      release: release.id, deploy: record.id, directory: process.directory, arguments: arguments,
      environment: given.variables,
      path: (runtimes.map(\.directory) + [seams.baseEnvironment["PATH"] ?? ""]).joined(separator: ":"),
      drainTimeout: process.drainTimeout, stopTimeout: 10)
  }
}

extension Half {
  /// Begins with the new release's instance while that is still made, where what is live has one too.
  func prepareInstance() throws {
    guard try seams.state.live()?.instance != nil, let id = try seams.manager.prepare(app, for: record.id) else {
      return
    }
    try steps.writer.prepares(id)
  }

  /// Gives up the instance that was prepared for a release that needs none.
  func giveUpInstance() throws {
    guard let id = record.instance else { return }
    try seams.manager.stop(id)
    try steps.writer.prepares(nil)
  }

  fileprivate func requireRuntimes(of release: ReleaseRecord) throws {
    for tool in release.process?.runtimes ?? [] where !seams.toolbox.isThere(tool) {
      throw Failure(
        "starting the release \(release.id)",
        "it was built with \(tool.name) \(tool.version), and \(tool.path) is gone",
        next:
          "Bring it back ('nextdeploy runtime install \(tool.name)@\(tool.version)' on the server, where it is from "
          + "there), or "
          + (release.commit.hasFiles ? "'nextdeploy rebuild \(release.commit.id.short)'." : "ship its archive again."))
    }
  }
}

extension ReleaseRecord {
  /// Whether the runtimes are still there that it runs with.
  func hasRuntimes(in toolbox: some Toolbox) -> Bool { (process?.runtimes ?? []).allSatisfy(toolbox.isThere) }
}
