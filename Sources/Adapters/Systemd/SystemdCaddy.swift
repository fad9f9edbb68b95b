import Deploy
import Posix

/// The machine's own Caddy, run by systemd, which gets certificates and is told to load the configuration on the disk.
struct SystemdCaddy: CaddyService {
  /// The directory of the apps' site files, which the machine's Caddyfile imports.
  let sites: String
  /// The variables for running programs, including PATH.
  let variables: [String: String]
  /// Knows Caddy's version.
  let tools: MachineTools

  /// The variables for running `caddy`, which creates files when it checks a configuration: elsewhere.
  var environment: [String: String] {
    variables.merging(["HOME": "/tmp", "XDG_DATA_HOME": "/tmp", "XDG_CONFIG_HOME": "/tmp"]) { _, own in own }
  }

  private var systemctl: Systemctl { Systemctl(environment: variables) }

  /// Always true: this Caddy gets certificates and listens on 443.
  var terminatesTLS: Bool { true }

  /// The version of the `caddy` on the PATH; nil if it reports none.
  var version: Version? { get throws { try program.version } }

  /// The main process of caddy.service, as systemd tells it; nil if it does not run.
  var process: CaddyProcess? {
    get throws { try CaddyProcess.service { try systemctl.show(Self.unit, $0) } }
  }

  /// Looks only at the apps' sites if the admin's own may name files that only Caddy's user can read, or have
  /// variables, which only the unit knows.
  func addresses() throws -> Set<CaddyAddress>? {
    if try !hasVariables, let all = try program.addresses(in: CaddyCheck.file) { return all }
    return try withCandidate(importing: ["\(sites)/*.caddy"]) { try program.addresses(in: $0) }
  }

  /// Checks only the apps' sites, since the admin's own may name files that only Caddy's user can read. Caddy checks
  /// all of them together when it loads them, and keeps its configuration if it rejects them.
  func validate(sites: [String]) throws {
    let (status, output) = try withCandidate(importing: sites) {
      try program.run(["validate", "--config", $0, "--adapter", "caddyfile"])
    }
    if status.isSuccess { return }
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    throw Failure(
      "checking the site's configuration", CaddyProgram.error(in: lines) ?? lines.last ?? "Caddy gave no reason",
      next: "Check the app's domains ('nextdeploy config show'), then try again.")
  }

  private func withCandidate<Result>(importing sites: [String], _ look: (String) throws -> Result) throws -> Result {
    let candidate = "\(self.sites)/Caddyfile.new"
    let imports = sites.map { "import \($0)" }.joined(separator: "\n")
    try Files.write("{\n\tadmin off\n}\n\(imports)\n", to: candidate, durable: false)
    let result = try look(candidate)
    try Files.remove(candidate)
    return result
  }

  /// Has systemd reload caddy.service; throws with what Caddy wrote to the journal if it refuses.
  func reload() throws {
    let (isDone, output) = try systemctl.reload(Self.unit)
    if isDone { return }
    let said = output.split(whereSeparator: \.isNewline).map(String.init)
    guard try isRunning else {
      throw Failure(
        "loading the site's configuration", "Caddy does not run",
        next: "Start it with 'sudo systemctl start caddy'; 'systemctl status caddy' says why it ended.")
    }
    let lines = try SystemdJournal.lines(["--unit=\(Self.unit)", "--lines=5"], environment)
    let error = CaddyProgram.error(in: lines)
    throw Failure(
      "loading the site's configuration", error ?? said.first ?? "Caddy did not take it",
      next: "Fix what Caddy names ('journalctl -u caddy' says more), then try again; the site is as it was before.",
      excerpt: error == nil ? lines : [])
  }

  /// Checks as much as this user can: possibly only Caddy's user can read or write what the Caddyfile names.
  func requireStartable() throws {
    let attempt = "making sure that Caddy would come up with \(CaddyCheck.file)"
    if try hasVariables {
      throw Failure(attempt, "it has variables that only Caddy's service knows", next: Self.restart)
    }
    let (status, output) = try program.run(["validate", "--config", CaddyCheck.file, "--adapter", "caddyfile"])
    if status.isSuccess { return }
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    throw Failure(attempt, CaddyProgram.error(in: lines) ?? "Caddy gave no reason", next: Self.restart)
  }

  private static let restart =
    "See that Caddy takes its Caddyfile ('sudo caddy validate --config \(CaddyCheck.file)'), then "
    + "'sudo systemctl restart caddy', and try again."

  private var hasVariables: Bool { get throws { try Files.text(CaddyCheck.file)?.contains("{$") ?? false } }

  /// Has systemd restart caddy.service.
  func restart() throws { try systemctl.run(["restart", Self.unit]) }

  /// Does nothing: systemd keeps Caddy running, and only the admin may start it.
  func ensureRunning() throws {}

  /// Does nothing: this Caddy serves the admin's own sites too.
  func stop() throws {}

  /// Whether systemd calls caddy.service active.
  var isRunning: Bool {
    get throws { try systemctl.succeeds(["is-active", "--quiet", Self.unit]) }
  }

  /// Looks whether caddy.service runs and whether the Caddyfile imports the apps' sites.
  func obstacle() throws -> (cause: String, next: String)? {
    if try !isRunning {
      return (
        "Caddy does not run", "Start it with 'sudo systemctl start caddy'; 'systemctl status caddy' says why it ended."
      )
    }
    // Only a file that exists and can be read shows that the line is missing.
    guard let text = try? Files.text(CaddyCheck.file), CaddyfileEdit(text).addsImport else { return nil }
    return (
      "\(CaddyCheck.file) does not import the apps' sites ('\(CaddyfileEdit.sites)')",
      "'sudo nextdeploy setup' on the server puts that line back; then try again."
    )
  }

  private var program: CaddyProgram { CaddyProgram(environment: environment, tools: tools) }
  private static let unit = "caddy.service"
}
