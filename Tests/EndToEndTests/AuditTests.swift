import Deploy
import Posix
import TestKit
import Testing

@Suite("A registry that knows of holes", .enabled(if: Registry.answers, "no npm registry answers"))
struct AuditTests {
  /// The tests' registry, with an answer to what npm asks for an audit.
  private static func registry(_ scratch: Scratch, audit: String) throws -> String {
    let registry = try #require(CurrentProcess.environment["npm_config_registry"])
    return """
      const http = require('http')
      const target = new URL(\(App.quoted(registry)))
      const server = http.createServer((request, answer) => {
        if (request.url.includes('/security/')) {
          require('fs').appendFileSync(\(App.quoted("\(scratch.path)/asked")), request.method + ' ' + request.url + '\\n')
          \(audit)
        }
        const own = { host: target.hostname, port: target.port, path: request.url, method: request.method }
        const asked = http.request({ ...own, headers: { ...request.headers, host: target.host } }, (found) => {
          answer.writeHead(found.statusCode, found.headers)
          found.pipe(answer)
        })
        asked.on('error', () => answer.destroy())
        request.pipe(asked)
      })
      """
  }

  /// Pushes an app with one package, twice, where the registry does this for an audit.
  private static func push(
    audit: String, setting: String? = nil, _ test: (Sandbox, Output, Output, [String]) throws -> Void
  ) async throws {
    try await Scratch.run { scratch in
      try await NodeServer.run(scratch, try registry(scratch, audit: audit)) { server in
        try Sandbox.run { sandbox in
          let project = try sandbox.createApp()
          let address = "http://127.0.0.1:\(server.port)/"
          try sandbox.nextdeploy("env", "set", "shop", "npm_config_registry=\(address)").expectSuccess()
          if let setting { try sandbox.nextdeploy("config", "set", "audit", setting).expectSuccess() }
          try project.write([
            "package.json":
              #"{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"ms": "2.1.3"}}"#,
            "server.js": App.server("answer.end('one')"), ".gitignore": "node_modules/\n",
          ])
          try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit"], in: project.directory)
            .expectSuccess()
          try project.commit("One")
          let first = try project.push().expectSuccess()
          try project.commit("Two", ["server.js": App.server("answer.end('two')")])
          let second = try project.push().expectSuccess()
          #expect(try sandbox.get() == "two")
          let asked = try Files.text("\(scratch.path)/asked") ?? ""
          try test(sandbox, first, second, asked.split(separator: "\n").map(String.init))
        }
      }
    }
  }

  private static func answer(_ body: String) -> String {
    "answer.writeHead(200, { 'content-type': 'application/json' }); return answer.end(\(body))"
  }

  /// npm keeps what it once heard under a number.
  private static func advisory(_ title: String, severity: String = "critical") -> String {
    """
    JSON.stringify({ ms: [{ id: Math.floor(Math.random() * 1e9), url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm', title: \(App.quoted(title)),
      severity: \(App.quoted(severity)), vulnerable_versions: '<9', cwe: [], cvss: { score: 9.8 } }] })
    """
  }

  @Test("is asked once something was installed, and what is critical is told")
  func critical() async throws {
    try await Self.push(audit: Self.answer(Self.advisory("Anybody can run code"))) { _, first, second, asked in
      first.expect(
        "warning: npm audit: ms: Anybody can run code (GHSA-35jh-r3h4-6jhm, critical): run 'npm audit fix' where it is developed."
      )
      second.expect("unchanged, skipped")
      second.expectNo("npm audit")
      #expect(asked == ["POST /-/npm/v1/security/advisories/bulk"])
    }
  }

  @Test("is not heard for less than that")
  func lesser() async throws {
    try await Self.push(audit: Self.answer(Self.advisory("Slow", severity: "high"))) { _, first, _, asked in
      first.expectNo("npm audit")
      #expect(!asked.isEmpty)
    }
  }

  @Test("is not asked where the app's settings say so")
  func off() async throws {
    try await Self.push(audit: Self.answer(Self.advisory("Anybody can run code")), setting: "off") {
      sandbox, first, _, asked in
      first.expectNo("npm audit")
      #expect(asked.isEmpty)
      try sandbox.nextdeploy("config", "set", "audit", "maybe").expect(status: 2).expect("neither 'on' nor 'off'")
      try sandbox.nextdeploy("config", "show").expectSuccess().expect("audit", "off")
    }
  }

  @Test("that never answers holds up a push for 3 s at most, and leaves nothing running")
  func hangs() async throws {
    try await Self.push(audit: "return") { sandbox, first, _, _ in
      first.expectNo("npm audit")
      let deploys = try sandbox.deploys()
      let seconds = deploys.flatMap { $0["steps"]?.elements ?? [] }.compactMap { step -> Double? in
        guard step["step"]?.string == "install", case .number(let seconds)? = step["seconds"] else { return nil }
        return seconds
      }
      #expect(try #require(seconds.max()) < 20)
      let log = try Self.log(of: sandbox)
      #expect(log.contains("npm audit: no answer within 3 s"))
      #expect(!sandbox.processes().contains { $0.contains("npm audit") })
    }
  }

  @Test(
    "that lies is not believed, nor told",
    arguments: [
      "'<html>'", "'[]'", "'{\"ms\": {}}'", "'{\"ms\": [{\"severity\": \"critical\"}]}'", "'x'.repeat(5_000_000)",
      "JSON.stringify({ ms: [{ title: 7, severity: 'critical', vulnerable_versions: '*', url: 'a', id: Math.random() * 1e9 | 0 }] })",
    ])
  func lies(body: String) async throws {
    try await Self.push(audit: Self.answer(body)) { _, first, _, _ in
      first.expectNo("warning: npm audit")
    }
  }

  @Test("that lies with a terminal's own commands steers none")
  func steers() async throws {
    try await Self.push(audit: Self.answer(Self.advisory("bad\u{1b}[2Jthing"))) { _, first, _, _ in
      first.expect("warning: npm audit: ms: bad")
      first.expectNo("\u{1b}[2J")
    }
  }

  private static func log(of sandbox: Sandbox) throws -> String {
    let names = try Files.list("\(sandbox.app())/deploys").filter { $0.hasSuffix(".log") }
    return try names.compactMap { try Files.text("\(sandbox.app())/deploys/\($0)") }.joined()
  }
}
