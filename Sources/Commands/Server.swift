import SSHAccess
import Console
import Deploy
import Git
import Adapters
import Posix

/// The wiring: the adapters of this machine, put into the seams of a deploy.
struct Server {
  let environment: [String: String]
  let layout: Layout
  let apps: Apps
  let terminal: Terminal
  let machine: Machine
  /// Whether starting an instance waits until its process runs.
  var waits = true
  /// Who asks.
  var rights = Rights.server
  /// The path of this program.
  let binary = CurrentProcess.executable
  /// The program that stays beside what it starts. It lies beside this one, or where the package puts it.
  var supervisor: String {
    let directory = Files.parent(binary)
    let beside = "\(directory)/nextdeploy-supervisor"
    return Files.exists(beside) ? beside : "\(Files.parent(directory))/lib/nextdeploy/nextdeploy-supervisor"
  }

  init(environment: [String: String], root: String? = nil) {
    self.environment = environment
    // Other programs are handed paths below it, and they run in other directories.
    let root = root ?? environment["NEXTDEPLOY_ROOT"] ?? Self.usualRoot
    layout = Layout(root: root.hasPrefix("/") ? root : "\(CurrentProcess.directory)/\(root)")
    apps = Apps(layout: layout)
    machine = Machine(root: layout.root)
    terminal = Terminal(environment: environment)
  }

  static let usualRoot = "/opt/nextdeploy"

  func repository(of app: AppName) -> BareRepository {
    let limits: @Sendable () throws -> PushLimits = { [apps] in try apps.serverConfig().push ?? PushLimits() }
    guard let files = files(of: app) else { return BareRepository(path: layout.app(app).repository, limits: limits) }
    return BareRepository(
      path: layout.app(app).repository, asOwner: { commit in try files.checkOut(commit, limits()) }, limits: limits)
  }

  /// What works on an app's files as the users whose they are; nil where all are this user's.
  private func files(of app: AppName) -> FilesUnit? {
    if machine == .embedded { return nil }
    return FilesUnit(app: app, layout: layout, environment: baseEnvironment) { [terminal] in
      terminal.printError("warning: \($0)")
    }
  }

  /// - Parameter tell: told what could not be removed.
  func leftovers(of app: AppName, _ tell: @escaping (String) -> Void) -> Leftovers {
    Leftovers(owners: files(of: app), tell: tell)
  }

  func state(of app: AppName) -> AppDirectory {
    AppDirectory(app: app, layout: layout.app(app), journal: machine == .systemd ? journal : nil)
  }

  func releases(of app: AppName, _ leftovers: Leftovers? = nil) throws -> ReleaseDirectory {
    ReleaseDirectory(
      layout: layout.app(app), sharing: machine == .systemd ? try Sharing() : nil,
      leftovers: leftovers ?? self.leftovers(of: app) { [terminal] in terminal.printError("warning: \($0)") })
  }

  var journal: Journal { Journal(environment: baseEnvironment) }

  var caddy: any CaddyService {
    switch machine {
    case .systemd: SystemdCaddy(directory: layout.caddy, environment: baseEnvironment, tools: toolbox)
    case .embedded:
      EmbeddedCaddy(
        directory: layout.caddy, supervisor: supervisor, environment: baseEnvironment, tools: toolbox)
    }
  }

  /// - Parameter tell: is told what was mended beside what was asked for.
  func proxy(_ tell: ((String) -> Void)? = nil) throws -> CaddySites {
    let config = try apps.serverConfig()
    return try CaddySites(
      directory: machine == .systemd ? layout.caddy : EmbeddedCaddy.sites(below: layout.caddy),
      httpPort: config.httpPort, service: caddy, switching: config.switching ?? .rename,
      tell: tell ?? { [terminal] in terminal.printError("warning: \($0)") })
  }

  func manager() throws -> any ServiceManager {
    let ports = try apps.serverConfig().ports
    switch machine {
    case .systemd: return systemdManager(ports)
    case .embedded: return EmbeddedManager(layout: layout, ports: ports, supervisor: supervisor)
    }
  }

  private func systemdManager(_ ports: PortRange) -> SystemdManager {
    SystemdManager(layout: layout, ports: ports, environment: baseEnvironment, waits: waits) { [apps] app in
      try apps.config(of: app).limits ?? Limits()
    }
  }

  /// Has an app's running instances take over its limits; false where this machine knows none.
  func applyLimits(of app: AppName) throws -> Bool {
    guard machine == .systemd else { return false }
    try systemdManager(try apps.serverConfig().ports).applyLimits(of: app)
    return true
  }

  private func probe() throws -> HTTPProbe {
    HTTPProbe(instances: machine == .systemd ? try apps.serverConfig().ports : nil)
  }

  func runner(of app: AppName) throws -> any Runner {
    switch machine {
    case .systemd:
      SystemdRunner(
        app: app, layout: layout, builds: try apps.serverConfig().builds ?? 1, environment: baseEnvironment,
        mayName: rights.allows)
    case .embedded: GuardedRunner(app: app, layout: layout.app(app), supervisor: supervisor)
    }
  }

  var toolbox: MachineTools {
    MachineTools(path: baseEnvironment["PATH"] ?? "", cache: layout.tools, environment: baseEnvironment)
  }

  func doppler(of app: AppName) -> DopplerSource {
    DopplerSource(directory: layout.app(app).doppler, environment: baseEnvironment)
  }

  /// What every program that is started gets of this one's environment. In a hook that has GIT_* variables,
  /// which would turn an app's own use of git to nextdeploy's repository.
  var baseEnvironment: [String: String] {
    var base = ["LANG": "C.UTF-8", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/"]
    for name in ["PATH", "HOME", "LANG", "TMPDIR", "USER"] {
      if let value = environment[name] { base[name] = value }
    }
    if base["USER"] == nil { base["USER"] = Accounts.name(ofUser: CurrentProcess.user) }
    return base
  }

  /// Holds this process, and each that it starts, to the memory that what was pushed may take; before a site, they go.
  func restrain() throws {
    let machine = CurrentProcess.memoryOfMachine
    try CurrentProcess.restrain(memory: (apps.serverConfig().push ?? PushLimits()).memory(of: machine).bytes)
  }

  /// - Parameter log: the file that gets what is reported, beside the terminal.
  func seams(of app: AppName, log: String?) throws -> Seams {
    if machine == .systemd && log != nil { try Sharing().prepare(layout.app(app)) }
    return try seams(of: app, events: Events(log.map { try sinks(log: $0) } ?? [Reporter(terminal: terminal)]))
  }

  /// Whoever pushed, and the deploy's log.
  private func sinks(log path: String) throws -> [any EventSink] {
    let log = try DeployLog(path: path)
    let reporter = Reporter(terminal: terminal) { log.write($0) }
    log.whenFailing = { [terminal, unowned reporter] error in
      if reporter.hasListener { terminal.printError("warning: \(error)") }
    }
    return [reporter, log]
  }

  private func seams(of app: AppName, events: Events) throws -> Seams {
    let leftovers = leftovers(of: app) { events.warn($0) }
    return Seams(
      repository: repository(of: app), state: state(of: app),
      workspace: WorkspaceDirectory(layout: layout.app(app), leftovers: leftovers),
      releases: try releases(of: app, leftovers),
      manager: try manager(), proxy: try proxy { events.warn($0) }, probe: try probe(), runner: try runner(of: app),
      toolbox: toolbox,
      secrets: doppler(of: app), events: events, baseEnvironment: baseEnvironment,
      config: { try apps.config(of: app) }, pause: { Pause.for(.seconds($0)) },
      origin: { [self] config in origin(of: config) })
  }

  /// Where an app's visitors reach it: its first domain, or the address that this client used for the server.
  func origin(of config: AppConfig) -> Origin {
    guard let domain = config.domains.first else {
      return Origin(.http, host: address?.inURL ?? "localhost", port: config.port.number)
    }
    if machine == .systemd { return Origin(.https, host: domain.description) }
    return Origin(.http, host: domain.description, port: (try? apps.serverConfig().httpPort.number) ?? 8080)
  }

  /// The app that a command is about. What a crash left of it is put right first.
  func app(_ name: String?) throws -> AppName {
    let app = try find(name)
    try recover(app)
    return app
  }

  /// The same, nothing put right.
  func find(_ name: String?) throws -> AppName { try apps.find(name, for: rights) }

  private func recover(_ app: AppName) throws {
    let state = state(of: app)
    let interrupted = try !state.interruptedRecords().isEmpty
    let lost =
      try state.live().map { live in
        try manager().state(of: live.instance) == .lost || !caddy.isRunning
          || proxy().upstream(of: app) != live.upstream
      } ?? false
    guard interrupted || lost else { return }
    try putRight(app)
  }

  /// Settles what a crash or a reboot left of an app. Where another process holds the turn, that one does.
  func putRight(_ app: AppName) throws {
    _ = try state(of: app).inTurn { try recovery(of: app).run() }
  }

  func recovery(of app: AppName) throws -> Recovery {
    let seams = try seams(of: app, events: Events([QuietReporter(terminal: terminal)]))
    return Recovery(app: app, config: try apps.config(of: app), seams: seams)
  }
}
