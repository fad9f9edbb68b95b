import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

@Suite("A site's block")
struct SiteBlockTests {
  private func block(of addresses: [SiteAddress], plain: Port? = nil, caddy: Version? = nil) throws -> SiteBlock {
    let site = try Site(app: try AppName("shop"), addresses: addresses, upstream: Upstream(port: try Port("3001")))
    return SiteBlock(
      site: site, plainPort: plain, caddy: caddy,
      live: LiveNames.Name(number: 1, destination: site.destination, mark: "0a"), names: "/caddy/live/shop",
      files: "/caddy/files/shop")
  }

  @Test(
    "looks for the live instance by itself where Caddy can, and its directory is named in plain characters",
    arguments: [
      (nil, "/live", false), ("2.5.2", "/live", false), ("2.6.2", "/live", true),
      ("2.11.7", "/opt/next-deploy_2.0/live", true),
      ("3.0.0", "/live", true), ("2.6.2", "/my sites/live", false), ("2.6.2", "/{live}", false),
      ("2.6.2", "/li*e", false),
      ("2.6.2", "/[live]", false), ("2.6.2", "/l\"ive", false), ("2.6.2", "/live\\", false), ("2.6.2", "/líve", false),
    ] as [(String?, String, Bool)])
  func canLook(version: String?, names: String, can: Bool) {
    #expect(SiteBlock.canLook(version.flatMap(Version.init), in: names) == can)
  }

  @Test(
    "keeps WebSockets where Caddy can",
    arguments: [
      (nil, false), ("2.6.2", false), ("2.6.4", false), ("1.9.0", false), ("2.7.0", true), ("2.11.7", true),
      ("3.0.0", true),
    ] as [(String?, Bool)])
  func streams(version: String?, keeps: Bool) throws {
    let block = try block(of: [.port(try Port("8080"))], caddy: version.flatMap(Version.init))

    #expect(try block.text.contains("\t\tstream_close_delay 24h\n") == keeps)
    #expect(try !block.text.contains("{{"))
  }

  @Test("of an app that is started knows nothing of files without a process, but while it was or will be such")
  func kinds() throws {
    var block = try block(of: [.port(try Port("8080"))], caddy: Version("2.6.2"))
    let look = "\t\tvars @name name {http.matchers.file.relative}\n\t\tmap {http.vars.name} {live}"
    let alone = try block.text
    #expect(alone.contains(look) && !alone.contains("{site}"))

    block.parts = [FilesPart(key: "0a", site: StaticSite(), directory: "/caddy/files/shop")]
    let both = try block.text
    #expect(both.contains("@site-0a vars {site} 0a\n") && both.contains("reverse_proxy {live} {"))
    #expect(!both.contains(look), "the name is looked up once")
    block.hasProcess = false
    #expect(try !block.text.contains("reverse_proxy"))
    block.parts = [FilesPart(key: "0a", site: StaticSite(), directory: "/caddy/{env.HOME}")]
    #expect(throws: Failure.self) { try block.text }
  }

  @Test(
    "fits the version that Caddy reports",
    arguments: [
      ("2.6.2\n", "2.6.2"), ("v2.11.7 h1:yj0Y4fYZGPkSvibBJ1sTWE33xC0fxztVyXEW5iIdUT4=\n", "2.11.7"),
      ("v2.7.0-beta.2 h1:x", "2.7.0-beta.2"), ("(devel)\n", nil), ("unknown\n", nil), ("", nil),
    ] as [(String, String?)])
  func version(output: String, version: String?) {
    #expect(CaddyProgram.version(in: output)?.description == version)
  }

  @Test(
    "is refused in Caddy's own words",
    arguments: [
      (["Error: adapting config: no", "See 'systemctl status'"], "adapting config: no"),
      (["reload: no such"], "no such"),
      (
        [
          #"{"level":"error","logger":"admin.api","msg":"request error","error":"loading"}"#,
          #"{"level":"info","msg":"stopped"}"#, #"{"level":"error","msg":"sending configuration: HTTP 400\n"}"#,
          "caddy.service: Control process exited",
        ], "sending configuration: HTTP 400"
      ), (["{", "nothing"], nil), ([], nil),
    ] as [([String], String?)])
  func words(lines: [String], error: String?) {
    #expect(CaddyProgram.error(in: lines) == error)
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
    ],
    [
      "Connection: close, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-Port",
      "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https",
      "X-Forwarded-Port: 1",
    ],
    [
      "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Connecting-IPv6", "Fastly-Client-IP",
      "X-Cluster-Client-IP",
      "X-Vercel-IP-Country", "X-Vercel-Forwarded-For", "X-Original-URL", "X-Rewrite-URL", "Proxy", "X-Forwarded-User",
      "X-Forwarded-Access-Token", "X-Forwarded-Path", "X-Forwarded-Protocol", "X-Forwarded-Client-Cert",
      // Once "_" is "-", as CGI and its like have it.
      "X_Forwarded_For", "X-Forwarded_Host", "x_real_ip", "True_Client-IP", "x_middleware_subrequest",
      "x-middleware_subrequest", "next_resume", "_",
    ].map { "\($0): 203.0.113.9" },
  ]

  private static let echo =
    "const server = require('http').createServer((request, answer) => answer.end(JSON.stringify(request.headers)))"

  @Test("tells the app about its client what Caddy saw, and nothing else", arguments: TestedCaddy.allCases, lies)
  func headers(program: TestedCaddy, lies: [String]) async throws {
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, Self.echo) { server in
        let http = try stage.scratch.ports[20]
        try stage.sites.route(
          Site(app: AppName("shop"), addresses: [.domain(Domain("shop.example.com"))], port: server.port))

        let text = try #require(try stage.get(http, host: "shop.example.com:\(http)", headers: lies + ["X-Own: own"]))

        let headers = try #require(try JSON.parse(text).members)
        let usual = ["via", "host", "user-agent", "accept", "accept-encoding", "connection"]
        let claims = headers.filter { !usual.contains($0.key) }
        #expect(
          claims.map { "\($0.key): \($0.value.string ?? "")" }.sorted() == [
            "x-forwarded-for: 127.0.0.1", "x-forwarded-host: shop.example.com:\(http)",
            "x-forwarded-port: \(http)", "x-forwarded-proto: http", "x-own: own",
          ])
      }
    }
  }

  @Test(
    "tells the app the port that the visitor's connection came to, whatever the Host header says",
    arguments: TestedCaddy.allCases)
  func forwardedPort(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, Self.echo) { server in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: server.port))

        for host in ["shop", "shop:1", "127.0.0.1:\(visible)", "[::1]:443"] {
          let text = try #require(try stage.get(visible, host: host))

          #expect(try JSON.parse(text)["x-forwarded-port"]?.string == "\(visible)", "\(host)")
        }
      }
    }
  }

  @Test("tells the app 443 for a domain with TLS, and the site's own port without")
  func visitorPort() throws {
    let plain = try Port("8080")
    let (domain, open) = (SiteAddress.domain(try Domain("shop.example.com")), SiteAddress.port(try Port("8081")))

    let ports = try [(domain, nil), (domain, plain), (open, nil), (open, plain)]
      .map { try block(of: [$0], plain: $1).visitorPort }

    #expect(ports == [443, 8080, 8081, 8081])
  }

  /// What of Next.js's own its server believes, of any version from 13 on (templates/site.caddy says from where).
  private static let internals = [
    "x-middleware-rewrite", "x-middleware-redirect", "x-middleware-set-cookie", "x-middleware-skip",
    "x-middleware-override-headers", "x-middleware-next", "x-now-route-matches", "x-matched-path",
    "x-nextjs-request-id", "x-nextjs-html-request-id", "x-next-resume-state-length", "next-resume",
    "x-middleware-subrequest", "x-middleware-subrequest-id", "x-middleware-invoke", "x-invoke-path",
    "x-invoke-query", "x-invoke-status", "x-invoke-error", "x-invoke-output", "x-middleware-request-cookie",
    "x-middleware-request-x-own", "x-middleware-refresh", "x-middleware-cache",
  ]

  /// What Next.js's own client says, and what nobody knows.
  private static let clients = [
    "x-middleware-prefetch", "x-nextjs-data", "next-action", "rsc", "next-router-prefetch", "next-router-state-tree",
    "next-router-segment-prefetch", "next-url", "x-deployment-id", "x-middleware", "x-middleware-own", "purpose",
    "x-action-forwarded", "x-prerender-revalidate",
  ]

  @Test(
    "keeps from the app the headers that only Next.js itself may send, and none that its client sends",
    arguments: TestedCaddy.allCases)
  func internalHeaders(program: TestedCaddy) async throws {
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, Self.echo) { server in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: server.port))

        let said = (Self.internals + Self.clients).map { "\($0): said" }
        let text = try #require(try stage.get(visible, host: "shop", headers: said))

        let arrived = Set(try #require(try JSON.parse(text).members).filter { $0.value == .string("said") }.map(\.key))
        #expect(arrived == Set(Self.clients))
      }
    }
  }

  @Test(
    "never sends a visitor to the app's internal address, but does to any other",
    arguments: TestedCaddy.allCases, [true, false])
  func internalOrigin(program: TestedCaddy, hasDomain: Bool) async throws {
    let script = """
      const server = require('http').createServer((request, answer) => {
        const [, name, value] = request.url.split('/').map(decodeURIComponent)
        answer.writeHead(307, { [name]: value }).end()
      })
      """
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, script) { server in
        let (http, visible) = (try stage.scratch.ports[20], try stage.scratch.ports[21])
        let address = hasDomain ? SiteAddress.domain(try Domain("shop.example.com")) : .port(visible)
        try stage.sites.restore(Site(app: AppName("shop"), addresses: [address], port: server.port))
        func heard(_ name: String, _ value: String) throws -> String? {
          let encoded = value.utf8.map { "%" + String(Int($0) + 256, radix: 16).suffix(2) }.joined()
          return try stage.get(
            hasDomain ? http : visible, host: "shop.example.com", path: "/\(name)/\(encoded)",
            "--output", "/dev/null", "--write-out", "%header{\(name)}")
        }
        let own = server.port

        for host in ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]", "LOCALHOST"] {
          #expect(try heard("location", "http://\(host):\(own)/target?x#y") == "/target?x#y")
          #expect(try heard("location", "https://\(host):\(own)") == "/")
        }
        for (value, wanted) in [
          ("HTTPS://localhost:\(own)?x=http://localhost:\(own)/", "/?x=http://localhost:\(own)/"),
          ("http://localhost:\(own)#y", "/#y"), ("//localhost:\(own)/target", "/target"),
          // A browser would take "//evil.example" for another site, and "\" and "/<tab>/" for "/" and "//".
          ("http://localhost:\(own)//evil.example/", "/evil.example/"),
          ("http://localhost:\(own)/\\evil.example/", "/evil.example/"),
          ("http://localhost:\(own)/\t/evil.example/", "/evil.example/"),
          ("http://localhost:\(visible)/target", hasDomain ? nil : "/target"),
          // A program on the visitor's own machine waits for this one, and these are other sites.
          ("http://localhost:\(own.number - 1)/callback", nil), ("http://localhost:\(own)0/callback", nil),
          ("http://localhost/callback", nil), ("http://localhost:\(own)@evil.example/", nil),
          ("http://localhost:\(own).evil.example/", nil), ("https://login.example/?to=http://localhost:\(own)/", nil),
          ("/target", nil), ("target", nil),
        ] as [(String, String?)] {
          #expect(try heard("location", value) == wanted ?? value)
        }
        for (name, value, wanted) in [
          ("x-nextjs-redirect", "http://localhost:\(own)/target", "/target"),
          ("x-action-redirect", "http://localhost:\(own)/target;push", "/target;push"),
          ("x-action-redirect", "http://localhost:\(own);push", "/;push"),
          ("refresh", "0;url=http://localhost:\(own)/target", "0;url=/target"),
          ("refresh", "0; URL='http://localhost:\(own)'", "0; URL='/'"),
          ("refresh", "5", "5"), ("refresh", "0;url=http://localhost:1/", "0;url=http://localhost:1/"),
        ] {
          #expect(try heard(name, value) == wanted)
        }
      }
    }
  }

  @Test(
    "passes a stream on as it comes, whatever is asked for and whatever it is", arguments: TestedCaddy.allCases)
  func streams(program: TestedCaddy) async throws {
    // The app tells what it sends only when it is told to go on: what is held back would never come.
    let script = """
      const waiting = []
      const server = require('http').createServer((request, answer) => {
        if (request.url === '/go') return answer.end(String(waiting.splice(0).map((go) => go()).length))
        answer.writeHead(200, { 'Content-Type': request.headers['x-type'], 'Cache-Control': 'no-store' })
        answer.flushHeaders()
        waiting.push(() => {
          answer.write(`first ${'x'.repeat(4000)} half`)
          waiting.push(() => answer.end('last'))
        })
      })
      """
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, script) { server in
        let visible = try stage.scratch.ports[21]
        try stage.sites.restore(Site(app: AppName("shop"), addresses: [.port(visible)], port: server.port))

        for type in ["text/html; charset=utf-8", "text/x-component", "text/event-stream", "application/json"] {
          for encoding in ["gzip", "zstd", "br", "identity", "gzip, deflate, br, zstd"] {
            let connection = try Connection(to: visible)
            try connection.send(
              "GET / HTTP/1.1\r\nHost: shop\r\nX-Type: \(type)\r\nAccept-Encoding: \(encoding)\r\n\r\n")

            let head = try connection.receive("\r\n\r\n")
            #expect(!head.lowercased().contains("content-encoding"), "\(head)")
            #expect(try stage.get(server.port, host: "shop", path: "/go") == "1")
            #expect(try connection.receive(" half").contains("first xxx"))
            #expect(try stage.get(server.port, host: "shop", path: "/go") == "1")
            _ = try connection.receive("last\r\n")
          }
        }
      }
    }
  }

  @Test(
    "leaves alone what the app compressed itself, and a part of a file", arguments: TestedCaddy.allCases)
  func compressedAlready(program: TestedCaddy) async throws {
    let script = """
      const server = require('http').createServer((request, answer) => {
        const text = 'shop '.repeat(1000)
        answer.setHeader('Content-Type', 'text/html')
        if (request.url === '/part') return answer.writeHead(206, { 'Content-Range': 'bytes 0-4999/9000' }).end(text)
        answer.setHeader('Content-Encoding', 'br').end(require('zlib').brotliCompressSync(text))
      })
      """
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, script) { server in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: server.port))

        let encodings = try ["/", "/part"].map { path in
          try stage.get(
            visible, host: "shop", path: path, headers: ["Accept-Encoding: gzip, br, zstd"],
            "--output", "/dev/null", "--write-out", "%header{content-encoding}")
        }

        #expect(encodings == ["br", ""])
      }
    }
  }

  @Test("answers 304 to a visitor who already has what it compressed", arguments: TestedCaddy.allCases)
  func conditional(program: TestedCaddy) async throws {
    let script = """
      const server = require('http').createServer((request, answer) => {
        answer.setHeader('ETag', '"one"').setHeader('Content-Type', 'text/html')
        if (request.headers['if-none-match'] === '"one"') return answer.writeHead(304).end()
        answer.end('shop '.repeat(1000))
      })
      """
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, script) { server in
        let visible = try stage.scratch.ports[21]
        try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: server.port))
        func ask(_ headers: String...) throws -> String? {
          try stage.get(
            visible, host: "shop", headers: ["Accept-Encoding: gzip"] + headers,
            "--output", "/dev/null", "--write-out", "%{http_code} %header{content-encoding} %header{etag}")
        }

        let tag = try #require(try ask()?.split(separator: " ").last)

        #expect(try ask()?.hasPrefix("200 gzip ") == true)
        #expect(try ask("If-None-Match: \(tag)")?.hasPrefix("304 ") == true)
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
    "lets a WebSocket outlive a reload where Caddy can, and ends it elsewhere",
    arguments: TestedCaddy.allCases)
  func webSocket(program: TestedCaddy) async throws {
    let script = """
      const server = require('http').createServer((request, answer) => answer.end())
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

          // By a switch it is not even touched.
          try stage.sites.route(Site(app: AppName("shop"), addresses: [.port(visible)], port: new))
          #expect(try stage.get(visible, host: "shop") == "new shop undefined")
          try connection.send("still there?")
          #expect(try connection.receive("?") == "still there?")

          try stage.sites(.reload).route(Site(app: AppName("shop"), addresses: [.port(visible)], port: new))

          #expect(try stage.get(visible, host: "shop") == "new shop undefined")
          if program.keepsStreams {
            try connection.send("still there?")
            #expect(try connection.receive("?") == "still there?")
          } else {
            // A close frame with 1001, "going away" (RFC 6455, 7.4.1), or none, where the app's side was closed first.
            #expect([[0x88, 2, 0x03, 0xe9], []].contains(try connection.receiveRest()))
          }
        }
      }
    }
  }
}
