import Deploy
import Posix
import SSHAccess

/// What the doctor is told about a server that systemd runs.
struct SystemdChecks: BackendChecks {
  let layout: Layout
  let programs: TimedPrograms
  let units: InstanceUnits

  var checks: [Check] { Check.allCases }
  var sudo: String { "sudo " }
  var hidesHomes: Bool { true }
  var isClockSynchronised: Bool? { WallClock.isSynchronised }
  var sites: String { layout.caddy }
  var instanceMode: UInt32 { 0o750 }

  // MARK: Caddy

  func caddy(_ doctor: Doctor, _ apps: [(app: AppName, config: AppConfig)]) throws -> [Finding] {
    var check = CaddyCheck(unit: try programs.unit("caddy.service", ["LoadState", "ActiveState", "UnitFileState"]))
    check.caddyfile = try Files.text(CaddyCheck.file)
    if check.caddyfile != nil, Command.find("caddy", path: programs.environment["PATH"] ?? "") != nil {
      // Only the syntax is checked: to check more, Caddy would open its log files as this user.
      check.isTaken = try programs.run(["caddy"] + CaddyProgram.adapt(CaddyCheck.file)).status.isSuccess
    }
    if try process?.isStuck == true {
      check.isStuck = true
      check.isHindered = try !doctor.ports(apps).taken.isEmpty
    }
    return check.findings
  }

  func caddyPorts(_ apps: [(app: AppName, config: AppConfig)]) throws -> CaddyPorts {
    let restart = "sudo systemctl restart caddy"
    return CaddyPorts(
      process: try process, caddyfile: CaddyCheck.file, domains: [80, 443], restart: restart,
      afterwards: "Then '\(restart)'.")
  }

  /// Nil if Caddy does not run.
  private var process: CaddyProcess? {
    get throws { try CaddyProcess.service { try programs.unit("caddy.service", $0) } }
  }

  // MARK: Files

  func owner() -> FilePromise.Owner? {
    Accounts.user(named: "nextdeploy").map {
      FilePromise.Owner(
        user: $0.id, group: $0.group, name: "nextdeploy:nextdeploy", isSelf: $0.id == CurrentProcess.user)
    }
  }

  var ownerless: Finding { Finding(.files, .skipped, "there is no user nextdeploy to whom they could belong") }

  /// Caddy's user reads the sites, and sshd reads the keys.
  func serverPromises() -> [Doctor.Promises] {
    let made: [FilePromise] = [
      .directory(layout.root, needs: 0o755).made, .directory("\(layout.root)/.ssh", allows: 0o700).made,
      .directory(layout.apps, needs: 0o750, allows: 0o750).made,
      .directory(layout.instances, needs: 0o750, allows: 0o750).made.ofGroup,
      .directory(layout.caddy, needs: 0o755).made, .directory(layout.runtimes, needs: 0o755).made,
    ]
    return [
      { made }, { [.file("\(layout.root)/.ssh/authorized_keys")] },
      {
        try Files.list(layout.caddy).filter { $0.hasSuffix(".caddy") }
          .map { .file("\(layout.caddy)/\($0)", needs: 0o644) }
      },
      {
        let live = LiveNames.directory(below: layout.caddy)
        let apps = try Files.list(live).filter { (try? AppName($0)) != nil }
        return ([live] + apps.map { "\(live)/\($0)" }).map { .directory($0, needs: 0o755) }
      },
    ]
  }

  /// They belong to the user of builds.
  func workspacePromises(_ app: AppLayout) -> [FilePromise] { [] }

  func keys() throws -> [Finding] {
    let file = "\(layout.root)/.ssh/authorized_keys"
    return KeyCheck(
      file: file, authorized: try Files.read(file).map { AuthorizedKeys($0) },
      known: Set(try KeyBindings(layout: layout).read().keys)
    ).findings
  }

  // MARK: Apps

  /// The app's persistent files belong to its user's number, so it must not get another one.
  func user(of app: AppName, _ live: LiveRecord?) throws -> [Finding] {
    let file = layout.app(app).user
    guard let instance = live?.instance, !Files.exists(file) else { return [] }
    let user = try InstanceRecord(path: layout.instance(instance)).launch()?.uid
    return [
      Finding(
        .apps, .problem,
        "\(file) is missing: at its next deploy \(app) would be another user, to whom its files are closed",
        app: app, command: user.map { "echo \($0) | sudo tee \(file) && sudo chown nextdeploy: \(file)" },
        advice: user == nil ? "It holds the number that owns the files in \(layout.app(app).shared)." : nil)
    ]
  }

  func removal(of instance: InstanceID) -> String {
    "sudo systemctl stop \(Units.instance(instance)) && sudo rm -r \(layout.instance(instance))"
  }

  func state(of instance: InstanceID) throws -> InstanceState { try units.state(of: instance) }
}
