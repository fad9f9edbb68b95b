import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// How Doppler is asked: with its own program, or with curl where that is not installed.
enum DopplerClient: String, CaseIterable, Sendable {
  case doppler, curl

  /// Whether both are here. In CI they must be: there a test that cannot run has failed.
  static var areThere: Bool {
    let path = CurrentProcess.environment["PATH"] ?? ""
    return CurrentProcess.environment["CI"] == "true"
      || allCases.allSatisfy { Command.find($0.rawValue, path: path) != nil }
  }

  /// An environment whose PATH has this one alone.
  func environment(_ scratch: Scratch) throws -> [String: String] {
    let programs = "\(scratch.path)/programs-\(self)"
    try Files.makeDirectory(programs)
    for name in [rawValue, "timeout"] {
      let file = try #require(Command.find(name, path: CurrentProcess.environment["PATH"] ?? ""))
      try Files.replaceLink("\(programs)/\(name)", to: Files.resolved(file))
    }
    return ["PATH": programs, "HOME": "/", "LANG": "C.UTF-8"]
  }
}

/// A server on loopback that speaks Doppler's endpoint; what it does is in the token.
@Suite(
  "Secrets from Doppler", .enabled(if: DopplerClient.areThere, "the doppler program is not installed: script/prepare"))
struct DopplerTests {
  private static let script = """
    let count = 0
    const server = require('http').createServer((request, answer) => {
      const url = new URL(request.url, 'http://localhost')
      const mode = (request.headers.authorization ?? '').replace('Bearer dp.st.', '')
      const log = `${request.method} ${url.pathname} ${url.searchParams.get('format')} ${mode}`
      require('fs').appendFileSync('requests', log + '\\n')
      count++
      const json = (status, value, headers = {}) => {
        answer.writeHead(status, { 'content-type': 'application/json', ...headers })
        answer.end(typeof value === 'string' ? value : JSON.stringify(value))
      }
      const error = (text) => ({ messages: [text], success: false })
      switch (mode) {
        case 'good': return json(200, { A: '1', LINES: 'x\\ny', QUOTES: '"\\'`$', DOPPLER_CONFIG: 'prd' })
        case '401': return json(401, error('Invalid Service token'))
        case '404': return json(404, error('Could not find requested config'))
        case '429': return count < 2 ? json(429, error('Too many requests'), { 'retry-after': '1' }) : json(200, { A: '1' })
        case '429-long': return json(429, error('Too many requests'), { 'retry-after': '3600' })
        case '500': return json(500, '<html>')
        case 'malformed': return json(200, '{"A": ')
        case 'list': return json(200, ['A'])
        case 'number': return json(200, { A: 1 })
        case 'name': return json(200, { 'A=B': '1' })
        case 'slow': return
      }
    })
    """

  private func run(
    _ client: DopplerClient, _ test: (Scratch, (String, Double, Double) throws -> [String: String]) async throws -> Void
  ) async throws {
    try await Scratch.run { scratch in
      try await NodeServer.run(scratch, Self.script) { server in
        let environment = try client.environment(scratch)
        try await test(scratch) { mode, answerLimit, limit in
          try Self.fetch(mode, "http://127.0.0.1:\(server.port)", environment, scratch.path, answerLimit, limit)
        }
      }
    }
  }

  private static func fetch(
    _ mode: String, _ host: String, _ environment: [String: String], _ path: String, _ answerLimit: Double = 10,
    _ limit: Double = 30
  ) throws -> [String: String] {
    let own = AppEnvironment(["DOPPLER_TOKEN": .init("dp.st.\(mode)"), "DOPPLER_API_HOST": .init(host)])
    let source = DopplerSource(
      directory: "\(path)/doppler", environment: environment, answerLimit: answerLimit, limit: limit)
    return try source.fetch(try #require(try DopplerAccess(own)))
  }

  @Test("are what its config has, unchanged", arguments: DopplerClient.allCases)
  func good(client: DopplerClient) async throws {
    try await run(client) { scratch, fetch in
      let secrets = try fetch("good", 10, 30)

      #expect(secrets == ["A": "1", "LINES": "x\ny", "QUOTES": "\"'`$", "DOPPLER_CONFIG": "prd"])
      #expect(try scratch.text("requests") == "GET /v3/configs/config/secrets/download json good\n")
    }
  }

  @Test(
    "are not there for a reason that is reported", arguments: DopplerClient.allCases,
    [
      ("401", "Doppler refused the token: 'Invalid Service token'"),
      ("404", "Doppler answered: 'Could not find requested config'"),
      ("429-long", "Doppler wants no more requests"), ("500", "Doppler could not be reached: it"),
      ("malformed", "its answer is not what it should be"), ("list", "its answer is not what it should be"),
      ("number", "'A' is nothing that a variable can be"), ("name", "'A=B' is nothing that a variable can be"),
      ("slow", "Doppler could not be reached: it gave no answer in time"),
    ])
  func failures(client: DopplerClient, how: (mode: String, cause: String)) async throws {
    try await run(client) { scratch, fetch in
      let began = ContinuousClock.now
      let error = #expect(throws: Failure.self) { try fetch(how.mode, 1, 1.5) }

      #expect(error?.attempt.hasPrefix("fetching secrets from Doppler (http://127.0.0.1:") == true)
      #expect(error?.cause.hasPrefix(how.cause) == true, "\(error?.cause ?? "")")
      #expect(error?.description.contains("dp.st") == false)
      #expect(ContinuousClock.now - began < .seconds(8))
    }
  }

  @Test("are asked for again when Doppler says so", arguments: DopplerClient.allCases)
  func busy(client: DopplerClient) async throws {
    try await run(client) { scratch, fetch in
      let began = ContinuousClock.now

      let secrets = try fetch("429", 10, 30)

      #expect(secrets == ["A": "1"])
      #expect(ContinuousClock.now - began >= .seconds(1))
      #expect(try scratch.text("requests")?.split(separator: "\n").count == 2)
    }
  }

  @Test("are not there where nobody listens", arguments: DopplerClient.allCases)
  func unreachable(client: DopplerClient) async throws {
    try await Scratch.run { scratch in
      let environment = try client.environment(scratch)
      let port = scratch.ports.first

      let error = #expect(throws: Failure.self) {
        try Self.fetch("good", "http://127.0.0.1:\(port)", environment, scratch.path, 1, 1)
      }

      #expect(error?.cause.hasPrefix("Doppler could not be reached: '") == true, "\(error?.cause ?? "")")
    }
  }

  @Test("need one of the two programs")
  func none() throws {
    let error = #expect(throws: Failure.self) {
      try Self.fetch("good", "http://127.0.0.1:1", ["PATH": "/nowhere"], "/nowhere")
    }

    #expect(error?.cause == "neither 'doppler' nor 'curl' is on this machine's PATH")
  }
}
