/// What a release is, written once when it is made.
public struct ReleaseRecord: Equatable, Codable, Sendable {
  public let id: ReleaseID
  public let commit: Commit
  /// Which tree it was built from, and with what; the same key, the same release.
  public let buildKey: String
  /// As in "Next.js 16.4.5 (standalone)".
  public let framework: String
  public let start: Work
  /// What `start` runs where that is a program of nextdeploy's own.
  public let launcher: Launcher?
  /// Where it is started, below the release's files.
  public let directory: RelativePath
  /// What its build was given and its instances must be given too.
  public let environment: [String: String]
  /// What the app's environment was when it was built.
  public let environmentMark: EnvironmentMark?
  public let health: HealthPolicy
  public let drainTimeout: Double
  /// RFC 3339.
  public let createdAt: String

  /// Whether it is a build of Next.js, whatever server it has.
  var isNext: Bool { environment[Self.nextDeployment] != nil }

  /// What only a build of Next.js is given, the same as its instances.
  static let nextDeployment = "NEXT_DEPLOYMENT_ID"
}

/// What is live.
public struct LiveRecord: Equatable, Codable, Sendable {
  public let release: ReleaseID
  /// What was pushed; the release may have been built from another commit with the same files.
  public let commit: Commit
  public let deploy: DeployID
  public let instance: InstanceID
  /// Where the instance listens; nil is 127.0.0.1.
  public let address: LoopbackAddress?
  /// The site's origin that it was told at its start; nil where it is told none.
  public let origin: String?
  /// What the app's environment was when it was started.
  public let environmentMark: EnvironmentMark?
  /// RFC 3339.
  public let since: String

  /// Where the proxy finds it.
  public var upstream: Upstream { Upstream(address ?? .v4, port: instance.port) }
}
