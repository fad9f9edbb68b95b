import Deploy
import Posix
import Testing

@testable import Host

@Suite("A site's block")
struct SiteBlockTests {
  @Test(
    "keeps WebSockets where Caddy can",
    arguments: [
      (nil, false), ("2.6.2", false), ("2.6.4", false), ("1.9.0", false), ("2.7.0", true), ("2.11.7", true),
      ("3.0.0", true),
    ] as [(String?, Bool)])
  func streams(version: String?, keeps: Bool) throws {
    let block = SiteBlock(
      app: try AppName("shop"), addresses: ["http://:8080"], upstream: Upstream(port: try Port("3001")),
      caddy: version.flatMap(Version.init))

    #expect(block.text.contains("\t\tstream_close_delay 24h\n") == keeps)
    #expect(!block.text.contains("{{"))
  }

  @Test(
    "is for the version that Caddy says",
    arguments: [
      ("2.6.2\n", "2.6.2"), ("v2.11.7 h1:yj0Y4fYZGPkSvibBJ1sTWE33xC0fxztVyXEW5iIdUT4=\n", "2.11.7"),
      ("v2.7.0-beta.2 h1:x", "2.7.0-beta.2"), ("(devel)\n", nil), ("unknown\n", nil), ("", nil),
    ] as [(String, String?)])
  func version(output: String, version: String?) {
    #expect(CaddyProgram.version(in: output)?.description == version)
  }

  @Test("is tested with a Caddy that keeps WebSockets and one that does not", arguments: TestedCaddy.allCases)
  func tested(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      let version = try #require(try stage.caddy.version)

      #expect((version >= Version("2.7.0")!) == program.keepsStreams, "run script/prepare")
    }
  }

  /// What a client may say to pass for another, once plainly and once so that the proxy takes its own words for the
  /// client's connection headers, which it removes (RFC 9110, 7.6.1).
  private static let lies = [
    [
      "X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 203.0.113.10", "X-Forwarded-Host: evil.example",
      "X-Forwarded-Proto: https", "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /evil", "X-Forwarded-Server: evil",
      "X-Forwarded-Scheme: https", "X-Forwarded-Ssl: on", "X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9",
      "X-Middleware-Subrequest: middleware", "x-middleware-rewrite: /admin",
    ],
    [
      "Connection: close, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto", "X-Forwarded-For: 203.0.113.9",
      "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https",
    ],
  ]

  @Test("lets the app hear of the client what Caddy saw, and nothing else", arguments: TestedCaddy.allCases, lies)
  func headers(program: TestedCaddy, lies: [String]) async throws {
    try await CaddyStage.run(program) { stage in
      let script =
        "const server = require('http').createServer((request, answer) => answer.end(JSON.stringify(request.headers)))"
      try await NodeServer.run(stage.scratch, script) { server in
        let http = try stage.scratch.ports[20]
        try stage.sites.route(
          Site(app: AppName("shop"), addresses: [.domain(Domain("shop.example.com"))], port: server.port))

        let text = try #require(try stage.get(http, host: "shop.example.com:\(http)", headers: lies + ["X-Own: own"]))

        let headers = try #require(try JSON.parse(text).members)
        let claims = headers.filter { $0.key == "forwarded" || $0.key.hasPrefix("x-") }
        #expect(
          claims.map { "\($0.key): \($0.value.string ?? "")" }.sorted() == [
            "x-forwarded-for: 127.0.0.1", "x-forwarded-host: shop.example.com:\(http)", "x-forwarded-proto: http",
            "x-own: own",
          ])
      }
    }
  }

  @Test("compresses what the app answers", arguments: TestedCaddy.allCases, ["gzip", "zstd"])
  func compression(program: TestedCaddy, encoding: String) async throws {
    try await CaddyStage.run(program) { stage in
      let script = """
        const server = require('http').createServer((request, answer) =>
          answer.setHeader('Content-Type', 'text/html').end('shop '.repeat(1000)))
        """
      try await NodeServer.run(stage.scratch, script) { server in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: server.port))

        let said = try stage.get(
          visible, host: "shop", headers: ["Accept-Encoding: \(encoding)"],
          "--output", "/dev/null", "--write-out", "%header{content-encoding} %{size_download}")

        let words = try #require(said).split(separator: " ")
        #expect(words.first ?? "" == encoding)
        #expect(Int(words.last ?? "").map { $0 < 1000 } == true, "\(words)")
      }
    }
  }

  @Test(
    "lets a WebSocket outlive a reload where Caddy can, and says goodbye to it elsewhere",
    arguments: TestedCaddy.allCases)
  func webSocket(program: TestedCaddy) async throws {
    let script = """
      const server = require('http').createServer()
      server.on('upgrade', (request, socket) => {
        const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
        const accept = require('crypto').createHash('sha1').update(key).digest('base64')
        socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n')
        socket.write(`Sec-WebSocket-Accept: ${accept}\\r\\n\\r\\n`)
        socket.on('error', () => {})
        socket.pipe(socket)
      })
      """
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, script) { old in
        try await stage.app("new") { new in
          let visible = try stage.scratch.ports[21]
          try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: old.port))
          let connection = try Connection(to: visible)
          try connection.send(
            "GET / HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
          #expect(try connection.receive("\r\n\r\n").hasPrefix("HTTP/1.1 101 "))

          try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: new))

          #expect(try stage.get(visible, host: "shop") == "new shop undefined")
          if program.keepsStreams {
            try connection.send("still there?")
            #expect(try connection.receive("?") == "still there?")
          } else {
            // A close frame with 1001, "going away" (RFC 6455, 7.4.1).
            #expect(try connection.receiveRest() == [0x88, 2, 0x03, 0xe9])
          }
        }
      }
    }
  }
}
