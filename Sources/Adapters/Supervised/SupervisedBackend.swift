import Deploy
import Posix

/// A machine without systemd: a supervisor for each instance and for nextdeploy's own Caddy, all run by one user.
struct SupervisedBackend: Backend {
  let layout: Layout
  let environment: [String: String]
  let supervisor: String

  var capabilities: Capabilities { Capabilities(limits: false, tls: false, isolation: false) }

  var owner: String? { nil }

  var caddy: any CaddyService {
    SupervisedCaddy(
      directory: layout.caddy, supervisor: supervisor, environment: environment,
      tools: MachineTools(layout: layout, environment: environment))
  }

  var logs: any InstanceLogs { LogFiles(layout: layout, environment: environment) }

  func services(
    on ports: PortRange, limits: @escaping @Sendable (AppName) throws -> Limits
  ) -> any ServiceManager {
    SupervisedManager(layout: layout, ports: ports, supervisor: supervisor)
  }

  /// Processes of its own are started at once.
  func expectDeploy(
    of app: AppName, withInstance: Bool, on ports: PortRange, limits: @escaping @Sendable (AppName) throws -> Limits
  ) -> (any ExpectedDeploy)? { nil }

  func probe(of ports: PortRange) -> any Probe & PortListeners { HTTPProbe() }

  func runner(of app: AppName, builds: Int, mayName: @escaping (AppName) -> Bool) -> any Runner {
    SupervisedRunner(app: app, layout: layout.app(app), supervisor: supervisor)
  }

  func files(of app: AppName, tell: @escaping @Sendable (String) -> Void) -> any FileAccess {
    OneUser(workspace: layout.app(app).workspace)
  }

  /// The hooks are in a directory below the root.
  func hooks(running program: String) throws -> String {
    try Files.makeDirectory(layout.hooks)
    try HookFile.renew(in: layout.hooks, running: program, lock: layout.hooksLock)
    return layout.hooks
  }

  func requireUsable(_ ports: PortRange) {}

  var doctor: Doctor {
    let programs = TimedPrograms(environment: environment)
    return Doctor(
      layout: layout, programs: programs,
      backend: SupervisedChecks(
        layout: layout, programs: programs,
        caddy: SupervisedCaddy(
          directory: layout.caddy, supervisor: supervisor, environment: programs.environment,
          tools: MachineTools(path: "", cache: layout.tools, environment: [:]))))
  }
}
