/// What a release is; written once, when it is made.
public struct ReleaseRecord: Equatable, Sendable {
  /// The release's id, which is that of the deploy that made it.
  public let id: ReleaseID
  /// What it was made from.
  public let source: Source
  /// What stands for the tree it was built from and how; a tree with the same key need not be built again.
  public let buildKey: String
  /// What kind of app it is, in words, as in "Next.js 16.4.5 (standalone)".
  public let framework: String
  /// How it is served once it is live.
  public let serving: Serving
  /// A fingerprint of the app's environment when it was built; nil in older records.
  public let environmentMark: EnvironmentMark?
  /// When an instance of it counts as healthy.
  public let health: HealthPolicy
  /// When the deploy that made it began (RFC 3339).
  public let createdAt: String
  /// What of it can have known holes; nil in older records.
  public let inventory: Inventory?
  /// What ran once before it was started, for migrations; nil for nothing, and in older records.
  public var releaseCommand: String?

  /// The commit that it was built from, or that stands for the archive that it was.
  public var commit: Commit { source.commit }

  /// How it is started; nil if it has no process.
  public var process: AppProcess? {
    if case .process(let process) = serving { process } else { nil }
  }

  /// How the proxy serves its files; nil if a process serves it.
  public var site: StaticSite? {
    if case .files(let site) = serving { site } else { nil }
  }
}

extension ReleaseRecord: Codable {
  private enum Key: CodingKey {
    case id, buildKey, framework, environmentMark, health, createdAt, inventory, releaseCommand
  }

  /// Decodes a record, also one of an earlier version: source and serving are not objects of their own.
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
    inventory = try values.decodeIfPresent(Inventory.self, forKey: .inventory)
    releaseCommand = try values.decodeIfPresent(String.self, forKey: .releaseCommand)
  }

  /// Encodes the record so that earlier versions can read it.
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
    try values.encodeIfPresent(inventory, forKey: .inventory)
    try values.encodeIfPresent(releaseCommand, forKey: .releaseCommand)
  }
}

/// What is live: the release, and the instance that serves it where the proxy does not.
public struct LiveRecord: Equatable, Codable, Sendable {
  /// The release that is live.
  public let release: ReleaseID
  /// What was pushed; the release may have been built from another commit with the same files.
  public let commit: Commit
  /// The deploy that made it live.
  public let deploy: DeployID
  /// The instance that answers visitors; nil where the proxy serves the release's files by itself.
  public let instance: InstanceID?
  /// The loopback address on which the instance listens; nil is 127.0.0.1.
  public let address: LoopbackAddress?
  /// The site's origin as the instance was told it at its start; nil if it was told none.
  public let origin: String?
  /// A fingerprint of the app's environment when the instance was started; nil in older records.
  public let environmentMark: EnvironmentMark?
  /// When it went live (RFC 3339).
  public let since: String

  /// Where the proxy sends the app's requests.
  public var destination: Destination {
    instance.map { .instance(Upstream(address ?? .v4, port: $0.port)) } ?? .files(of: release)
  }
}
