import Deploy
import Posix
import ProcessSupervision

/// What the doctor is told about a machine without systemd.
struct SupervisedChecks: BackendChecks {
  let layout: Layout
  let programs: TimedPrograms
  let caddy: SupervisedCaddy

  /// There are no units.
  var checks: [Check] { Check.allCases.filter { $0 != .units } }
  var sudo: String { "" }
  var hidesHomes: Bool { false }
  var isClockSynchronised: Bool? { nil }
  var sites: String { caddy.sites }
  var instanceMode: UInt32 { 0o700 }

  // MARK: Caddy

  func caddy(_ doctor: Doctor, _ apps: [(app: AppName, config: AppConfig)]) throws -> [Finding] {
    guard Command.find("caddy", path: programs.environment["PATH"] ?? "") != nil else {
      return [
        Finding(.caddy, .problem, "Caddy is not on this machine's PATH", command: "sudo apt-get install caddy")
      ]
    }
    guard let live = doctor.liveReleases(apps.map(\.app)).first else {
      return [Finding(.caddy, .ok, "Caddy is there; it is started for the first app that goes live")]
    }
    if try caddy.isRunning { return [Finding(.caddy, .ok, "Caddy runs and reads the apps' sites")] }
    return [
      Finding(
        .caddy, .problem, "Caddy does not run: no app can be reached", command: "nextdeploy status --app \(live.app)",
        advice: "Any command about an app that is live starts it again.")
    ]
  }

  func caddyPorts(_ apps: [(app: AppName, config: AppConfig)]) throws -> CaddyPorts {
    let hasDomains = apps.contains { !$0.config.domains.isEmpty }
    let process = try caddy.process
    return CaddyPorts(
      process: process, caddyfile: caddy.caddyfile,
      domains: hasDomains ? [try Apps(layout: layout).serverConfig().httpPort.number] : [],
      // Its supervisor restarts it.
      restart: process.map { "kill \($0.id)" } ?? "", afterwards: "Then push again.")
  }

  // MARK: Files

  func owner() throws -> FilePromise.Owner? {
    try Files.status(Files.resolved(layout.root)).map {
      FilePromise.Owner(
        user: $0.owner, group: nil, name: Accounts.name(ofUser: $0.owner) ?? "\($0.owner)",
        isSelf: $0.owner == CurrentProcess.user)
    }
  }

  var ownerless: Finding { Finding(.files, .ok, "there is nothing below \(layout.root) yet") }

  func serverPromises() -> [Doctor.Promises] {
    let directories = [layout.apps, layout.instances, layout.caddy, layout.hooks].map { FilePromise.directory($0) }
    return [{ directories + [.file("\(layout.hooks)/post-receive", needs: 0o700, allows: 0o755)] }]
  }

  func workspacePromises(_ app: AppLayout) -> [FilePromise] { [.directory(app.workspace), .directory(app.cache)] }

  /// The keys are in some user's home directory.
  func keys() -> [Finding] { [] }

  // MARK: Apps

  /// The app runs as whoever runs nextdeploy.
  func user(of app: AppName, _ live: LiveRecord?) -> [Finding] { [] }

  func removal(of instance: InstanceID) -> String { "rm -r \(layout.instance(instance))" }

  func state(of instance: InstanceID) throws -> InstanceState {
    try InstanceDirectory(path: layout.instance(instance)).state()
  }
}
