/// What the environment was that something was built or started with, to tell later whether it has changed.
///
/// Of the app's own variables: what Doppler keeps is not asked for every time that somebody looks.
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

/// What it takes for what is live to have the environment as it is now.
public enum EnvironmentChange: String, Codable, Sendable {
  /// Its build saw other values.
  case rebuild
  /// Only its start did.
  case restart

  /// Nil where it has it.
  ///
  /// - Parameter built: of the live release.
  public static func needed(
    live: LiveRecord, built: ReleaseRecord?, by environment: AppEnvironment, _ repository: any Repository
  ) throws -> EnvironmentChange? {
    let now = try EnvironmentMark(environment, repository)
    if let mark = built?.environmentMark, mark.builds != now.builds { return .rebuild }
    if let mark = live.environmentMark, mark.instances != now.instances { return .restart }
    return nil
  }
}
