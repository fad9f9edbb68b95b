import Deploy
import Posix

/// Compares the users, units and rules on the machine with what setup makes.
struct UnitCheck {
  enum Text: Equatable {
    case same, altered, missing
    /// Only root can read the rule.
    case closed
  }

  enum Polkit {
    case obeys, refuses
    /// Only root and nextdeploy itself can ask.
    case unknown
  }

  /// The users, groups and memberships that are missing, in words.
  var missingAccounts: [String] = []
  var files: [(path: String, text: Text)] = []
  /// Files that systemd uses instead of nextdeploy's.
  var replacements: [String] = []
  /// An admin's own settings for the units.
  var dropIns: [String] = []
  var bootIsEnabled = true
  var polkit = Polkit.obeys
  /// Whether the kernel keeps each port for its app.
  var keepsPorts = true
  /// The ports of instances, if the kernel also gives them to others.
  var givenOut: PortRange?

  var findings: [Finding] {
    var findings = missingAccounts.map { Finding(.units, .problem, "setup did not add \($0)", command: Self.setup) }
    findings += files.compactMap(finding)
    findings += replacements.map { path in
      Finding(
        .units, .problem, "\(path) stands in the place of nextdeploy's own unit, also after updates",
        command: "sudo rm \(path) && sudo systemctl daemon-reload", advice: Self.edit)
    }
    if !bootIsEnabled {
      findings.add(
        .units, .problem, "\(ServerSetup.bootUnit) is not enabled: no app comes back after a reboot",
        command: Self.setup)
    }
    switch polkit {
    case .obeys: break
    case .refuses:
      findings.add(
        .units, .problem, "polkit does not let the user nextdeploy stop and start apps", command: Self.setup,
        advice: "Where that changes nothing: 'sudo systemctl restart polkit', then look at 'journalctl -u polkit'.")
    case .unknown:
      findings.add(.units, .skipped, "only nextdeploy itself can ask polkit", advice: Doctor.lookAsRoot)
    }
    if !keepsPorts {
      findings.add(
        .units, .problem, "nothing keeps an app or a build from listening on the port of an app that is down",
        command: "sudo systemctl restart \(ServerSetup.portsUnit)",
        advice: "'journalctl -u \(ServerSetup.portsUnit)' says why not. Some containers may not do it.")
    }
    if let givenOut {
      findings.add(
        .units, .problem,
        "the system gives out the ports of apps (\(givenOut)) by itself too: to connections, and to apps",
        command: "sudo sysctl -w net.ipv4.ip_local_reserved_ports=\(givenOut)",
        advice:
          "For the next boot too, write that into a file in /etc/sysctl.d, with the ports that stand there already; "
          + "or put net.ipv4.ip_local_port_range back to 32768 60999.")
    }
    if findings.allSatisfy({ $0.state == .skipped }) {
      findings.insert(Finding(.units, .ok, "users, units and polkit are as setup left them"), at: 0)
    }
    if !dropIns.isEmpty {
      findings.add(.units, .ok, "settings of your own are in \(dropIns.joined(separator: ", "))")
    }
    return findings
  }

  private func finding(_ file: (path: String, text: Text)) -> Finding? {
    switch file.text {
    case .same: nil
    case .missing: Finding(.units, .problem, "\(file.path) is missing", command: Self.setup)
    case .closed: Finding(.units, .skipped, "\(file.path) is not open to this user", advice: Doctor.lookAsRoot)
    case .altered:
      Finding(
        .units, .problem, "\(file.path) is not the one of this version of nextdeploy",
        command: "sudo rm \(file.path) && \(Self.setup)", advice: file.path.hasSuffix(".service") ? Self.edit : nil)
    }
  }

  private static let setup = "sudo nextdeploy setup"
  private static let edit = "'systemctl edit' keeps settings of your own beside a unit."
}

extension Doctor {
  func units() -> [Finding] {
    var check = UnitCheck()
    var failed: [Finding] = []
    // A check that cannot be made does not stop the others.
    func attempt(_ look: () throws -> Void) {
      do { try look() } catch { failed.append(finding(error, in: .units)) }
    }
    check.missingAccounts = ServerSetup.missingAccounts
    for (path, text, _) in ServerSetup.files {
      do {
        let found = try Files.text(path)
        check.files.append((path, found.map { $0 == text ? .same : .altered } ?? .missing))
      } catch {
        if error.isPermission { check.files.append((path, .closed)) } else { failed.append(finding(error, in: .units)) }
      }
    }
    for directory in ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"] {
      attempt {
        for name in try Files.list(directory) where name.hasPrefix("nextdeploy") {
          if name.hasSuffix(".service") { check.replacements.append("\(directory)/\(name)") }
          if name.hasSuffix(".d") {
            check.dropIns += try Files.list("\(directory)/\(name)").map { "\(directory)/\(name)/\($0)" }
          }
        }
      }
    }
    attempt {
      check.bootIsEnabled = try programs.run(["systemctl", "is-enabled", ServerSetup.bootUnit]).status.isSuccess
    }
    attempt { check.polkit = try askPolkit() }
    // Only root can ask the kernel itself.
    attempt {
      check.keepsPorts =
        isRoot
        ? try PortRule.isInstalled()
        : try programs.run(["systemctl", "is-active", ServerSetup.portsUnit]).status.isSuccess
    }
    attempt {
      let ports = try Apps(layout: layout).serverConfig().ports
      let kernel = "/proc/sys/net/ipv4/ip_local"
      if PortRule.areGivenOut(
        ports, range: try Files.text("\(kernel)_port_range") ?? "",
        reserved: try Files.text("\(kernel)_reserved_ports") ?? "")
      {
        check.givenOut = ports
      }
    }
    return check.findings + failed
  }

  /// Has the user nextdeploy stop a unit that cannot run: no instance has port 1.
  private func askPolkit() throws -> UnitCheck.Polkit {
    guard let user = Accounts.user(named: "nextdeploy") else { return .unknown }
    guard isRoot || CurrentProcess.user == user.id else { return .unknown }
    let stop = ["systemctl", "--no-ask-password", "--no-pager", "stop", "nextdeploy@doctor:1.service"]
    let (status, output) = try programs.run(isRoot ? ["runuser", "-u", "nextdeploy", "--"] + stop : stop)
    // Any other failure is not polkit's.
    return !status.isSuccess && Systemctl.isRefused(output) ? .refuses : .obeys
  }
}
