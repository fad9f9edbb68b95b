/// A fingerprint of the environment that something was built or started with, to tell later whether it has changed.
///
/// It covers the app's own variables only: Doppler is not asked each time somebody looks.
public struct EnvironmentMark: Equatable, Codable, Sendable {
  let builds: String
  let instances: String

  init(_ environment: AppEnvironment, _ repository: any Repository) throws {
    let own = environment.own
    var started = own.forInstances
    // With another token all that it stands for may be another.
    started[DopplerAccess.tokenName] = own.variables[DopplerAccess.tokenName]?.value
    builds = try repository.fingerprint(AppEnvironment.identity(of: own.forBuilds))
    instances = try repository.fingerprint(AppEnvironment.identity(of: started))
  }
}

/// What it takes to bring the live release up to date with the environment as it is now.
public enum EnvironmentChange: String, Codable, Sendable {
  /// The release was built with other values.
  case rebuild
  /// Only its instance was started with other values.
  case restart

  /// What is needed; nil if the live release has the current environment already.
  ///
  /// - Parameter built: the live release's record, if it is known.
  public static func needed(
    live: LiveRecord, built: ReleaseRecord?, by environment: AppEnvironment, _ repository: any Repository
  ) throws -> EnvironmentChange? {
    let now = try EnvironmentMark(environment, repository)
    if let mark = built?.environmentMark, mark.builds != now.builds { return .rebuild }
    return try isNew(environment, to: live, repository) ? .restart : nil
  }

  /// Whether a new instance would be given other variables than those that the live one was started with.
  public static func isNew(
    _ environment: AppEnvironment, to live: LiveRecord, _ repository: any Repository
  ) throws -> Bool {
    guard let mark = live.environmentMark else { return false }
    return mark.instances != (try EnvironmentMark(environment, repository)).instances
  }
}
