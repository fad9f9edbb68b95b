/// All that a deploy acts through. Everything else in this module decides.
public struct Seams {
  public var repository: any Repository
  public var state: any AppState
  public var workspace: any Workspace
  public var releases: any Releases
  public var manager: any ServiceManager
  public var proxy: any Proxy
  public var probe: any Probe
  public var runner: any Runner
  public var toolbox: any Toolbox
  public var secrets: any SecretsSource
  public var events: Events
  /// The variables that every program of an app is given: PATH, HOME, LANG.
  public var baseEnvironment: [String: String]
  /// The app's settings as they are now.
  public var config: () throws -> AppConfig
  /// Waits for so many seconds.
  public var pause: (Double) -> Void
  /// Where the app's visitors reach it.
  public var origin: (AppConfig) -> Origin

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
