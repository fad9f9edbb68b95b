/// A release that was started on a port of its own.
struct Instance {
  let id: InstanceID
  let release: ReleaseRecord
}

extension Deployment {
  func boot(_ release: ReleaseRecord, _ environment: AppEnvironment) throws -> Instance {
    record.environmentMark = try EnvironmentMark(environment, seams.repository)
    return try step(.boot) {
      let id = try seams.manager.reserve(app)
      record.instance = id
      record.origin = release.launcher.map { _ in seams.origin(config).description }
      try seams.state.save(record, durable: true)
      try seams.manager.start(id, service(of: release, on: id.port, environment))
      return (Instance(id: id, release: release), "port \(id.port)")
    }
  }

  private func service(of release: ReleaseRecord, on port: Port, _ environment: AppEnvironment) throws -> Service {
    var variables = seams.baseEnvironment
    let path = variables.removeValue(forKey: "PATH") ?? ""
    variables["NODE_ENV"] = "production"
    // The app's own variables win over what its start command sets, but not over what the build has to be told by.
    variables.merge(release.environment) { _, own in own }
    variables.merge(environment.forInstances) { _, own in own }
    if release.isNext {
      variables[Self.serverActionsKey] = try serverActionsKey(environment, own: environment.forInstances)
    }
    variables.merge(release.environment.filter { VariableName.taken[$0.key] != nil }) { _, own in own }
    variables["PORT"] = port.description
    // Told 127.0.0.1, Next's own server of 13 and before, and a server of an app's own, take Next for another site.
    variables["HOSTNAME"] = release.isNext ? "localhost" : "127.0.0.1"
    return Service(
      release: release.id, deploy: record.id, directory: release.directory,
      arguments: release.start.arguments + (record.origin.map { [$0] } ?? []), environment: variables, path: path,
      drainTimeout: release.drainTimeout, stopTimeout: 10)
  }
}
