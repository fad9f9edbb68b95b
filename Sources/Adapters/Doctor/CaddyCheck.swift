import Deploy
import Posix

/// The machine's own Caddy, as systemd, its Caddyfile and Caddy itself describe it.
struct CaddyCheck {
  /// systemd's LoadState, ActiveState and UnitFileState of caddy.service.
  var unit: [String: String]
  /// The admin's Caddyfile; nil if there is none.
  var caddyfile: String?
  /// Whether Caddy accepts the Caddyfile; nil if Caddy could not be asked.
  var isTaken: Bool?
  /// Whether its service is stuck in a reload.
  var isStuck = false
  /// Whether another program has a port that Caddy would need if it were restarted.
  var isHindered = false

  static let file = "/etc/caddy/Caddyfile"
  private static let restart = "sudo systemctl restart caddy"

  var findings: [Finding] {
    if unit["LoadState"] == "not-found" {
      return [Finding(.caddy, .problem, "Caddy is not installed", command: "sudo apt-get install caddy")]
    }
    var findings: [Finding] = []
    if isTaken == false {
      // Caddy's words may quote a secret from the file.
      findings.add(
        .caddy, .problem, "Caddy does not take \(Self.file), so no deploy can switch over",
        advice:
          "'sudo caddy validate --config \(Self.file)' says why; correct it, then 'sudo systemctl reload caddy'.")
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
    if isStuck {
      let canRestart = isTaken != false && !isHindered
      return [
        Finding(
          .caddy, .problem,
          "a load of Caddy's configuration failed, and its service takes no other: deploys wait for it",
          command: canRestart ? Self.restart : nil,
          advice: canRestart ? nil : "Once the other problems with Caddy and its ports are fixed, '\(Self.restart)'.")
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
      findings.add(
        .caddy, .problem, "\(Self.file) does not import the apps' sites (\(CaddyfileEdit.sites))",
        command: "sudo nextdeploy setup")
    }
    if edit.addsAdmin {
      findings.add(
        .caddy, .problem, "\(Self.file) leaves Caddy's administration on localhost, where every app can reach it",
        command: "sudo nextdeploy setup")
    }
    return findings
  }
}
