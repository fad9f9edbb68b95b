import SSHAccess
import Adapters
import Console
import Deploy
import Git
import Posix

/// The app that a command is about: it exists, and the user may access it.
struct AppContext {
  let server: Server
  let name: AppName

  init(server: Server, name: AppName) {
    self.server = server
    self.name = name
  }

  /// Finds the app with the given name, or the only app if none is given, among those that the user may access.
  init(finding name: String?, for server: Server) throws {
    self.init(server: server, name: try server.apps.find(name, for: server.rights))
  }

  var layout: AppLayout { server.layout.app(name) }
  var terminal: Terminal { server.terminal }
  var state: AppDirectory { AppDirectory(app: name, layout: layout, logs: server.backend.logs) }
  var releases: ReleaseDirectory { ReleaseDirectory(layout: layout, leftovers: leftovers(server.warn)) }
  var doppler: DopplerSource { DopplerSource(directory: layout.doppler, environment: server.baseEnvironment) }

  var files: any FileAccess { server.backend.files(of: name, tell: server.warn) }

  var repository: BareRepository {
    let limits: @Sendable () throws -> PushLimits = { [apps = server.apps] in
      try apps.serverConfig().push ?? PushLimits()
    }
    let (files, confined) = (files, checkOutConfined)
    return BareRepository(
      path: layout.repository,
      byAnother: { [layout] commit, directory in
        directory == layout.unbuiltFiles
          ? try ConfinedCheckOut(layout).run(by: confined(commit)) : try files.checkOut(commit, limits())
      }, limits: limits)
  }

  private var checkOutConfined: @Sendable (Commit) -> Command {
    // The settings that git and libgit2 look for at home are out of its reach.
    let own = ["NEXTDEPLOY_ROOT": server.layout.root, "HOME": layout.unbuilt]
    return { [server, name] commit in
      Command(
        [server.binary, "run-checkout", name.description, commit.id.description, "\(CurrentProcess.id)"],
        environment: server.baseEnvironment.merging(own) { $1 })
    }
  }

  /// The app's own variables, with what Doppler keeps for it.
  func allVariables() throws -> AppEnvironment {
    let own = try state.environment()
    return try DopplerAccess(own).map { try own.adding(doppler.fetch($0), from: $0) } ?? own
  }

  func config() throws -> AppConfig { try server.apps.config(of: name) }

  func runner() throws -> any Runner {
    server.backend.runner(
      of: name, builds: try server.apps.serverConfig().builds ?? 1, mayName: server.rights.allows)
  }

  /// - Parameter tell: called with a message about what could not be removed.
  func leftovers(_ tell: @escaping (String) -> Void) -> Leftovers { Leftovers(files: files, tell: tell) }

  /// The address at which visitors reach the app.
  func origin() throws -> Origin { server.origin(of: try config()) }

  /// The status of the app.
  func status() throws -> AppStatus {
    try AppStatus(
      of: name, in: state, releases: releases, state: { try server.services().state(of: $0) },
      destination: { try server.proxy().destination(of: $0) })
  }

  // MARK: Deploys

  /// Deploys, reporting as it goes, and returns the exit status.
  func deploy(_ request: Deployment.Request) throws -> Int32 {
    CurrentProcess.ignoreBrokenPipes()
    try server.restrain()
    let record = try Deployment.run(request, app: name, deploys: state, clock: MachineClock()) { record in
      try files.prepare()
      return try seams(sinks(of: record.id))
    }
    beginPacking(within: (try? config()).map { $0.archive ?? ArchiveSettings() })
    return record.outcome == .failed ? record.failure?.exitCode ?? 1 : 0
  }

  /// Where events go: to the pusher, and into the deploy's log.
  private func sinks(of deploy: DeployID) throws -> [any EventSink] {
    let log = try DeployLog(path: layout.deployLog(deploy))
    let reporter = Reporter(terminal: terminal) { log.write($0) }
    log.whenFailing = { [terminal, unowned reporter] error in
      if reporter.hasListener { terminal.printError("warning: \(error)") }
    }
    return [reporter, log] + (Trace.isOn ? [StepTrace()] : [])
  }

  /// Everything that a deploy of the app acts through.
  ///
  /// - Parameter sinks: receive the deploy's events.
  func seams(_ sinks: [any EventSink] = []) throws -> Seams {
    let events = Events(sinks)
    let leftovers = leftovers { events.warn($0) }
    return Seams(
      repository: repository, state: state, workspace: WorkspaceDirectory(layout: layout, leftovers: leftovers),
      payloads: PayloadDirectory(
        layout: layout, leftovers: leftovers, limits: try server.apps.serverConfig().ship ?? ShipLimits()),
      releases: ReleaseDirectory(layout: layout, leftovers: leftovers),
      files: PublicDirectory(
        directory: Layout.publicFiles(of: name, below: server.backend.caddy.sites), layout: layout,
        // Settings that cannot be read are reported where the deploy reads them.
        environment: server.baseEnvironment, kept: (try? config())?.openTabs ?? .openTabs),
      manager: try server.services(),
      proxy: try server.proxy { events.warn($0) },
      probe: server.backend.probe(of: try server.apps.serverConfig().ports), runner: try runner(),
      toolbox: server.tools, runtimes: try server.installer { events.note($0) }, secrets: doppler,
      holes: KnownHoles.list, clock: MachineClock(), events: events, baseEnvironment: server.baseEnvironment,
      config: config,
      origin: server.origin)
  }

  // MARK: Recovery

  /// Recovers the app if a crash or a reboot left it unfinished.
  func recoverIfNeeded() throws {
    let status = try status()
    if try status.needsRecovery || status.live != nil && !server.backend.caddy.isRunning { try recover() }
    beginPacking()
  }

  /// Recovers the app after a crash or a reboot, unless another process is deploying it, which then does so.
  func recover() throws {
    _ = try state.withDeployLock { try recovery().run() }
    beginPacking()
  }

  /// Messages go to standard error, so that a command's own output stays unchanged.
  func recovery() throws -> Recovery {
    Recovery(app: name, config: try config(), seams: try seams([QuietReporter(terminal: terminal)]))
  }
}
