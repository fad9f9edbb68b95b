import Deploy
import Posix

/// The machine's own Caddy, as systemd, its Caddyfile and Caddy itself tell of it.
struct CaddyCheck {
  /// systemd's LoadState, ActiveState and UnitFileState of caddy.service.
  var unit: [String: String]
  /// The admin's Caddyfile; nil where there is none.
  var caddyfile: String?
  /// Whether Caddy takes it; nil where it could not be asked.
  var isTaken: Bool?

  static let file = "/etc/caddy/Caddyfile"

  var findings: [Finding] {
    if unit["LoadState"] == "not-found" {
      return [Finding(.caddy, .problem, "Caddy is not installed", command: "sudo apt-get install caddy")]
    }
    var findings: [Finding] = []
    if isTaken == false {
      // Its words may quote what is a secret in there.
      findings.append(
        Finding(
          .caddy, .problem, "Caddy does not take \(Self.file), so no deploy can switch over",
          advice:
            "'sudo caddy validate --config \(Self.file)' says why; correct it, then 'sudo systemctl reload caddy'."))
    }
    findings += process + edits
    return findings.isEmpty ? [Finding(.caddy, .ok, "Caddy runs and reads the apps' sites")] : findings
  }

  private var process: [Finding] {
    let state = unit["ActiveState"] ?? "unknown"
    if !["active", "reloading"].contains(state) {
      return [
        Finding(
          .caddy, .problem, "Caddy does not run (\(state)): no site can be reached",
          command: "sudo systemctl start caddy",
          advice: "'journalctl -u caddy' says why it ended.")
      ]
    }
    if ["disabled", "masked"].contains(unit["UnitFileState"]) {
      return [
        Finding(
          .caddy, .warning, "Caddy will not be started when the machine boots", command: "sudo systemctl enable caddy")
      ]
    }
    return []
  }

  private var edits: [Finding] {
    let edit = CaddyfileEdit(caddyfile ?? "")
    var findings: [Finding] = []
    if edit.addsImport {
      findings.append(
        Finding(
          .caddy, .problem, "\(Self.file) does not import the apps' sites (\(CaddyfileEdit.sites))",
          command: "sudo nextdeploy setup"))
    }
    if edit.addsAdmin {
      findings.append(
        Finding(
          .caddy, .problem, "\(Self.file) leaves Caddy's administration on localhost, where every app can reach it",
          command: "sudo nextdeploy setup"))
    }
    return findings
  }
}

extension Doctor {
  func caddy() throws -> [Finding] {
    var check = CaddyCheck(unit: try programs.unit("caddy.service", ["LoadState", "ActiveState", "UnitFileState"]))
    check.caddyfile = try Files.text(CaddyCheck.file)
    if check.caddyfile != nil, Command.find("caddy", path: programs.environment["PATH"] ?? "") != nil {
      // Only its syntax: to check more, Caddy would open its log files, as this user.
      check.isTaken = try programs.run(["caddy", "adapt", "--adapter", "caddyfile", "--config", CaddyCheck.file])
        .status.isSuccess
    }
    return check.findings
  }

  /// The Caddy that nextdeploy runs itself, where systemd does not.
  func ownCaddy(_ apps: [AppName]) throws -> [Finding] {
    guard Command.find("caddy", path: programs.environment["PATH"] ?? "") != nil else {
      return [
        Finding(.caddy, .problem, "Caddy is not on this machine's PATH", command: "sudo apt-get install caddy")
      ]
    }
    guard let live = liveReleases(apps).first else {
      return [Finding(.caddy, .ok, "Caddy is there; it is started for the first app that goes live")]
    }
    let caddy = EmbeddedCaddy(
      directory: layout.caddy, supervisor: "", environment: programs.environment,
      tools: MachineTools(path: "", cache: layout.tools, environment: [:]))
    if try caddy.isRunning { return [Finding(.caddy, .ok, "Caddy runs and reads the apps' sites")] }
    return [
      Finding(
        .caddy, .problem, "Caddy does not run: no app can be reached", command: "nextdeploy status --app \(live.app)",
        advice: "Any command about an app that is live starts it again.")
    ]
  }
}
