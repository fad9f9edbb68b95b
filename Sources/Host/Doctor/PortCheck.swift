import Deploy
import Posix
import Supervision

/// Who listens where only Caddy should.
struct PortCheck {
  /// A port that Caddy is to have.
  struct Wanted: Equatable {
    let port: UInt16
    let app: AppName?
  }

  struct Listener: Equatable {
    let port: UInt16
    /// By name, or by number where it has none.
    let user: String
    /// Nil where only root can see it.
    let process: Process?
  }

  struct Process: Equatable {
    let id: Int32
    let name: String
    /// The service that it belongs to.
    let unit: String?
  }

  let wanted: [Wanted]
  let listeners: [Listener]
  let caddyUser: String
  /// Caddy's process; nil where it does not run.
  let caddyProcess: Int32?

  var findings: [Finding] {
    let foreign = wanted.compactMap { wanted in
      listeners.first { $0.port == wanted.port && !isCaddy($0) }.map { finding(wanted, $0) }
    }
    if !foreign.isEmpty { return foreign }
    let ports = wanted.map { String($0.port) }.joined(separator: ", ")
    return [Finding(.ports, .ok, "nothing but Caddy listens on \(ports)")]
  }

  private func isCaddy(_ listener: Listener) -> Bool {
    listener.process.map { $0.id == caddyProcess } ?? (listener.user == caddyUser)
  }

  private func finding(_ wanted: Wanted, _ listener: Listener) -> Finding {
    let whose = wanted.app.map { ", which is for the app \($0)," } ?? ""
    guard let process = listener.process else {
      return Finding(
        .ports, .problem,
        "port \(wanted.port)\(whose) is taken by a program of the user \(listener.user), not by Caddy",
        app: wanted.app, advice: "'sudo nextdeploy doctor' on the server says which program, and how to end it.")
    }
    let unit = process.unit.map { ", \($0)" } ?? ""
    return Finding(
      .ports, .problem,
      "port \(wanted.port)\(whose) is taken by \(process.name) (process \(process.id)\(unit)), not by Caddy",
      app: wanted.app, command: process.unit.map { "sudo systemctl stop \($0)" } ?? "sudo kill \(process.id)",
      advice: process.unit.map { "'sudo systemctl disable \($0)' keeps it from coming back. " }.map {
        $0 + Self.restart
      } ?? Self.restart)
  }

  private static let restart = "Then 'sudo systemctl restart caddy'."

  /// The service that a process belongs to, as /proc/PID/cgroup tells (cgroups(7)).
  static func unit(_ groups: String) -> String? {
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[1].isEmpty || fields[1] == "name=systemd",
        let unit = fields[2].split(separator: "/").last(where: { $0.hasSuffix(".service") }),
        // It becomes a part of a command.
        unit.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || "@:._-".contains($0) }), !unit.hasPrefix("-")
      else { continue }
      return String(unit)
    }
    return nil
  }
}

extension Doctor {
  func ports(_ apps: [(app: AppName, config: AppConfig)]) throws -> [Finding] {
    let wanted =
      [80, 443].map { PortCheck.Wanted(port: $0, app: nil) }
      + apps.filter { $0.config.domains.isEmpty }.map { PortCheck.Wanted(port: $0.config.port.number, app: $0.app) }
    let unit = try programs.unit("caddy.service", ["MainPID", "User"])
    let listeners = ConnectionTable.listeners(on: Set(wanted.map(\.port))).map { listener in
      PortCheck.Listener(
        port: listener.address.port, user: Accounts.name(ofUser: listener.user) ?? "\(listener.user)",
        process: listener.process.map(process))
    }
    let user = unit["User"].flatMap { $0.isEmpty ? nil : $0 } ?? "root"
    let main = unit["MainPID"].flatMap { Int32($0) } ?? 0
    return PortCheck(
      wanted: wanted, listeners: listeners, caddyUser: user, caddyProcess: main > 0 ? main : nil
    ).findings
  }

  private func process(_ id: Int32) -> PortCheck.Process {
    // It may have ended meanwhile.
    let name = ((try? Files.text("/proc/\(id)/comm")) ?? "").split(whereSeparator: \.isNewline).first
    return PortCheck.Process(
      id: id, name: name.map(String.init) ?? "a process",
      unit: PortCheck.unit((try? Files.text("/proc/\(id)/cgroup")) ?? ""))
  }
}
