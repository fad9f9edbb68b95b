import Deploy
import Posix
import ProcessSupervision
import TestKit
import Testing

@testable import Adapters

/// A Caddy of its own, with its sites, for one test.
struct CaddyStage {
  let scratch: Scratch
  let caddy: SupervisedCaddy
  let sites: CaddySites

  /// Runs a test, ends Caddy, and fails it where anything is left.
  static func run(_ program: TestedCaddy = .debian, _ test: (CaddyStage) async throws -> Void) async throws {
    try await Scratch.run { scratch in
      let stage = try CaddyStage(program, scratch)
      do { try await test(stage) } catch {
        stage.end()
        throw error
      }
      stage.end()
    }
  }

  private init(_ program: TestedCaddy, _ scratch: Scratch) throws {
    self.scratch = scratch
    let directory = "\(scratch.path)/caddy"
    caddy = SupervisedCaddy(
      directory: directory, supervisor: ThisProject.supervisor, environment: program.environment,
      tools: program.tools(below: scratch.path))
    sites = try CaddySites(
      directory: caddy.sites, httpPort: try scratch.ports[20], service: caddy)
  }

  /// Where an app has its releases.
  func layout(of app: AppName) -> AppLayout { Layout(root: scratch.path).app(app) }

  /// What this Caddy serves of an app from the disk.
  func files(of app: AppName) -> PublicDirectory {
    PublicDirectory(
      directory: Layout.publicFiles(of: app, below: sites.directory), layout: layout(of: app),
      environment: CurrentProcess.environment)
  }

  private func end() {
    do {
      try caddy.stop()
      try wait(until: "the end of Caddy") { scratch.processes().isEmpty }
    } catch { Issue.record("\(error): \(scratch.processes())") }
  }

  /// The configuration files of the sites, with their texts.
  func files() throws -> [String: String] {
    let directory = caddy.sites
    let names = try Files.list(directory).filter { $0 != "lock" && $0 != "live" && $0 != "files" }
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Files.text("\(directory)/\($0)") ?? "") })
  }

  /// The same sites, with somebody who is told of what was mended.
  func sites(_ switching: Switching = .rename, _ tell: @escaping (String) -> Void = { _ in }) throws -> CaddySites {
    try CaddySites(
      directory: sites.directory, httpPort: sites.httpPort, service: caddy, switching: switching, tell: tell)
  }

  /// What Caddy has logged; it logs each load.
  func log() throws -> String { try Files.text("\(scratch.path)/caddy/caddy.log") ?? "" }

  /// The same sites, of a Caddy whose ports nobody looks at before it loads them.
  func blindSites() throws -> CaddySites {
    try CaddySites(directory: sites.directory, httpPort: sites.httpPort, service: BlindCaddy(caddy: caddy))
  }

  /// Has Caddy load configurations that it cannot listen for, past nextdeploy, as an admin may: until one left what it
  /// should not, where this Caddy does that. With which port it begins is chance.
  func failLoads(_ program: TestedCaddy, leavingMoreOn port: Port) async throws {
    let (directory, taken) = ("\(scratch.path)/caddy", try scratch.ports[24])
    let (caddyfile, socket) = ("\(scratch.path)/Caddyfile.failing", "unix/\(directory)/admin.sock")
    try await NodeServer.run(
      scratch, "const server = require('net').createServer()", listen: "\(taken), '0.0.0.0'"
    ) { _ in
      var loads = 0
      try wait(until: "a load that fails") {
        loads += 1
        try Files.write(
          "{\n\tadmin \(socket)\n\tauto_https off\n}\nimport \(sites.directory)/*.caddy\n"
            + "http://:\(taken) {\n\trespond \(loads)\n}\n", to: caddyfile)
        let (status, output) = try ChildProcess.run(
          Command(
            ["caddy", "reload", "--config", caddyfile, "--adapter", "caddyfile", "--address", socket],
            environment: caddy.environment))
        #expect(!status.isSuccess, "\(output)")
        return program.leavesLeftovers ? listeners(port).count > 1 : loads == 3
      }
    }
  }

  /// Who listens on a port.
  func listeners(_ port: Port) -> [ConnectionTable.Listener] { ConnectionTable.listeners(on: [port.number]) }

  /// A server that answers with a text, as an app's instance does.
  func app<Result>(_ text: String, _ test: (Port) async throws -> Result) async throws -> Result {
    let script = """
      const server = require('http').createServer((request, answer) =>
        answer.end(`\(text) ${request.headers.host} ${request.headers['x-middleware-subrequest']}`))
      """
    return try await NodeServer.run(scratch, script) { try await test($0.port) }
  }

  /// What a visitor gets; nil where nobody listens or it is no 200.
  ///
  /// - Parameter headers: lines, as "X-Forwarded-For: 203.0.113.9".
  func get(
    _ port: Port, host: String, path: String = "/", headers: [String] = ["X-Middleware-Subrequest: forged"],
    _ options: String...
  ) throws -> String? {
    let lines = (["Host: \(host)"] + headers).flatMap { ["--header", $0] }
    let command = Command(
      ["curl", "--silent", "--fail", "--max-time", "10"] + lines + options + ["http://127.0.0.1:\(port)\(path)"],
      environment: CurrentProcess.environment)
    let (status, text) = try ChildProcess.run(command)
    return status.isSuccess ? text : nil
  }

  /// The process that Caddy itself is.
  func process() throws -> ProcessIdentity {
    try wait(for: "Caddy's process") { scratch.processes("caddy run").first }
  }
}

extension Site {
  /// An app on 127.0.0.1, as nearly all are.
  init(app: AppName, addresses: [SiteAddress], port: Port) throws {
    try self.init(app: app, addresses: addresses, upstream: Upstream(port: port))
  }

  /// An app of which only the instance matters.
  init(app: AppName, addresses: [SiteAddress], upstream: Upstream) throws {
    self.init(app: app, addresses: addresses, upstream: upstream, release: try ReleaseID("20261124-101112"))
  }
}
