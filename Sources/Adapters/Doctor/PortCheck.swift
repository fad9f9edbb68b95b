import Deploy
import Posix
import ProcessSupervision

/// Who listens where only Caddy should, and where Caddy listens twice.
struct PortCheck {
  /// What Caddy must listen on.
  struct Wanted: Equatable {
    let address: CaddyAddress
    var app: AppName?
  }

  let wanted: [Wanted]
  /// Who else listens on these ports.
  let others: [PortHolder]
  /// Where Caddy listens more than once.
  let leftovers: [ListeningAddress]
  /// The command that restarts Caddy.
  let restart: String
  /// The prefix of a command that ends another user's program.
  let sudo: String
  /// What to do once Caddy can have the port.
  let afterwards: String

  /// The programs that keep Caddy from its ports.
  var taken: [Finding] {
    wanted.compactMap { wanted in
      others.first { wanted.address.overlaps($0.address) }.map { finding(wanted, $0) }
    }
  }

  var findings: [Finding] {
    let taken = taken
    let findings = taken + twice(canRestart: taken.isEmpty)
    if !findings.isEmpty || wanted.isEmpty { return findings }
    let ports = Set(wanted.map(\.address.port)).sorted().map { String($0) }.joined(separator: ", ")
    return [Finding(.ports, .ok, "nothing but Caddy listens on \(ports), and Caddy once on each of its ports")]
  }

  /// - Parameter canRestart: whether Caddy would come up again after a restart.
  private func twice(canRestart: Bool) -> [Finding] {
    if leftovers.isEmpty { return [] }
    let ports = Set(leftovers.map(\.port)).sorted().map { String($0) }.joined(separator: ", ")
    let cause = "A load of its configuration failed, and left this behind."
    return [
      Finding(
        .ports, .problem,
        "Caddy listens more than once on \(ports): some requests are answered with a configuration that it refused",
        command: canRestart ? restart : nil,
        advice: canRestart ? cause : "\(cause) Once nobody else has its ports, '\(restart)' ends it.")
    ]
  }

  private func finding(_ wanted: Wanted, _ holder: PortHolder) -> Finding {
    let whose = wanted.app.map { ", which is for the app \($0)," } ?? ""
    let found = "port \(wanted.address.port)\(whose) is taken by \(holder), not by Caddy"
    guard let process = holder.process else {
      return Finding(
        .ports, .problem, found, app: wanted.app,
        advice: "'sudo nextdeploy doctor' on the server says which program, and how to end it.")
    }
    return Finding(
      .ports, .problem, found, app: wanted.app,
      command: process.unit.map { "sudo systemctl stop \($0)" } ?? "\(sudo)kill \(process.id)",
      advice: process.unit.map { "'sudo systemctl disable \($0)' keeps it from coming back. \(afterwards)" }
        ?? afterwards)
  }
}

extension Doctor {
  func ports(_ apps: [(app: AppName, config: AppConfig)]) throws -> PortCheck {
    let caddy = try backend.caddyPorts(apps)
    let own = apps.filter { $0.config.domains.isEmpty }
      .map { PortCheck.Wanted(address: CaddyAddress(host: nil, port: $0.config.port.number), app: $0.app) }
    let written = try addresses(in: caddy.caddyfile).union(caddy.domains.map { CaddyAddress(host: nil, port: $0) })
      .subtracting(own.map(\.address)).sorted { $0.port < $1.port }.map { PortCheck.Wanted(address: $0) }
    let others = ConnectionTable.listeners(on: Set((written + own).map(\.address.port))).filter {
      caddy.process?.has($0) != true
    }
    return PortCheck(
      wanted: written + own, others: others.map { PortHolder($0, in: layout) },
      leftovers: caddy.process?.leftovers() ?? [],
      restart: caddy.restart, sudo: backend.sudo, afterwards: caddy.afterwards)
  }

  /// Where a Caddyfile makes Caddy listen, as far as that can be determined; another check looks for mistakes in it.
  private func addresses(in caddyfile: String) throws -> Set<CaddyAddress> {
    guard Files.exists(caddyfile), Command.find("caddy", path: programs.environment["PATH"] ?? "") != nil else {
      return []
    }
    let (status, output) = try programs.run(["caddy"] + CaddyProgram.adapt(caddyfile))
    return status.isSuccess ? CaddyAddress.all(adapted: output) : []
  }
}
