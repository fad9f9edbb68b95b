public import Deploy

/// The status of an app: what is live, whether it runs and can be reached, and how its deploys went.
public struct AppStatus {
  /// The app whose status this is.
  public let app: AppName
  /// Nil if nothing is live yet.
  public let live: LiveRecord?
  /// The record of the live release; nil if it is gone.
  public let release: ReleaseRecord?
  /// The state of the live instance; nil if nothing is live, or if it has none.
  public let instance: InstanceState?
  /// Where the proxy sends the app's requests; nil if it sends them nowhere.
  public let destination: Destination?
  /// All deploys, the oldest first.
  public let deploys: [DeployRecord]
  /// The deploys that have not finished and whose builder still runs.
  public let running: [DeployRecord]
  /// The deploys that have not finished and whose builder no longer runs.
  public let interrupted: [DeployRecord]

  /// Whether requests go anywhere other than to what is live.
  public var isMisled: Bool { live.map { $0.destination != destination } ?? false }

  /// Whether the live release no longer exists on the disk.
  public var isGone: Bool { live != nil && release == nil }

  /// Whether recovery has something to do.
  public var needsRecovery: Bool { !interrupted.isEmpty || isMisled || instance == .lost }
}

extension AppStatus {
  /// Collects the status.
  ///
  /// - Parameters:
  ///   - state: returns the state of an instance.
  ///   - destination: returns where the proxy sends an app's requests.
  public init(
    of app: AppName, in directory: AppDirectory, releases: ReleaseDirectory,
    state: (InstanceID) throws -> InstanceState, destination: (AppName) throws -> Destination?
  ) throws {
    let deploys = try directory.records()
    let unfinished = deploys.filter { !$0.isFinished }
    let running = unfinished.filter(directory.isRunning)
    let live = try directory.live()
    self.init(
      app: app, live: live, release: try live.flatMap { try releases.read($0.release) },
      instance: try live?.instance.map(state), destination: try live == nil ? nil : destination(app),
      deploys: deploys, running: running,
      interrupted: unfinished.filter { deploy in !running.contains { $0.id == deploy.id } })
  }
}
