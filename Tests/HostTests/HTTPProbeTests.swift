import Deploy
import Posix
import Testing

@testable import Host

@Suite("A health probe")
struct HTTPProbeTests {
  @Test(
    "reads the status of an answer's first line",
    arguments: [
      ("HTTP/1.1 200 OK", 200), ("HTTP/1.0 404 Not Found", 404), ("HTTP/1.1 204", 204), ("HTTP/1.1 204\r", 204),
      ("HTTP/1.1 599 Odd", 599), ("HTTP/2 301", 301),
    ])
  func status(line: String, status: Int) {
    #expect(HTTPProbe.status(of: line) == .status(status))
  }

  @Test(
    "takes for no HTTP what is none",
    arguments: ["", "200 OK", "HTTP/1.1", "HTTP/1.1 OK", "HTTP/1.1 99 Low", "HTTP/1.1 600 High", "SSH-2.0-OpenSSH"])
  func noStatus(line: String) {
    #expect(HTTPProbe.status(of: line) == .broken("it begins with '\(line)'"))
  }

  /// What a server does with each connection, and what the probe must say of it.
  struct Behaviour: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// JavaScript that has `socket`.
    let script: String
    let answer: ProbeAnswer

    init(_ name: String, _ script: String, _ answer: ProbeAnswer) {
      testDescription = name
      self.script = script
      self.answer = answer
    }

    static let all = [
      Behaviour("good", #"socket.write('HTTP/1.1 200 OK\r\n\r\n')"#, .status(200)),
      Behaviour("without a reason", #"socket.write('HTTP/1.1 200\r\n\r\n')"#, .status(200)),
      Behaviour("an error", #"socket.write('HTTP/1.1 503 Busy\r\n\r\n')"#, .status(503)),
      Behaviour(
        "in pieces",
        #"'HTTP/1.1 200 OK\r\n\r\n'.split('').forEach((c, i) => setTimeout(() => socket.write(c), 5 * i))"#,
        .status(200)),
      Behaviour(
        "informational first",
        #"socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'); setTimeout(() => socket.write('HTTP/1.1 200 OK\r\n\r\n'), 20)"#,
        .status(200)),
      Behaviour(
        "informational in one piece",
        #"socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n')"#,
        .status(404)),
      Behaviour("garbage", #"socket.write('SSH-2.0-OpenSSH\r\n')"#, .broken("it begins with 'SSH-2.0-OpenSSH'")),
      Behaviour("silent", "", .silent),
      Behaviour("a line without an end", "socket.write('HTTP/1.1 200')", .silent),
      Behaviour("closed at once", "socket.end()", .broken("it closed the connection")),
      Behaviour("closed in the first line", "socket.end('HTTP/1.1')", .broken("it closed the connection")),
      Behaviour("endless", "socket.write('x'.repeat(100000))", .broken("its first line has no end")),
    ]
  }

  @Test("says what a server answers", arguments: Behaviour.all)
  func real(behaviour: Behaviour) async throws {
    try await Scratch.run { scratch in
      let script = """
        const server = require('net').createServer(socket => {
          socket.on('error', () => {}); socket.once('data', () => { \(behaviour.script) })
        })
        """
      try await NodeServer.run(scratch, script) { server in
        let limit = behaviour.answer == .silent ? 0.2 : 30

        #expect(HTTPProbe().ask(port: server.port, path: "/", host: "shop", within: limit) == behaviour.answer)
      }
    }
  }

  @Test("says that nothing listens")
  func refused() async throws {
    try await Scratch.run { scratch in
      let answer = HTTPProbe().ask(port: try scratch.ports[0], path: "/", host: "shop", within: 30)

      #expect(answer == .refused)
    }
  }

  @Test("asks for one path with the app's host, and follows no redirect")
  func request() async throws {
    try await Scratch.run { scratch in
      let script = """
        const server = require('http').createServer((request, answer) => {
          require('fs').appendFileSync('requests', `${request.method} ${request.url} ${request.headers.host}\\n`)
          answer.writeHead(302, { Location: '/login' }); answer.end()
        })
        """
      try await NodeServer.run(scratch, script) { server in
        let answer = HTTPProbe().ask(port: server.port, path: "/health?a=b", host: "shop.example.com", within: 30)
        let requests = try scratch.text("requests")

        #expect(answer == .status(302))
        #expect(requests == "GET /health?a=b shop.example.com\n")
      }
    }
  }

  @Test("gives up in time on a server that takes no more connections")
  func backlog() async throws {
    try await Scratch.run { scratch in
      // It never comes back to accept what its queue holds.
      let script = """
        const server = require('net').createServer()
        server.on('listening', () => setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)))
        """
      try await NodeServer.run(scratch, script, listen: "{ port: 0, host: '127.0.0.1', backlog: 1 }") { server in
        let start = ContinuousClock.now

        let answers = (0..<5).map { _ in HTTPProbe().ask(port: server.port, path: "/", host: "shop", within: 0.2) }

        #expect(answers == Array(repeating: .silent, count: 5))
        #expect(ContinuousClock.now - start < .seconds(10), "the kernel alone would try for two minutes")
      }
    }
  }
}
