/// How a release is served.
public enum Serving: Equatable, Codable, Sendable {
  /// By the app's own process, behind the proxy.
  case process(AppProcess)
  /// By the proxy itself, from the release's files.
  case files(StaticSite)

  private enum Key: CodingKey { case site }

  /// Decodes it from the release's record itself, where a process has been since the first version.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if let site = try values.decodeIfPresent(StaticSite.self, forKey: .site) {
      self = .files(site)
    } else {
      self = .process(try AppProcess(from: decoder))
    }
  }

  /// Encodes it into the release's record itself.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .process(let process): try process.encode(to: encoder)
    case .files(let site):
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(site, forKey: .site)
    }
  }
}

/// How an app is started and stopped.
public struct AppProcess: Equatable, Codable, Sendable {
  /// The program or shell command that starts it.
  public let start: Work
  /// The program of nextdeploy's own that `start` runs; nil if it runs one of the app's.
  public let launcher: Launcher?
  /// The directory in which it is started, from the top of the release's files.
  public let directory: RelativePath
  /// Variables that its instances must be given as its build was.
  public let environment: [String: String]
  /// How long its open connections get to end by themselves, in seconds.
  public let drainTimeout: Double
  /// Where Node keeps what it compiles, from `directory`; nil where it is not told to.
  public let compiled: String?
  /// The runtimes that it was built with and runs with, in place of those on the PATH; nil if there are none.
  public var runtimes: [Tool]?

  /// Describes an app that is started in this way.
  public init(
    start: Work, launcher: Launcher? = nil, directory: RelativePath, environment: [String: String],
    drainTimeout: Double,
    compiled: String? = nil
  ) {
    self.compiled = compiled
    self.start = start
    self.launcher = launcher
    self.directory = directory
    self.environment = environment
    self.drainTimeout = drainTimeout
  }

  /// Whether it is a build of Next.js, whatever server runs it.
  var isNext: Bool { environment[Self.nextDeployment] != nil }

  /// What only a build of Next.js is given, the same as its instances.
  static let nextDeployment = "NEXT_DEPLOYMENT_ID"
}
