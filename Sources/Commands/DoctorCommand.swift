import Console
import Deploy
import Adapters

/// `nextdeploy doctor`: looks for what goes wrong on real machines, and changes nothing.
enum DoctorCommand {
  private static let app = CommandSpec.Option(
    "--app", value: "NAME", "look at this app only, and at the server; it may also stand first")

  static let doctor = ServerCommand.serverOrApp(
    CommandSpec(
      "doctor", [], [app, .json], "Look for what is wrong with this server and its apps, and say how to fix it",
      details: details), isRoots: true
  ) { invocation, server, find in
    let doctor = server.backend.doctor
    var unseen: [Finding] = []
    var apps: [AppName] = []
    if invocation.value(.app) != nil {
      apps = [try find().name]
    } else {
      do { apps = try server.visibleApps() } catch { unseen = [doctor.finding(error, in: .apps)] }
    }
    let findings = doctor.findings(apps) + unseen
    try server.terminal.show(findings, invocation) { lines(findings) }
    return findings.contains { $0.state == .problem } ? 1 : 0
  }

  private static let details = """
    Without an app it looks at all of them. It changes nothing, and ends with 1 where it finds a problem. Some of it
    only root can see: 'sudo nextdeploy doctor'. It looks at:
    \(list)
    """

  private static var list: String {
    let width = Check.allCases.map(\.rawValue.count).max() ?? 0
    return Check.allCases.map { "  \($0.rawValue.padded(to: width))  \($0.summary)" }.joined(separator: "\n")
  }

  private static func lines(_ findings: [Finding]) -> [String] {
    let width = Finding.State.allCases.map(\.rawValue.count).max() ?? 0
    let details = findings.flatMap { finding in
      ["\(finding.state.rawValue.padded(to: width))  \(finding.check.rawValue): \(finding.found)"]
        + [finding.command.map { "fix: \($0)" }, finding.advice].compactMap { $0 }
        .map { String(repeating: " ", count: width + 2) + $0 }
    }
    // Names of programs and files may contain anything.
    return details.map(VisibleText.line) + [summary(findings)]
  }

  private static func summary(_ findings: [Finding]) -> String {
    let problems = findings.count { $0.state == .problem }
    let warnings = findings.count { $0.state == .warning }
    let skipped = findings.contains { $0.state == .skipped } ? " Not all of it could be looked at." : ""
    return "\(count(problems, "problem")), \(count(warnings, "warning")).\(skipped)"
  }

  private static func count(_ number: Int, _ what: String) -> String {
    "\(number == 0 ? "no" : "\(number)") \(what)\(number == 1 ? "" : "s")"
  }
}
