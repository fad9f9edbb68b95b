/// Everything a deploy acts through. The rest of this module only decides.
public struct Seams {
  /// The commits of the app's bare repository.
  public var repository: any Repository
  /// The refs of the app's bare repository.
  public var refs: any Refs
  /// The records of the app's deploys.
  public var deploys: any DeployRecords
  /// What is live.
  public var state: any LiveState
  /// The app's own variables and keys.
  public var variables: any EnvironmentStore
  /// What the app's instances have written.
  public var output: any InstanceOutput
  /// Keeps the app's deploys apart.
  public var lock: any DeployLock
  /// The directory in which the app is built.
  public var workspace: any Workspace
  /// The programs that the app's builds find besides their own.
  public var programs: any BuildPrograms
  /// The disk on which the app is built.
  public var space: any BuildSpace
  /// What arrives as an archive.
  public var payloads: any Payloads
  /// The app's releases on the disk.
  public var releases: any Releases
  /// What of the releases the proxy serves from the disk.
  public var files: any PublicFiles
  /// Starts and stops instances.
  public var manager: any ServiceManager
  /// Sends visitors' requests to the live instance.
  public var proxy: any Proxy
  /// Asks instances for pages, for health checks.
  public var probe: any Probe
  /// Finds out where programs listen.
  public var listeners: any PortListeners
  /// Runs installs, builds and release commands.
  public var runner: any Runner
  /// Finds the machine's node, npm and the like.
  public var toolbox: any Toolbox
  /// Brings versions of Node and Bun that the machine does not have.
  public var runtimes: any RuntimeSource
  /// Fetches what Doppler keeps for the app.
  public var secrets: any SecretsSource
  /// The holes that are known of what apps are made of.
  public var holes: () throws -> HoleList
  /// The time.
  public var clock: any DeployClock
  /// Where all that happens is told, redacted.
  public var events: Events
  /// The variables that every one of an app's programs is given: PATH, HOME, LANG and the like.
  public var baseEnvironment: [String: String]
  /// Reads the app's settings as they are now.
  public var config: () throws -> AppConfig
  /// Where visitors reach an app that has these settings.
  public var origin: (AppConfig) -> Origin

  /// Makes the seams of one app's deploy from their implementations.
  public init(
    repository: any Repository & Refs, state: any AppState, workspace: any Workspace & BuildPrograms & BuildSpace,
    payloads: any Payloads, releases: any Releases, files: any PublicFiles, manager: any ServiceManager,
    proxy: any Proxy,
    probe: any Probe & PortListeners,
    runner: any Runner, toolbox: any Toolbox, runtimes: any RuntimeSource, secrets: any SecretsSource,
    holes: @escaping () throws -> HoleList, clock: any DeployClock, events: Events,
    baseEnvironment: [String: String], config: @escaping () throws -> AppConfig,
    origin: @escaping (AppConfig) -> Origin
  ) {
    self.repository = repository
    refs = repository
    deploys = state
    self.state = state
    variables = state
    output = state
    lock = state
    self.workspace = workspace
    programs = workspace
    space = workspace
    self.payloads = payloads
    self.releases = releases
    self.files = files
    self.manager = manager
    self.proxy = proxy
    self.probe = probe
    listeners = probe
    self.runner = runner
    self.toolbox = toolbox
    self.runtimes = runtimes
    self.secrets = secrets
    self.holes = holes
    self.clock = clock
    self.events = events
    self.baseEnvironment = baseEnvironment
    self.config = config
    self.origin = origin
  }
}
