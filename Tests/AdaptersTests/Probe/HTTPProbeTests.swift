import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

@Suite("A health probe")
struct HTTPProbeTests {
  @Test(
    "reads the status of an answer's first line",
    arguments: [
      ("HTTP/1.1 200 OK", 200), ("HTTP/1.0 404 Not Found", 404), ("HTTP/1.1 204", 204), ("HTTP/1.1 599 Odd", 599),
      ("HTTP/2 301", 301),
    ])
  func status(line: String, status: Int) throws {
    #expect(try HTTPReader.status(of: line) == status)
  }

  @Test(
    "does not take for HTTP what is not",
    arguments: ["", "200 OK", "HTTP/1.1", "HTTP/1.1 OK", "HTTP/1.1 99 Low", "HTTP/1.1 600 High", "SSH-2.0-OpenSSH"])
  func noStatus(line: String) {
    #expect(throws: HTTPReader.Problem.broken("it begins with '\(line)'")) { try HTTPReader.status(of: line) }
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

    init(_ name: String, _ script: String, _ status: Int, _ body: String = "") {
      self.init(name, script, .response(ProbeResponse(status: status, body: Array(body.utf8))))
    }

    static let heads = [
      Behaviour("good", #"socket.end('HTTP/1.1 200 OK\r\n\r\n')"#, 200),
      Behaviour("without a reason", #"socket.end('HTTP/1.1 200\r\n\r\n')"#, 200),
      Behaviour("an error", #"socket.end('HTTP/1.1 503 Busy\r\n\r\n')"#, 503),
      Behaviour(
        "in pieces",
        #"'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'.split('').forEach((c, i) => setTimeout(() => socket.write(c), 5 * i))"#,
        200, "a"),
      Behaviour(
        "informational first",
        #"socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'); setTimeout(() => socket.end('HTTP/1.1 200 OK\r\n\r\n'), 20)"#,
        200),
      Behaviour(
        "informational in one piece",
        #"socket.end('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n')"#,
        404),
      Behaviour(
        "informational for ever",
        #"const go = () => socket.write('HTTP/1.1 100 Continue\r\nX: x\r\n\r\n'.repeat(1000), e => e || go()); go()"#,
        .broken("its head has no end")),
      Behaviour("another protocol", #"socket.write('HTTP/1.1 101 Switching\r\n\r\n')"#, 101),
      Behaviour("garbage", #"socket.write('SSH-2.0-OpenSSH\r\n')"#, .broken("it begins with 'SSH-2.0-OpenSSH'")),
      Behaviour("silent", "", .silent),
      Behaviour("a line without an end", "socket.write('HTTP/1.1 200')", .silent),
      Behaviour("a head without an end", #"socket.write('HTTP/1.1 200\r\nX: y\r\n')"#, .silent),
      Behaviour("closed at once", "socket.end()", .broken("it closed the connection")),
      Behaviour("closed in the first line", "socket.end('HTTP/1.1')", .broken("it closed the connection")),
      Behaviour(
        "closed in the head", #"socket.end('HTTP/1.1 200 OK\r\nX: y\r\n')"#, .broken("it closed the connection")),
      Behaviour("endless", "socket.write('x'.repeat(100000))", .broken("its first line has no end")),
      Behaviour(
        "an endless field", #"socket.write('HTTP/1.1 200\r\nX: ' + 'x'.repeat(100000))"#, .broken("its head has no end")
      ),
      Behaviour(
        "endless fields", #"socket.write('HTTP/1.1 200\r\n' + 'X: y\r\n'.repeat(100000))"#,
        .broken("its head has no end")),
      Behaviour(
        "all that is looked at",
        #"socket.end('HTTP/1.1 302 Found\r\nLOCATION:  /en \r\nset-cookie: a=b; Path=/\r\nSet-Cookie: c=d\r\nno field\r\n folded\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\nx')"#,
        .response(
          ProbeResponse(
            status: 302, location: "/en", cookies: ["a=b; Path=/", "c=d"], type: "text/html", encoding: "gzip",
            body: [UInt8(ascii: "x")]))),
    ]

    static let bodies = [
      Behaviour("a length", #"socket.write('HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabcdef')"#, 200, "abc"),
      Behaviour("none of a length", #"socket.write('HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n')"#, 200),
      Behaviour("none by its status", #"socket.write('HTTP/1.1 304\r\nContent-Length: 3\r\n\r\n')"#, 304),
      Behaviour(
        "up to the end", #"socket.write('HTTP/1.0 200\r\n\r\nab'); setTimeout(() => socket.end('c'), 50)"#, 200, "abc"),
      Behaviour(
        "chunks",
        #"socket.write('HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n')"#,
        200, "ab0123456789"),
      Behaviour(
        "chunks in pieces",
        #"'HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'.split('').forEach((c, i) => setTimeout(() => socket.write(c), 5 * i))"#,
        200, "abc"),
      Behaviour(
        "a page that goes on for ever",
        #"socket.write('HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n'); setInterval(() => socket.write('1\r\nx\r\n'), 5000)"#,
        200, "ab"),
      Behaviour(
        "a length that is none", #"socket.write('HTTP/1.1 200\r\nContent-Length: +3\r\n\r\nabc')"#,
        .broken("its Content-Length is '+3'")),
      Behaviour(
        "a length of any length", #"socket.write('HTTP/1.1 200\r\nContent-Length: 99999999999999999999\r\n\r\nabc')"#,
        .broken("its Content-Length is '99999999999999999999'")),
      Behaviour(
        "less than it says", #"socket.end('HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nab')"#,
        .broken("it closed the connection before its answer's end")),
      Behaviour(
        "a chunk's length that is none",
        #"socket.write('HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n')"#,
        .broken("the length of a chunk is '-1'")),
      Behaviour(
        "a chunk of any length",
        #"socket.write('HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n')"#,
        .broken("the length of a chunk is 'ffffffffffffffff'")),
      Behaviour(
        "a wrong chunk",
        #"socket.write('HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n')"#,
        .broken("a chunk is longer than it says")),
      Behaviour(
        "chunks that end too soon",
        #"socket.end('HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n')"#,
        .broken("it closed the connection")),
    ]
  }

  private func ask(_ port: Port, within limit: Double = 30, address: LoopbackAddress = .v4) -> ProbeAnswer {
    let request = ProbeRequest(origin: Origin(.https, host: "shop.example.com"), target: "/up?a=b", cookies: "c=d")
    return HTTPProbe().ask(request, of: Upstream(address, port: port), within: limit)
  }

  @Test("says what a server answers", arguments: Behaviour.heads + Behaviour.bodies)
  func real(behaviour: Behaviour) async throws {
    try await Scratch.run { scratch in
      let script = """
        const server = require('net').createServer(socket => {
          socket.on('error', () => {}); socket.once('data', () => { \(behaviour.script) })
        })
        """
      try await NodeServer.run(scratch, script) { server in
        #expect(ask(server.port, within: behaviour.answer == .silent ? 0.2 : 30) == behaviour.answer)
      }
    }
  }

  @Test(
    "reads no more of a body than it looks at, and for no longer",
    arguments: [
      ("", "x"), ("Content-Length: 10737418240", "x"), ("Transfer-Encoding: chunked", "280000000\\r\\nx"),
      ("Transfer-Encoding: chunked", "1;" + String(repeating: "x", count: 10_000) + "\\r\\na\\r\\n"),
    ])
  func tenGigabytes(field: String, piece: String) async throws {
    try await Scratch.run { scratch in
      let script = """
        const piece = Buffer.from('\(piece)'.padEnd(10000, 'x'))
        const server = require('net').createServer(socket => {
          socket.on('error', () => {}); socket.once('data', () => {
            const go = () => socket.write(piece, error => error || go())
            socket.write('HTTP/1.1 200\\r\\n\(field)\\r\\n' + '\(field.isEmpty ? "" : "\\r\\n")', go)
          })
        })
        """
      try await NodeServer.run(scratch, script) { server in
        let start = ContinuousClock.now
        guard case .response(let response) = ask(server.port) else {
          Issue.record("no answer")
          return
        }
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(response.status == 200)
        #expect(response.body.count <= 1 << 20)
      }
    }
  }

  @Test("reads what a real server compresses for nobody, and chunks")
  func realPage() async throws {
    try await Scratch.run { scratch in
      let script = """
        const server = require('http').createServer((request, answer) => {
          if (request.headers['accept-encoding'] !== 'identity') return answer.writeHead(500).end()
          answer.writeHead(200, { 'Content-Type': 'text/html', 'Set-Cookie': ['a=b', 'c=d'] })
          for (let i = 0; i < 1000; i++) answer.write('0123456789')
          answer.end()
        })
        """
      try await NodeServer.run(scratch, script) { server in
        let body = Array(String(repeating: "0123456789", count: 1000).utf8)
        #expect(
          ask(server.port)
            == .response(ProbeResponse(status: 200, cookies: ["a=b", "c=d"], type: "text/html", body: body)))
      }
    }
  }

  @Test("says that nothing listens", arguments: LoopbackAddress.allCases)
  func refused(address: LoopbackAddress) async throws {
    try await Scratch.run { scratch in
      let port = try scratch.ports[0]

      #expect(ask(port, address: address) == .refused)
    }
  }

  @Test("asks for one path with all that the proxy would say, and follows no redirect")
  func request() async throws {
    try await Scratch.run { scratch in
      let script = """
        const server = require('http').createServer((request, answer) => {
          require('fs').appendFileSync('requests', `${request.method} ${request.url}\\n` + request.rawHeaders.join('\\n'))
          answer.writeHead(302, { Location: '/login' }); answer.end()
        })
        """
      try await NodeServer.run(scratch, script) { server in
        let answer = ask(server.port)
        let requests = try scratch.text("requests")

        #expect(answer == .response(ProbeResponse(status: 302, location: "/login")))
        #expect(
          requests == """
            GET /up?a=b
            Host
            shop.example.com
            User-Agent
            nextdeploy
            Accept
            */*
            Accept-Encoding
            identity
            Accept-Language
            en
            X-Forwarded-For
            127.0.0.1
            X-Forwarded-Host
            shop.example.com
            X-Forwarded-Port
            443
            X-Forwarded-Proto
            https
            Cookie
            c=d
            Connection
            close
            """)
      }
    }
  }

  @Test("finds a server on either loopback address, and where it listens", arguments: ["127.0.0.1", "::1"])
  func addresses(host: String) async throws {
    try await Scratch.run { scratch in
      let script = "const server = require('http').createServer((request, answer) => answer.end('x'))"
      try await NodeServer.run(scratch, script, listen: "0, '\(host)'") { server in
        let own = HTTPProbe().listeners(of: server.process, on: server.port)
        let address = try #require(LoopbackAddress(reaching: server.port, at: own))

        #expect(own == [ListeningAddress(host: host, port: server.port.number)])
        #expect(address.rawValue == host)
        #expect(ask(server.port, address: address) == .response(ProbeResponse(status: 200, body: Array("x".utf8))))
        #expect(!Socket.isFree(server.port.number))
        for other in LoopbackAddress.allCases where other != address {
          #expect(ask(server.port, address: other) == .refused)
        }
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

        let answers = (0..<5).map { _ in ask(server.port, within: 0.2) }

        #expect(answers == Array(repeating: .silent, count: 5))
        #expect(ContinuousClock.now - start < .seconds(10), "the kernel alone would try for two minutes")
      }
    }
  }
}
