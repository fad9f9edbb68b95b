/// Everything a deploy acts through. The rest of this module only decides.
public struct Seams {
  /// The app's bare repository.
  public var repository: any Repository
  /// The app's records and environment on the disk.
  public var state: any AppState
  /// The directory in which the app is built.
  public var workspace: any Workspace
  /// The app's releases on the disk.
  public var releases: any Releases
  /// Starts and stops instances.
  public var manager: any ServiceManager
  /// Sends visitors' requests to the live instance.
  public var proxy: any Proxy
  /// Asks instances for pages, for health checks.
  public var probe: any Probe
  /// Runs installs, builds and release commands.
  public var runner: any Runner
  /// Finds the machine's node, npm and the like.
  public var toolbox: any Toolbox
  /// Fetches what Doppler keeps for the app.
  public var secrets: any SecretsSource
  /// Where all that happens is told, redacted.
  public var events: Events
  /// The variables that every one of an app's programs is given: PATH, HOME, LANG and the like.
  public var baseEnvironment: [String: String]
  /// Reads the app's settings as they are now.
  public var config: () throws -> AppConfig
  /// Waits for this many seconds.
  public var pause: (Double) -> Void
  /// Where visitors reach an app that has these settings.
  public var origin: (AppConfig) -> Origin

  /// Makes the seams of one app's deploy from their implementations.
  public init(
    repository: any Repository, state: any AppState, workspace: any Workspace, releases: any Releases,
    manager: any ServiceManager, proxy: any Proxy, probe: any Probe, runner: any Runner, toolbox: any Toolbox,
    secrets: any SecretsSource,
    events: Events, baseEnvironment: [String: String], config: @escaping () throws -> AppConfig,
    pause: @escaping (Double) -> Void,
    origin: @escaping (AppConfig) -> Origin
  ) {
    self.repository = repository
    self.state = state
    self.workspace = workspace
    self.releases = releases
    self.manager = manager
    self.proxy = proxy
    self.probe = probe
    self.runner = runner
    self.toolbox = toolbox
    self.secrets = secrets
    self.events = events
    self.baseEnvironment = baseEnvironment
    self.config = config
    self.pause = pause
    self.origin = origin
  }
}
