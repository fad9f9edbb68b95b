import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// The wiring: the adapters of this machine, put into the seams of a deploy.
struct Server {
  let environment: [String: String]
  let layout: Layout
  let apps: Apps
  let terminal: Terminal
  /// What runs the apps, the builds and Caddy.
  let backend: any Backend
  /// Who asks.
  let rights: Rights
  /// The path of this program.
  let binary = CurrentProcess.executable

  /// - Parameters:
  ///   - root: nextdeploy's own directory, where it is not the environment's or the usual one.
  ///   - isBooting: whether the machine is starting.
  init(environment: [String: String], root: String? = nil, rights: Rights, isBooting: Bool = false) {
    self.environment = environment
    self.rights = rights
    // Other programs are handed paths below it, and they run in other directories.
    let root = root ?? environment["NEXTDEPLOY_ROOT"] ?? Backends.usualRoot
    layout = Layout(root: root.hasPrefix("/") ? root : "\(CurrentProcess.directory)/\(root)")
    apps = Apps(layout: layout)
    terminal = Terminal(environment: environment)
    backend = Backends.choose(
      layout, environment: Self.baseEnvironment(environment), supervisor: Self.supervisor(beside: binary),
      isBooting: isBooting)
  }

  /// The program that stays beside what it starts. It lies beside this one, or where the package puts it.
  private static func supervisor(beside binary: String) -> String {
    let directory = Files.parent(binary)
    let beside = "\(directory)/nextdeploy-supervisor"
    return Files.exists(beside) ? beside : "\(Files.parent(directory))/lib/nextdeploy/nextdeploy-supervisor"
  }

  /// - Parameter tell: is told what was repaired beside what was asked for.
  func proxy(_ tell: ((String) -> Void)? = nil) throws -> CaddySites {
    let config = try apps.serverConfig()
    return try CaddySites(
      directory: backend.caddy.sites, httpPort: config.httpPort, service: backend.caddy,
      switching: config.switching ?? .rename, tell: tell ?? warn)
  }

  func services() throws -> any ServiceManager {
    backend.services(on: try apps.serverConfig().ports) { [apps] app in try apps.config(of: app).limits ?? Limits() }
  }

  var warn: @Sendable (String) -> Void { { [terminal] in terminal.printError("warning: \($0)") } }

  /// Where an app's visitors reach it: its first domain, or the address that this client used for the server.
  func origin(of config: AppConfig) -> Origin {
    guard let domain = config.domains.first else {
      return Origin(.http, host: address?.inURL ?? "localhost", port: config.port.number)
    }
    if backend.capabilities.tls { return Origin(.https, host: domain.description) }
    return Origin(.http, host: domain.description, port: (try? apps.serverConfig().httpPort.number) ?? 8080)
  }

  /// What every program that is started gets of this one's environment. In a hook that has GIT_* variables,
  /// which would turn an app's own use of git to nextdeploy's repository.
  var baseEnvironment: [String: String] { Self.baseEnvironment(environment) }

  private static func baseEnvironment(_ environment: [String: String]) -> [String: String] {
    var base = ["LANG": "C.UTF-8", "PATH": Command.systemPath, "HOME": "/"]
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

  /// On a server that is one user's, everything is done as that user: for root, the command is run as them.
  func leaveRoot(_ line: [String], _ invocation: Invocation) throws {
    guard let owner = backend.owner, CurrentProcess.isRoot else { return }
    guard let user = Accounts.user(named: owner) else {
      throw Failure("running as the user \(owner)", "there is no such user", next: "Run 'nextdeploy setup' first.")
    }
    var environment = environment
    environment["HOME"] = user.home
    environment["USER"] = owner
    environment["LOGNAME"] = owner
    environment["PATH"] = baseEnvironment["PATH"]
    let line = try KeyCommands.openedByRoot(invocation) ?? line
    try CurrentProcess.replace(
      with: Command(["runuser", "-u", owner, "--", binary] + line, environment: environment))
  }
}
