import SSHAccess
import Adapters
import Console
import Deploy
import Git
import Posix

/// The app that a command is about: it is there, and open to whoever asks.
struct AppContext {
  let server: Server
  let name: AppName

  init(server: Server, name: AppName) {
    self.server = server
    self.name = name
  }

  /// The app of a name, or the only one where none is given, among those that are the asker's.
  init(finding name: String?, for server: Server) throws {
    self.init(server: server, name: try server.apps.find(name, for: server.rights))
  }

  var layout: AppLayout { server.layout.app(name) }
  var terminal: Terminal { server.terminal }
  var state: AppDirectory { AppDirectory(app: name, layout: layout, logs: server.backend.logs) }
  var releases: ReleaseDirectory { ReleaseDirectory(layout: layout, leftovers: leftovers(server.warn)) }
  var doppler: DopplerSource { DopplerSource(directory: layout.doppler, environment: server.baseEnvironment) }

  private var files: any FileAccess { server.backend.files(of: name, tell: server.warn) }

  var repository: BareRepository {
    let limits: @Sendable () throws -> PushLimits = { [apps = server.apps] in
      try apps.serverConfig().push ?? PushLimits()
    }
    let files = files
    return BareRepository(
      path: layout.repository, asOwner: { commit in try files.checkOut(commit, limits()) }, limits: limits)
  }

  func config() throws -> AppConfig { try server.apps.config(of: name) }

  func runner() throws -> any Runner {
    server.backend.runner(
      of: name, builds: try server.apps.serverConfig().builds ?? 1, mayName: server.rights.allows)
  }

  /// - Parameter tell: told what could not be removed.
  func leftovers(_ tell: @escaping (String) -> Void) -> Leftovers { Leftovers(files: files, tell: tell) }

  /// Where the app's visitors reach it.
  func origin() throws -> Origin { server.origin(of: try config()) }

  /// How the app is.
  func status() throws -> AppStatus {
    try AppStatus(
      of: name, in: state, releases: releases, state: { try server.services().state(of: $0) },
      upstream: { try server.proxy().upstream(of: $0) })
  }

  // MARK: Deploys

  /// Deploys and returns the exit status. What there is to say is said while it happens.
  func deploy(_ request: Deployment.Request) throws -> Int32 {
    CurrentProcess.ignoreBrokenPipes()
    try server.restrain()
    let record = try Deployment.run(request, app: name, state: state) { record in
      try files.prepare()
      return try seams(sinks(of: record.id))
    }
    return record.outcome == .failed ? record.failure?.exitCode ?? 1 : 0
  }

  /// Whoever pushed, and the deploy's log.
  private func sinks(of deploy: DeployID) throws -> [any EventSink] {
    let log = try DeployLog(path: layout.deployLog(deploy))
    let reporter = Reporter(terminal: terminal) { log.write($0) }
    log.whenFailing = { [terminal, unowned reporter] error in
      if reporter.hasListener { terminal.printError("warning: \(error)") }
    }
    return [reporter, log]
  }

  /// What a deploy of the app acts through.
  ///
  /// - Parameter sinks: who is told what happens.
  func seams(_ sinks: [any EventSink] = []) throws -> Seams {
    let events = Events(sinks)
    let leftovers = leftovers { events.warn($0) }
    return Seams(
      repository: repository, state: state, workspace: WorkspaceDirectory(layout: layout, leftovers: leftovers),
      releases: ReleaseDirectory(layout: layout, leftovers: leftovers), manager: try server.services(),
      proxy: try server.proxy { events.warn($0) },
      probe: server.backend.probe(of: try server.apps.serverConfig().ports), runner: try runner(),
      toolbox: MachineTools(layout: server.layout, environment: server.baseEnvironment), secrets: doppler,
      events: events, baseEnvironment: server.baseEnvironment, config: config,
      pause: { Pause.for(.seconds($0)) }, origin: server.origin)
  }

  // MARK: Recovery

  /// Settles what a crash or a reboot left of the app, where there is anything.
  func recoverIfNeeded() throws {
    let status = try status()
    if try status.needsRecovery || status.live != nil && !server.backend.caddy.isRunning { try recover() }
  }

  /// Settles what a crash or a reboot left of the app. Where another process deploys it, that one does.
  func recover() throws { _ = try state.withDeployLock { try recovery().run() } }

  /// What it says goes to standard error, so that a command's own output stays what it is.
  func recovery() throws -> Recovery {
    Recovery(app: name, config: try config(), seams: try seams([QuietReporter(terminal: terminal)]))
  }
}
