import Deploy
import Posix

extension AppStatus {
  /// What is wrong with the app's deploys and with what of it is live.
  var findings: [Finding] {
    var findings = interrupted.map { record in
      let place = record.step.map { "at '\($0.rawValue)'" } ?? "while it waited for its turn"
      return Finding(
        .apps, .problem, "the deploy \(record.id) of \(app) was interrupted \(place), and nothing has settled it yet",
        app: app, command: look,
        advice: "That undoes it, or finishes it where it was live already. Then push again or 'nextdeploy rebuild'.")
    }
    if isGone {
      findings.add(
        .apps, .problem, "the release of \(app) that is live is gone: it cannot be started again", app: app,
        advice: live?.commit.hasFiles == false
          ? "Ship its archive again."
          : "'nextdeploy rebuild \(live?.commit.id.short ?? "COMMIT") --app \(app)' makes it anew.")
    }
    if isMisled {
      findings.add(
        .apps, .problem, "what tells Caddy where \(app) is does not lead to what is live", app: app, command: look,
        advice: "That fixes it.")
    }
    switch instance {
    case .lost, .absent:
      findings.add(
        .apps, .problem, "\(app) does not run (\(live?.instance.map { "\($0)" } ?? "no instance"))", app: app,
        command: look, advice: "That starts it again; 'nextdeploy logs --app \(app)' says why it ended.")
    case .waitingToRestart(let exit, _):
      findings.add(
        .apps, .problem, "\(app) ends again and again (\(exit))", app: app,
        advice: "'nextdeploy logs --app \(app)' says why; 'nextdeploy rollback --app \(app)' goes back.")
    case .running, .draining, .prepared, nil: break
    }
    if !findings.isEmpty { return findings }
    let found =
      live.map { live in
        live.instance == nil
          ? "Caddy serves the files of \(app), release \(live.release)" : "\(app) runs, release \(live.release)"
      } ?? "\(app) has had no deploy that went live"
    return [Finding(.apps, .ok, found, app: app)]
  }

  private var look: String { "nextdeploy status --app \(app)" }
}

extension Doctor {
  func app(_ app: AppName) throws -> [Finding] {
    let config = try Apps(layout: layout).config(of: app)
    let directory = AppDirectory(app: app, layout: layout.app(app))
    let releases = ReleaseDirectory(layout: layout.app(app))
    let status = try AppStatus(
      of: app, in: directory, releases: releases, state: backend.state,
      destination: { try LiveNames(of: $0, below: backend.sites).first()?.destination })
    let damaged =
      try directory.damagedRecords().map { ($0, "The next deploy sets it aside.") }
      + releases.damaged().map {
        (
          "\(layout.app(app).releases)/\($0)/release.json",
          "Nothing can go back to that release; the next deploy removes it."
        )
      }
    return try status.findings + repository(app, config, live: status.live?.commit.id)
      + backend.user(of: app, status.live)
      + damaged.map { Finding(.apps, .warning, "\($0.0) is damaged", app: app, advice: $0.1) }
  }

  /// A finding if the server's settings cannot be read.
  func serverConfig() -> [Finding] {
    do {
      _ = try Apps(layout: layout).serverConfig()
      return []
    } catch { return [finding(error, in: .apps)] }
  }
}
