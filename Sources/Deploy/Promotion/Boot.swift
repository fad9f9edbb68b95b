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
    let files = seams.releases.files(of: release.id)
    var variables = seams.baseEnvironment
    let bins = PackageManagerChoice.ancestors(of: release.directory).map { "\($0.below(files))/node_modules/.bin" }
    variables["PATH"] = (bins + [seams.releases.programs(of: release.id), variables["PATH"] ?? ""]).joined(
      separator: ":")
    variables["NODE_ENV"] = "production"
    // The app's own variables win over what its start command sets, but not over what the build has to be told by.
    variables.merge(release.environment) { _, own in own }
    variables.merge(environment.forInstances) { _, own in own }
    if release.isNext {
      variables[Self.serverActionsKey] = try serverActionsKey(environment, own: environment.forInstances)
    }
    variables.merge(release.environment.filter { VariableName.taken[$0.key] != nil }) { _, own in own }
    variables["PWD"] = release.directory.below(files)
    variables["PORT"] = port.description
    // Told 127.0.0.1, Next's own server of 13 and before, and a server of an app's own, take Next for another site.
    variables["HOSTNAME"] = release.isNext ? "localhost" : "127.0.0.1"
    return Service(
      arguments: release.start.arguments + (record.origin.map { [$0] } ?? []), environment: variables,
      directory: release.directory.below(files),
      log: seams.state.logFile(of: record.id), drainTimeout: release.drainTimeout,
      stopTimeout: 10)
  }
}
