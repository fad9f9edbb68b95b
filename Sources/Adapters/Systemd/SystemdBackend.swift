import Deploy
import Hooks
import Posix

/// A server whose apps, builds and Caddy are systemd units, with a user for each app.
struct SystemdBackend: Backend {
  let layout: Layout
  let environment: [String: String]
  let isBooting: Bool
  /// The instance that this process's deploy may go on with.
  let expected: InstanceID?

  var capabilities: Capabilities { Capabilities(limits: true, tls: true, isolation: true) }

  var owner: String? { "nextdeploy" }

  var caddy: any CaddyService {
    SystemdCaddy(
      sites: layout.caddy, variables: environment, tools: MachineTools(layout: layout, environment: environment))
  }

  var logs: any InstanceLogs { SystemdJournal(layout: layout, environment: environment) }

  func services(
    on ports: PortRange, limits: @escaping @Sendable (AppName) throws -> Limits
  ) -> any ServiceManager {
    manager(on: ports, limits)
  }

  private func manager(
    on ports: PortRange, _ limits: @escaping @Sendable (AppName) throws -> Limits
  ) -> SystemdManager {
    SystemdManager(
      layout: layout, ports: ports, environment: environment, waits: !isBooting, expected: expected, limits: limits)
  }

  /// Has systemd start the units of the checkout and of the next instance, without waiting for it.
  func expectDeploy(
    of app: AppName, withInstance: Bool, on ports: PortRange, limits: @escaping @Sendable (AppName) throws -> Limits
  ) throws -> (any ExpectedDeploy)? {
    let files = FilesUnit(app: app, layout: layout, environment: environment) { _ in }
    let instance = withInstance ? try manager(on: ports, limits).expect(app) : nil
    let units = try [instance.map { Units.instance($0.instance) }, files.expected()].compactMap(\.self)
    if !units.isEmpty { try Systemctl(environment: environment).begin(["start", "--no-block"] + units) }
    return instance
  }

  func probe(of ports: PortRange) -> any Probe & PortListeners { HTTPProbe(instances: ports) }

  func runner(of app: AppName, builds: Int, mayName: @escaping (AppName) -> Bool) -> any Runner {
    SystemdRunner(app: app, layout: layout, builds: builds, environment: environment, mayName: mayName)
  }

  func files(of app: AppName, tell: @escaping @Sendable (String) -> Void) -> any FileAccess {
    FilesUnit(app: app, layout: layout, environment: environment, tell: tell)
  }

  /// The package's hooks, which only root can change.
  func hooks(running program: String) throws -> String {
    // Without the hook, git would report success although nothing was deployed.
    guard Files.isExecutable("\(Hooks.directory)/post-receive") else {
      throw Failure(
        "taking the push", "\(Hooks.directory)/post-receive is missing, or cannot be run",
        next: "Run 'sudo nextdeploy setup', then push again.")
    }
    return Hooks.directory
  }

  func requireUsable(_ ports: PortRange) throws { try PortRule.requireKept(ports) }

  var doctor: Doctor {
    var environment = environment
    // nextdeploy does not see what root's own PATH has in addition.
    if CurrentProcess.isRoot { environment["PATH"] = Command.systemPath }
    let programs = TimedPrograms(environment: environment)
    return Doctor(
      layout: layout, programs: programs,
      backend: SystemdChecks(
        layout: layout, programs: programs,
        units: InstanceUnits(
          layout: layout, systemctl: Systemctl(environment: programs.environment, within: programs.seconds))))
  }
}
