public import Deploy
import Posix
import ProcessSupervision
import Templates

/// A Caddy of nextdeploy's own, kept running by a supervisor where systemd does not run one.
public struct SupervisedCaddy: CaddyService {
  let directory: String
  let supervisor: String
  /// The variables that Caddy is given: the caller's, with the home and XDG directories set to Caddy's own directory.
  public let environment: [String: String]
  let tools: MachineTools

  /// - Parameters:
  ///   - directory: where Caddy writes everything; its site files are in `sites`.
  ///   - supervisor: the path of nextdeploy-supervisor.
  ///   - environment: includes PATH, on which Caddy is found.
  ///   - tools: knows Caddy's version.
  public init(directory: String, supervisor: String, environment: [String: String], tools: MachineTools) {
    self.directory = directory
    self.supervisor = supervisor
    self.tools = tools
    self.environment = environment.merging([
      "HOME": directory, "XDG_DATA_HOME": directory, "XDG_CONFIG_HOME": directory,
    ]) {
      _, own in own
    }
  }

  /// `sites` below Caddy's own directory.
  public var sites: String { "\(directory)/sites" }

  /// Always false: this Caddy gets no certificates and serves plain HTTP.
  public var terminatesTLS: Bool { false }

  /// The version of the `caddy` on the PATH; nil if it reports none.
  public var version: Version? { get throws { try program.version } }

  /// The Caddy that the supervisor started, as the supervisor last wrote it down; nil if it does not run.
  public var process: CaddyProcess? {
    get throws {
      guard let process = try instance.status()?.process, process.isRunning else { return nil }
      return CaddyProcess(id: process.id, user: CurrentProcess.user)
    }
  }

  /// The addresses in the Caddyfile, which is written first if it is missing; nil if Caddy cannot tell them.
  public func addresses() throws -> Set<CaddyAddress>? {
    if !Files.exists(caddyfile) { try writeCaddyfile() }
    return try program.addresses(in: caddyfile)
  }

  /// Has `caddy validate` check these site files together, without the rest of the configuration.
  public func validate(sites: [String]) throws {
    let candidate = "\(directory)/Caddyfile.new"
    let imports = sites.map { "import \($0)" }.joined(separator: "\n")
    try Files.write("{\n\tadmin off\n\tauto_https off\n}\n\(imports)\n", to: candidate, durable: false)
    let (status, output) = try program.run(["validate", "--config", candidate, "--adapter", "caddyfile"])
    try Files.remove(candidate)
    if !status.isSuccess { throw refusal("checking the site's configuration", output) }
  }

  /// Starts Caddy if it does not run; otherwise writes its Caddyfile again and has it load that.
  public func reload() throws {
    if try start() { return }
    // The admin may have edited the file, but this Caddy serves only what nextdeploy writes.
    try writeCaddyfile()
    let (status, output) = try load()
    if !status.isSuccess { throw refusal("loading the site's configuration", output) }
  }

  /// Loads the configuration into the running Caddy; that Caddy can listen for it is already known.
  public func requireStartable() throws { try reload() }

  /// Stops Caddy and starts it again under a new supervisor.
  public func restart() throws {
    try stop()
    _ = try start()
  }

  /// Starts Caddy under a supervisor if it does not run.
  public func ensureRunning() throws { _ = try start() }

  /// Stops Caddy; does nothing if it does not run.
  public func stop() throws { try instance.stop() }

  /// Whether a supervisor holds Caddy and reports it as running.
  public var isRunning: Bool {
    get throws { try instance.hasSupervisor && instance.status()?.phase == .running }
  }

  /// Always nil: nothing but nextdeploy configures this Caddy.
  public func obstacle() -> (cause: String, next: String)? { nil }

  /// Starts Caddy with the configuration on the disk and waits until it serves that; false if it ran already.
  private func start() throws -> Bool {
    if try instance.hasSupervisor { return false }
    try program.requireInstalled()
    try instance.endOrphan()
    try Files.makeDirectory(instance.path, mode: 0o700)
    try writeCaddyfile()
    try Files.remove(socket)
    try Files.remove(log)
    try instance.write(
      SupervisedProgram(
        arguments: ["caddy", "run", "--config", caddyfile, "--adapter", "caddyfile"], environment: environment,
        directory: directory, log: log, drainTimeout: 0, stopTimeout: 10))
    try SupervisorProcess(program: supervisor).start(instance)
    // Caddy opens its admin socket before it listens for its sites; a load that is sent then waits until it does.
    while try !Files.exists(socket) || !load().status.isSuccess {
      if let exit = try instance.status()?.exit {
        try stop()
        throw refusal("starting Caddy (\(exit))", try Files.lastLines(log, count: 5).joined(separator: "\n"))
      }
      Pause.short()
    }
    return true
  }

  private func writeCaddyfile() throws {
    try Files.makeDirectory(sites)
    let values = ["ADMIN_SOCKET": socket, "SITES": sites]
    try Files.write(Templates.caddyfile(values), to: caddyfile)
  }

  /// Asks the running Caddy to serve the configuration on the disk; does nothing if it does already.
  private func load() throws -> (status: ExitStatus, output: String) {
    try program.run(["reload", "--config", caddyfile, "--adapter", "caddyfile", "--address", "unix/\(socket)"])
  }

  private func refusal(_ attempt: String, _ output: String) -> Failure {
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    let error = CaddyProgram.error(in: lines)
    let inUse = output.contains("address already in use")
    return Failure(
      attempt, error ?? lines.last ?? "Caddy gave no reason",
      next: inUse
        ? "Something else listens there: end it, or choose another port with 'nextdeploy config set port PORT'."
        : "Check the app's domains ('nextdeploy config show'), then try again.",
      excerpt: error == nil ? lines.suffix(5) : [])
  }

  private var program: CaddyProgram { CaddyProgram(environment: environment, tools: tools) }
  private var instance: InstanceDirectory { InstanceDirectory(path: "\(directory)/instance") }
  var caddyfile: String { "\(directory)/Caddyfile" }
  private var socket: String { "\(directory)/admin.sock" }
  private var log: String { "\(directory)/caddy.log" }
}
