/// How a release is served.
public enum Serving: Equatable, Codable, Sendable {
  /// By a process of the app's own, behind the proxy.
  case process(AppProcess)

  /// Reads what stands in the release's record itself, as it has from the first version on.
  public init(from decoder: any Decoder) throws { self = .process(try AppProcess(from: decoder)) }

  /// Writes it into the release's record itself.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .process(let process): try process.encode(to: encoder)
    }
  }
}

/// What starts an app.
public struct AppProcess: Equatable, Codable, Sendable {
  public let start: Work
  /// What `start` runs where that is a program of nextdeploy's own.
  public let launcher: Launcher?
  /// Where it is started, below the release's files.
  public let directory: RelativePath
  /// What its build was given and its instances must be given too.
  public let environment: [String: String]
  /// Seconds that its connections get to end by themselves.
  public let drainTimeout: Double

  /// What starts an app in this way.
  public init(
    start: Work, launcher: Launcher? = nil, directory: RelativePath, environment: [String: String], drainTimeout: Double
  ) {
    self.start = start
    self.launcher = launcher
    self.directory = directory
    self.environment = environment
    self.drainTimeout = drainTimeout
  }

  /// Whether it is a build of Next.js, whatever server it has.
  var isNext: Bool { environment[Self.nextDeployment] != nil }

  /// What only a build of Next.js is given, the same as its instances.
  static let nextDeployment = "NEXT_DEPLOYMENT_ID"
}
