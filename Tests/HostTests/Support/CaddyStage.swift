import Deploy
import Host
import Posix
import Testing

/// A Caddy of its own, with its sites, for one test.
struct CaddyStage {
  let scratch: Scratch
  let caddy: EmbeddedCaddy
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
    caddy = EmbeddedCaddy(
      directory: directory, supervisor: supervisor, environment: program.environment,
      tools: program.tools(below: scratch.path))
    sites = try CaddySites(
      directory: EmbeddedCaddy.sites(below: directory), httpPort: try scratch.ports[20], service: caddy)
  }

  private func end() {
    do {
      try caddy.stop()
      try wait(until: "the end of Caddy") { scratch.processes().isEmpty }
    } catch { Issue.record("\(error): \(scratch.processes())") }
  }

  /// The configuration files of the sites, with their texts.
  func files() throws -> [String: String] {
    let directory = EmbeddedCaddy.sites(below: "\(scratch.path)/caddy")
    let names = try Files.list(directory).filter { $0 != "lock" }
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Files.text("\(directory)/\($0)") ?? "") })
  }

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
  init(app: AppName, addresses: [SiteAddress], port: Port) {
    self.init(app: app, addresses: addresses, upstream: Upstream(port: port))
  }
}
