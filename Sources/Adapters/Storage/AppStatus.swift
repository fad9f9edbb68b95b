public import Deploy

/// How an app is: what of it is live, whether that runs and is reached, and how its deploys went.
public struct AppStatus {
  /// The app whose status this is.
  public let app: AppName
  /// Nil if nothing is live yet.
  public let live: LiveRecord?
  /// What is known of the release that is live; nil if it is gone.
  public let release: ReleaseRecord?
  /// How the live instance is.
  public let instance: InstanceState?
  /// Where the proxy sends requests; nil if it sends none.
  public let upstream: Upstream?
  /// The deploys, the oldest first.
  public let deploys: [DeployRecord]
  /// Those of them that have no end and whose builder still runs.
  public let running: [DeployRecord]
  /// Those of them that have no end and whose builder no longer runs.
  public let interrupted: [DeployRecord]

  /// Looks at all of it.
  ///
  /// - Parameters:
  ///   - state: tells how an instance is.
  ///   - upstream: tells where the proxy sends an app's requests.
  public init(
    of app: AppName, in directory: AppDirectory, releases: ReleaseDirectory,
    state: (InstanceID) throws -> InstanceState, upstream: (AppName) throws -> Upstream?
  ) throws {
    self.app = app
    deploys = try directory.records()
    let unfinished = deploys.filter { !$0.isFinished }
    let running = unfinished.filter(directory.isRunning)
    self.running = running
    interrupted = unfinished.filter { deploy in !running.contains { $0.id == deploy.id } }
    live = try directory.live()
    release = try live.flatMap { try releases.read($0.release) }
    instance = try live.map { try state($0.instance) }
    self.upstream = try live == nil ? nil : upstream(app)
  }

  /// Whether requests go elsewhere than to what is live.
  public var isMisled: Bool { live.map { $0.upstream != upstream } ?? false }

  /// Whether what is live is there no more, and its files too.
  public var isGone: Bool { live != nil && release == nil }

  /// Whether recovery has something to do.
  public var needsRecovery: Bool { !interrupted.isEmpty || isMisled || instance == .lost }
}
