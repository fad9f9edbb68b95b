import SSHAccess
import Console
import Deploy
import Adapters
import Posix

/// The wiring: connects this machine's adapters to the seams of a deploy.
struct Server {
  let environment: [String: String]
  let layout: Layout
  let apps: Apps
  let terminal: Terminal
  /// What runs the apps, the builds and Caddy.
  let backend: any Backend
  /// The rights of whoever runs the command.
  let rights: Rights
  /// The path of this program.
  let binary = CurrentProcess.executable

  /// - Parameters:
  ///   - root: nextdeploy's root directory, if it is neither the environment's nor the usual one.
  ///   - isBooting: whether the machine is booting.
  init(environment: [String: String], root: String? = nil, rights: Rights, isBooting: Bool = false) {
    self.environment = environment
    self.rights = rights
    // Other programs, which run in other directories, are given paths below it.
    let root = root ?? environment["NEXTDEPLOY_ROOT"] ?? Backends.usualRoot
    let path = root.hasPrefix("/") ? root : "\(CurrentProcess.directory)/\(root)"
    // As a push knows it: Caddy, told to listen at another name of the same socket, removes it.
    layout = Layout(root: path == Backends.usualRoot ? path : Files.resolved(path))
    apps = Apps(layout: layout)
    terminal = Terminal(environment: environment)
    backend = Backends.choose(
      layout, environment: Self.baseEnvironment(environment), supervisor: Self.supervisor(beside: binary),
      isBooting: isBooting, expected: environment[Self.expected].flatMap { try? InstanceID($0) })
  }

  /// The variable with the instance that a push's deploy may go on with, from receive-pack to the hook.
  static let expected = "NEXTDEPLOY_EXPECTED"

  /// The path of nextdeploy-supervisor: beside this program, or where the package puts it.
  private static func supervisor(beside binary: String) -> String {
    let directory = Files.parent(binary)
    let beside = "\(directory)/nextdeploy-supervisor"
    return Files.exists(beside) ? beside : "\(Files.parent(directory))/lib/nextdeploy/nextdeploy-supervisor"
  }

  /// - Parameter tell: called with a message about any repair beyond what was asked for.
  func proxy(_ tell: ((String) -> Void)? = nil) throws -> CaddySites {
    let config = try apps.serverConfig()
    return try CaddySites(
      directory: backend.caddy.sites, httpPort: config.httpPort, service: backend.caddy,
      switching: config.switching ?? .rename, tell: tell ?? warn)
  }

  func services() throws -> any ServiceManager {
    backend.services(on: try apps.serverConfig().ports, limits: limits)
  }

  var limits: @Sendable (AppName) throws -> Limits { { [apps] app in try apps.config(of: app).limits ?? Limits() } }

  var warn: @Sendable (String) -> Void { { [terminal] in terminal.printError("warning: \($0)") } }

  /// The address at which visitors reach the app: its first domain, or the address that this client used for the
  /// server.
  func origin(of config: AppConfig) -> Origin {
    guard let domain = config.domains.first else {
      return Origin(.http, host: address?.inURL ?? "localhost", port: config.port.number)
    }
    if backend.capabilities.tls { return Origin(.https, host: domain.description) }
    return Origin(.http, host: domain.description, port: (try? apps.serverConfig().httpPort.number) ?? 8080)
  }

  /// What every program that is started inherits of this environment. In a hook it contains GIT_* variables, which
  /// would point an app's own use of git at nextdeploy's repository.
  var baseEnvironment: [String: String] { Self.baseEnvironment(environment) }

  private static func baseEnvironment(_ environment: [String: String]) -> [String: String] {
    var base = ["LANG": "C.UTF-8", "PATH": Command.systemPath, "HOME": "/"]
    for name in ["PATH", "HOME", "LANG", "TMPDIR", "USER"] {
      if let value = environment[name] { base[name] = value }
    }
    if base["USER"] == nil { base["USER"] = Accounts.name(ofUser: CurrentProcess.user) }
    return base
  }

  /// Limits this process, and all that it starts, to the memory that a push may take; if memory runs short, they are
  /// killed before a site.
  func restrain() throws {
    let machine = CurrentProcess.memoryOfMachine
    try CurrentProcess.restrain(memory: (apps.serverConfig().push ?? PushLimits()).memory(of: machine).bytes)
  }

  /// On a server that belongs to one user, everything is done as that user: if root runs a command, it is run as them.
  func leaveRoot(_ line: [String], _ invocation: Invocation) throws {
    guard let owner = backend.owner, CurrentProcess.isRoot else { return }
    try CurrentProcess.replace(with: command(KeyCommands.openedByRoot(invocation) ?? line, as: owner))
  }

  /// What runs a command line as the user who owns the server.
  func command(_ line: [String], as owner: String) throws -> Command {
    guard let user = Accounts.user(named: owner) else {
      throw Failure("running as the user \(owner)", "there is no such user", next: "Run 'nextdeploy setup' first.")
    }
    var environment = environment
    environment["HOME"] = user.home
    environment["USER"] = owner
    environment["LOGNAME"] = owner
    environment["PATH"] = baseEnvironment["PATH"]
    return Command(["runuser", "-u", owner, "--", binary] + line, environment: environment)
  }
}
