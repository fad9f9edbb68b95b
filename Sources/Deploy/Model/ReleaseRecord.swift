/// What a release is, written once when it is made.
public struct ReleaseRecord: Equatable, Sendable {
  public let id: ReleaseID
  public let source: Source
  /// Which tree it was built from, and with what; the same key, the same release.
  public let buildKey: String
  /// As in "Next.js 16.4.5 (standalone)".
  public let framework: String
  public let serving: Serving
  /// What the app's environment was when it was built.
  public let environmentMark: EnvironmentMark?
  public let health: HealthPolicy
  /// RFC 3339.
  public let createdAt: String

  /// The commit that it was built from.
  public var commit: Commit {
    switch source {
    case .commit(let commit): commit
    }
  }

  /// What starts it.
  public var process: AppProcess {
    switch serving {
    case .process(let process): process
    }
  }
}

extension ReleaseRecord: Codable {
  private enum Key: CodingKey { case id, buildKey, framework, environmentMark, health, createdAt }

  /// Reads also what earlier versions wrote: source and serving have no objects of their own.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    id = try values.decode(ReleaseID.self, forKey: .id)
    source = try Source(from: decoder)
    buildKey = try values.decode(String.self, forKey: .buildKey)
    framework = try values.decode(String.self, forKey: .framework)
    serving = try Serving(from: decoder)
    environmentMark = try values.decodeIfPresent(EnvironmentMark.self, forKey: .environmentMark)
    health = try values.decode(HealthPolicy.self, forKey: .health)
    createdAt = try values.decode(String.self, forKey: .createdAt)
  }

  /// Writes it so that earlier versions can read it.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(id, forKey: .id)
    try source.encode(to: encoder)
    try values.encode(buildKey, forKey: .buildKey)
    try values.encode(framework, forKey: .framework)
    try serving.encode(to: encoder)
    try values.encodeIfPresent(environmentMark, forKey: .environmentMark)
    try values.encode(health, forKey: .health)
    try values.encode(createdAt, forKey: .createdAt)
  }
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
