import Deploy
import Posix

/// An app: its deploys, and what of it is live.
struct AppCheck {
  /// How the live instance is.
  enum Instance: Equatable {
    case runs, stopped
    case keepsEnding(String)
  }

  let app: AppName
  /// The deploys that have no end and whose builder no longer runs.
  let interrupted: [DeployRecord]
  /// Nil where nothing is live yet.
  let live: LiveRecord?
  /// Whether the release that is live is no more among its releases.
  let isGone: Bool
  let instance: Instance?
  /// Whether Caddy finds another instance for its requests than the live one, or none.
  var isMisled = false

  var findings: [Finding] {
    var findings = interrupted.map { record in
      let place = record.step.map { "at '\($0.rawValue)'" } ?? "while it waited for its turn"
      return Finding(
        .apps, .problem, "the deploy \(record.id) of \(app) was interrupted \(place), and nothing has settled it yet",
        app: app, command: status,
        advice: "That undoes it, or finishes it where it was live already. Then push again or 'nextdeploy rebuild'.")
    }
    if isGone {
      findings.append(
        Finding(
          .apps, .problem, "the release of \(app) that is live is gone: it cannot be started again", app: app,
          advice: "'nextdeploy rebuild \(live?.commit.id.short ?? "COMMIT") --app \(app)' makes it anew."))
    }
    if isMisled {
      findings.append(
        Finding(
          .apps, .problem, "what tells Caddy where \(app) is does not lead to what is live", app: app, command: status,
          advice: "That mends it."))
    }
    switch instance {
    case .stopped:
      findings.append(
        Finding(
          .apps, .problem, "\(app) does not run (\(live.map { "\($0.instance)" } ?? "no instance"))", app: app,
          command: status, advice: "That starts it again; 'nextdeploy logs --app \(app)' says why it ended."))
    case .keepsEnding(let exit):
      findings.append(
        Finding(
          .apps, .problem, "\(app) ends again and again (\(exit))", app: app,
          advice: "'nextdeploy logs --app \(app)' says why; 'nextdeploy rollback --app \(app)' goes back."))
    case .runs, nil: break
    }
    if !findings.isEmpty { return findings }
    let found = live.map { "\(app) runs, release \($0.release)" } ?? "\(app) has had no deploy that went live"
    return [Finding(.apps, .ok, found, app: app)]
  }

  private var status: String { "nextdeploy status --app \(app)" }
}

extension Doctor {
  func app(_ app: AppName) throws -> [Finding] {
    let config = try Apps(layout: layout).config(of: app)
    let state = AppDirectory(app: app, layout: layout.app(app))
    let live = try state.live()
    let releases = try ReleaseDirectory(layout: layout.app(app)).list()
    let damaged =
      try state.damagedRecords().map { ($0, "The next deploy sets it aside.") }
      + ReleaseDirectory(layout: layout.app(app)).damaged().map {
        (
          "\(layout.app(app).releases)/\($0)/release.json",
          "Nothing can go back to that release; the next deploy removes it."
        )
      }
    let sites = hasSystemd ? layout.caddy : EmbeddedCaddy.sites(below: layout.caddy)
    let upstream = try LiveNames(of: app, below: sites).first()?.upstream
    let check = AppCheck(
      app: app, interrupted: try state.interruptedRecords(), live: live,
      isGone: live.map { live in !releases.contains { $0.id == live.release } } ?? false,
      instance: try live.map { try instance($0.instance) }, isMisled: live.map { $0.upstream != upstream } ?? false)
    return try check.findings + repository(app, config, live: live?.commit.id) + user(of: app, live)
      + damaged.map { Finding(.apps, .warning, "\($0.0) is damaged", app: app, advice: $0.1) }
  }

  /// The number of the app's user is what its persistent files belong to: it must not be given another.
  private func user(of app: AppName, _ live: LiveRecord?) throws -> [Finding] {
    let file = layout.app(app).user
    guard hasSystemd, let live, !Files.exists(file) else { return [] }
    let user = try InstanceRecord(path: layout.instance(live.instance)).launch()?.uid
    return [
      Finding(
        .apps, .problem,
        "\(file) is missing: at its next deploy \(app) would be another user, to whom its files are closed",
        app: app, command: user.map { "echo \($0) | sudo tee \(file) && sudo chown nextdeploy: \(file)" },
        advice: user == nil ? "It holds the number that owns the files in \(layout.app(app).shared)." : nil)
    ]
  }

  /// The settings of the server, where they cannot be read.
  func serverConfig() -> [Finding] {
    do {
      _ = try Apps(layout: layout).serverConfig()
      return []
    } catch { return [finding(error, in: .apps)] }
  }

  private func instance(_ instance: InstanceID) throws -> AppCheck.Instance {
    let state =
      hasSystemd
      ? try UnitState(programs.unit(Units.instance(instance), UnitState.properties)).state
      : try EmbeddedManager(layout: layout, ports: ServerConfig().ports, supervisor: "").state(of: instance)
    switch state {
    case .running, .draining: return .runs
    case .waitingToRestart(let exit, _): return .keepsEnding(exit)
    case .lost, .absent: return .stopped
    }
  }
}
