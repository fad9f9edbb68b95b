import Deploy
import Hooks
import Posix
import Templates

/// Prepares a machine for nextdeploy: users, directories, units, the polkit rule and Caddy's import.
///
/// It changes only what differs, so that it can be run at any time, even where systemd does not run, as in an image
/// that is being built.
public struct ServerSetup {
  /// The directory that it works below; "" is this machine.
  let root: String
  let isDryRun: Bool
  let environment: [String: String]
  /// Called with each change, in words.
  let report: (String) -> Void

  /// Makes a setup of this machine that reports each change in words, and with `isDryRun` only reports it.
  public init(isDryRun: Bool, environment: [String: String], report: @escaping (String) -> Void) {
    root = ""
    self.isDryRun = isDryRun
    self.environment = environment
    self.report = report
  }

  /// Makes all changes, and returns how many it made, or would make in a dry run.
  public func run() throws -> Int {
    var changes = try writeFiles()
    changes += try makeUsers()
    changes += try makeDirectories()
    changes += try keepConnections()
    let caddyfile = try editCaddyfile()
    changes += caddyfile.count
    try loadCaddy(caddyfile)
    changes += try enableBoot()
    changes += try keepPorts()
    return changes
  }

  // MARK: Files

  /// Normally the package installs these files; if it did not, they are written here. An admin's own changes to them
  /// are kept.
  private func writeFiles() throws -> Int {
    var changes = 0
    for (path, text, mode) in Self.files where !Files.exists(root + path) {
      changes += 1
      report("write \(path)")
      if isDryRun { continue }
      try Files.makeDirectory(Files.parent(root + path))
      try Files.write(text, to: root + path, mode: mode)
    }
    return changes
  }

  /// The files that a server is set up with, and where they belong.
  static var files: [(path: String, text: String, mode: UInt32)] {
    [("\(Hooks.directory)/post-receive", Hooks.postReceive(binary: "/usr/bin/nextdeploy"), 0o755)]
      + Templates.serverFiles.map { ($0.path, $0.text, 0o644) }
  }

  // MARK: Users and directories

  private func makeUsers() throws -> Int {
    let missing = Self.missingAccounts
    for account in missing { report("add \(account)") }
    if !missing.isEmpty && !isDryRun { try call(["systemd-sysusers", "\(root)\(Templates.sysusersFile)"]) }
    return missing.count
  }

  /// The users, groups and memberships that are missing, in words.
  static var missingAccounts: [String] {
    let users = ["nextdeploy", "nextdeploy-launch"].filter { Accounts.user(named: $0) == nil }
    let groups = ["nextdeploy-app", "nextdeploy-build"].filter { Accounts.group(named: $0) == nil }
    let memberships = ["nextdeploy-build", "nextdeploy-app", "systemd-journal"].filter {
      !Accounts.members(ofGroup: $0).contains("nextdeploy")
    }
    return users.map { "the user \($0)" } + groups.map { "the group \($0)" }
      + memberships.map { "the user nextdeploy to the group \($0)" }
  }

  private static let directories: [(path: String, mode: UInt32)] = [
    ("/opt/nextdeploy", 0o755), ("/opt/nextdeploy/.ssh", 0o700), ("/opt/nextdeploy/apps", 0o750),
    ("/opt/nextdeploy/instances", 0o750), ("/opt/nextdeploy/caddy", 0o755), ("/opt/nextdeploy/runtimes", 0o755),
  ]

  private func makeDirectories() throws -> Int {
    var changes = 0
    let owner = Accounts.user(named: "nextdeploy")?.id
    for (path, mode) in Self.directories {
      let status = try Files.status(root + path)
      if status?.kind == .directory && status?.mode == mode && status?.owner == owner { continue }
      changes += 1
      report(status == nil ? "make \(path)" : "give \(path) to nextdeploy, with mode 0\(String(mode, radix: 8))")
    }
    if changes > 0 && !isDryRun { try call(["systemd-tmpfiles", "--create", "\(root)\(Templates.tmpfilesFile)"]) }
    return changes
  }

  // MARK: Kernel

  private static let migration = (name: "net.ipv4.tcp_migrate_req", file: "/proc/sys/net/ipv4/tcp_migrate_req")

  /// systemd does this at each boot. Some containers are not allowed to, and kernels before 5.14 cannot.
  private func keepConnections() throws -> Int {
    func isOff() throws -> Bool { try Files.text(Self.migration.file)?.hasPrefix("0") == true }
    guard isSystemdRunning, try isOff() else { return 0 }
    if !isDryRun {
      try call(["/usr/lib/systemd/systemd-sysctl", "--prefix=\(Self.migration.name)"])
      if try isOff() { return 0 }
    }
    report("have the kernel keep connections while Caddy reloads: \(Self.migration.name)")
    return 1
  }

  // MARK: Caddy

  private struct CaddyChange {
    var count = 0
    var needsRestart = false
  }

  private static let caddyfile = "/etc/caddy/Caddyfile"

  private func editCaddyfile() throws -> CaddyChange {
    let path = root + Self.caddyfile
    let edit = CaddyfileEdit(try Files.text(path) ?? "")
    if edit.changesNothing { return CaddyChange() }
    var change = CaddyChange()
    if edit.addsAdmin {
      change.count += 1
      change.needsRestart = true
      report("move Caddy's administration to a socket, in \(Self.caddyfile): \(CaddyfileEdit.admin)")
    }
    if edit.addsImport {
      change.count += 1
      report("have Caddy read the apps' sites, in \(Self.caddyfile): \(CaddyfileEdit.sites)")
    }
    if isDryRun { return change }
    let beside = "\(path).nextdeploy"
    let mode = try Files.status(path)?.mode ?? 0o644
    try Files.makeDirectory(Files.parent(path))
    try Files.write(edit.text, to: beside, mode: mode)
    // Only the syntax is checked: to check more, Caddy would open its log files as root.
    if Command.find("caddy", path: environment["PATH"] ?? "") != nil {
      do { try call(["caddy", "adapt", "--adapter", "caddyfile", "--config", beside]) } catch {
        try Files.remove(beside)
        throw error
      }
    }
    try Files.rename(beside, to: path)
    return change
  }

  /// A reload uses the new address of the administration, where the running Caddy does not listen yet, so the first
  /// time takes a restart.
  private func loadCaddy(_ change: CaddyChange) throws {
    guard change.count > 0, isSystemdRunning, try isActive("caddy.service") else { return }
    report(change.needsRestart ? "restart Caddy" : "reload Caddy")
    if isDryRun { return }
    if change.needsRestart { return try call(["systemctl", "restart", "caddy.service"]) }
    let (isDone, output) = try Systemctl(environment: environment).reload("caddy.service")
    if isDone { return }
    throw Failure(
      "reloading Caddy", "it did not take \(Self.caddyfile)",
      next: "'journalctl -u caddy' says why: correct it, then 'sudo systemctl restart caddy'.",
      excerpt: output.split(whereSeparator: \.isNewline).suffix(5).map(String.init))
  }

  // MARK: systemd

  /// Whether this machine runs systemd, without which nothing of what is set up is in use.
  public var isSystemdRunning: Bool { Files.exists("/run/systemd/system") }

  private func enableBoot() throws -> Int {
    if isSystemdRunning && !isDryRun { try call(["systemctl", "daemon-reload"]) }
    let (status, _) = try ask(["systemctl", "is-enabled", "--quiet", Self.bootUnit])
    if status.isSuccess { return 0 }
    report("enable \(Self.bootUnit), which brings the apps back after a reboot")
    if isDryRun { return 1 }
    try call(["systemctl", "enable", "--quiet", Self.bootUnit])
    // An earlier installation may have left apps.
    if isSystemdRunning { try call(["systemctl", "start", "--no-block", Self.bootUnit]) }
    return 1
  }

  static let bootUnit = "nextdeploy-boot.service"

  /// Some containers are not allowed to; their apps still run, and `nextdeploy doctor` reports it. systemd repeats this
  /// after each boot.
  private func keepPorts() throws -> Int {
    guard isSystemdRunning else { return 0 }
    let wasActive = try isActive(Self.portsUnit)
    // It is repeated every time, since an update may bring a new rule.
    if try !isDryRun && !ask(["systemctl", "restart", Self.portsUnit]).status.isSuccess {
      report("this machine does not keep each port for its app: 'journalctl -u \(Self.portsUnit)' says why")
      return 0
    }
    if wasActive { return 0 }
    report("keep each port for its app, in the kernel: \(Self.portsUnit)")
    return 1
  }

  static let portsUnit = "nextdeploy-ports.service"

  private func isActive(_ unit: String) throws -> Bool {
    try ask(["systemctl", "is-active", "--quiet", unit]).status.isSuccess
  }

  // MARK: Programs

  private func ask(_ arguments: [String]) throws -> (status: ExitStatus, output: String) {
    try ChildProcess.run(Command(arguments, environment: environment))
  }

  private func call(_ arguments: [String]) throws {
    let (status, output) = try ask(arguments)
    if status.isSuccess { return }
    throw Failure(
      "running '\(arguments.joined(separator: " "))'", "it ended with \(status)",
      next: "Fix what it says, then run 'nextdeploy setup' again.",
      excerpt: output.split(whereSeparator: \.isNewline).suffix(5).map(String.init))
  }
}
