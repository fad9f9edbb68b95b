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
    let mark = try EnvironmentMark(environment, seams.repository)
    return try steps.run(.boot) {
      let id = try seams.manager.reserve(app)
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
    given.identity = process.environment.filter { ProgramEnvironment.taken[$0.key] != nil }
    if process.isNext { given.serverActionsKey = try ServerActionsKey.value(environment, own: given.own, seams) }
    // Told 127.0.0.1, Next's own server of 13 and before, and a server of an app's own, take Next for another site.
    given.listening = (port, process.isNext ? "localhost" : "127.0.0.1")
    return Service(
      release: release.id, deploy: record.id, directory: process.directory,
      arguments: process.start.arguments + (record.origin.map { [$0] } ?? []), environment: given.variables,
      path: seams.baseEnvironment["PATH"] ?? "",
      drainTimeout: process.drainTimeout, stopTimeout: 10)
  }
}
