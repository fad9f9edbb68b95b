import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// A real Caddy with the files of several releases on the disk, in front of a server that says what it was asked for.
@Suite("Files whose names change with their content", .serialized)
struct FilesFromDiskTests {
  /// An app with its releases and its site.
  private struct Shop {
    let stage: CaddyStage
    let port: Port
    let visible: Port
    let name: AppName

    var layout: AppLayout { stage.layout(of: name) }
    var files: PublicDirectory { stage.files(of: name) }

    /// Makes a release of these files below `.next/static`, and sends visitors to it.
    func deploy(_ id: String, _ texts: [String: String], isDirect: Bool = true, path: String = "_next/static") throws {
      let release = try ReleaseID(id)
      try stage.scratch.write(
        Dictionary(uniqueKeysWithValues: texts.map { ("apps/shop/releases/\(id)/app/.next/static/\($0)", $1) }))
      try files.publish(
        PublishedFiles(
          directory: #require(RelativePath(".next/static")), path: #require(RelativePath(path)), isDirect: isDirect),
        of: release)
      try route(id)
    }

    func route(_ id: String) throws {
      try stage.sites.route(
        Site(app: name, addresses: [.port(visible)], upstream: Upstream(port: port), release: ReleaseID(id)))
    }

    /// Status, content type, caching and body of what a visitor gets.
    func get(_ path: String, _ options: String...) throws -> String {
      let format = "%{http_code} %{content_type} [%header{cache-control}] "
      let command = Command(
        ["curl", "--silent", "--path-as-is", "--globoff", "--max-time", "10", "--write-out", "%{stderr}\(format)"]
          + options + ["http://127.0.0.1:\(visible)\(path)"], environment: CurrentProcess.environment)
      let (status, output) = try ChildProcess.run(command)
      #expect(status.isSuccess, "\(output)")
      return output
    }
  }

  private static let server = """
    const server = require('http').createServer((request, answer) => {
      const known = request.url.startsWith('/page') || request.url.includes('own')
      answer.writeHead(known ? 200 : 404, { 'content-type': 'text/x-app' })
      answer.end(`app ${request.method} ${request.url}`)
    })
    """

  private func run(_ program: TestedCaddy, _ test: (Shop) throws -> Void) async throws {
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, Self.server) { server in
        try test(Shop(stage: stage, port: server.port, visible: stage.scratch.ports[21], name: AppName("shop")))
      }
    }
  }

  private let script = "200 text/javascript; charset=utf-8 [public, max-age=31536000, immutable] "

  @Test("come from the disk, and all else from the app", arguments: TestedCaddy.allCases)
  func direct(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.deploy(
        "20261124-101112", ["chunks/a.js": "one", "chunks/app/[slug]/page-1.js": "slug", "m/f.css": "css"])

      #expect(try shop.get("/_next/static/chunks/a.js").contains(script))
      #expect(try shop.get("/_next/static/chunks/a.js?dpl=1").hasPrefix("one"))
      #expect(try shop.get("/_next/static/chunks/app/[slug]/page-1.js").hasPrefix("slug"))
      #expect(try shop.get("/_next/static/chunks/app/%5Bslug%5D/page-1.js").hasPrefix("slug"))
      #expect(try shop.get("/_next/static/m/f.css").contains("200 text/css; charset=utf-8 "))
      #expect(try shop.get("/_next/static/chunks/a.js", "--range", "1-1").contains("206 "))
      #expect(try shop.get("/_next/static/chunks/a.js", "--head").contains("Etag: "))
      for path in ["/page", "/_next/static/b.js", "/_next/static/chunks", "/chunks/a.js"] {
        #expect(try shop.get(path).hasPrefix("app GET \(path)"))
        #expect(try shop.get(path).contains(" [] "))
      }
      #expect(try shop.get("/_next/static/chunks/a.js", "--data", "x").hasPrefix("app POST /_next/static/chunks/a.js"))
    }
  }

  @Test("are served by a route that holds nothing else: Caddy prepares a whole route at each request")
  func route() async throws {
    try await run(.debian) { shop in
      try shop.deploy("20261124-101112", ["a.js": "one"])
      let caddy = CaddyProgram(environment: shop.stage.caddy.environment, tools: shop.stage.caddy.tools)
      let (status, output) = try caddy.run(CaddyProgram.adapt(shop.stage.caddy.caddyfile))
      #expect(status.isSuccess, "\(output)")

      let json = try #require(output.split(separator: "\n").first { $0.hasPrefix("{") })
      let lengths = routes(in: try JSON.parse(String(json)), above: "\(shop.files.directory)/live")
      #expect(!lengths.isEmpty && lengths.allSatisfy { $0 < 10 }, "\(lengths)")
    }
  }

  /// The lengths of the lists of routes that lead to a text.
  private func routes(in json: JSON, above text: String) -> [Int] {
    let inside = (json.elements ?? json.members?.map(\.value) ?? []).flatMap { routes(in: $0, above: text) }
    let own = json["routes"]?.elements.flatMap { "\($0)".contains(text) ? $0.count : nil }
    return inside + [own].compactMap(\.self)
  }

  @Test("are compressed as their own release has them", arguments: TestedCaddy.allCases)
  func ownCompressed(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let text = String(repeating: "let same = 1\n", count: 200)
      let gzip = "Accept-Encoding: gzip"
      for id in ["20261124-101112", "20261124-101113"] {
        try shop.deploy(id, ["a.js": text, "a.js.gz": "its own", "b.js": id.hasSuffix("2") ? "small" : text])
        #expect(try shop.get("/_next/static/a.js", "--header", gzip).hasPrefix("its own"))
      }
      // The first release's page loads its own, whatever is compressed of another one.
      let all = "\(shop.files.directory)/all/_next/static"
      #expect(try Files.text("\(all)/b.js") == "small" && !Files.exists("\(all)/b.js.gz"))
      try shop.deploy("20261124-101114", ["a.js": text])
      #expect(try shop.get("/_next/static/a.js", "--compressed", "--header", gzip).hasPrefix(text))
      #expect(Files.exists("\(all)/a.js.gz"))
    }
  }

  @Test("of an earlier release are there while a page of it may be open", arguments: TestedCaddy.allCases)
  func kept(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.deploy("20261124-101112", ["a-1.js": "old", "b.js": "the same", "build/manifest.js": "first"])
      try shop.deploy("20261124-101113", ["a-2.js": "new", "b.js": "the same", "build/manifest.js": "second"])

      for (path, text) in [("a-1.js", "old"), ("a-2.js", "new"), ("b.js", "the same"), ("build/manifest.js", "second")]
      {
        let answer = try shop.get("/_next/static/\(path)")
        #expect(answer.contains(script) && answer.hasPrefix(text), "\(answer)")
      }
      try shop.route("20261124-101112")
      #expect(try shop.get("/_next/static/build/manifest.js").hasPrefix("first"))
      #expect(try shop.get("/_next/static/a-2.js").hasPrefix("new"))

      // It goes an hour after its release.
      let new = try ReleaseID("20261124-101113")
      try shop.route("20261124-101113")
      try Files.remove(shop.layout.release(ReleaseID("20261124-101112")).directory)
      try shop.files.prune(keeping: [new])
      try shop.files.prune(keeping: [new])
      #expect(try shop.get("/_next/static/a-1.js").hasPrefix("old"))
      try touch("\(shop.files.directory)/gone-20261124-101112")
      try PublicDirectory(
        directory: shop.files.directory, layout: shop.layout, environment: [:], kept: TimeLimit("2h")
      ).prune(keeping: [new])
      #expect(try shop.get("/_next/static/a-1.js").hasPrefix("old"))
      try shop.files.prune(keeping: [new])
      #expect(try shop.get("/_next/static/a-1.js").hasPrefix("app GET /_next/static/a-1.js"))
      #expect(try shop.get("/_next/static/b.js").hasPrefix("the same"))
      #expect(try Files.list("\(shop.files.directory)/releases") == ["20261124-101113"])
    }
  }

  @Test(
    "go through an app whose middleware may want them, which alone says what is there", arguments: TestedCaddy.allCases)
  func indirect(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.deploy("20261124-101112", ["own.js": "from the disk", "old.js": "old"], isDirect: false)
      try shop.deploy("20261124-101113", ["own.js": "from the disk"], isDirect: false)

      #expect(try shop.get("/_next/static/own.js").hasPrefix("app GET /_next/static/own.js"))
      #expect(try shop.get("/_next/static/old.js").hasPrefix("old"))
    }
  }

  @Test("are compressed once, whichever release has them", arguments: TestedCaddy.allCases)
  func compressed(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let text = String(repeating: "export const text = 'text'\n", count: 400)
      try shop.deploy("20261124-101112", ["large.js": text, "small.js": "small"])
      let first = try #require(try Files.status("\(shop.files.directory)/all/_next/static/large.js.gz"))
      try shop.deploy("20261124-101113", ["large.js": text, "other.js": text])

      for path in ["large.js", "other.js"] {
        let sizes = try shop.get(
          "/_next/static/\(path)", "--header", "Accept-Encoding: gzip", "--output", "/dev/null",
          "--write-out", "%header{content-encoding} %{size_download}")
        #expect(sizes == "gzip \(first.size)")
        #expect(try shop.get("/_next/static/\(path)", "--compressed").hasPrefix(text))
        #expect(try shop.get("/_next/static/\(path)").hasPrefix(text))
      }
      let second = try Files.status("\(shop.files.directory)/releases/20261124-101113/_next/static/large.js.gz")
      #expect(second?.inode == first.inode)
      #expect(try Files.status("\(shop.files.directory)/all/_next/static/small.js.gz") == nil)
      #expect(try shop.get("/_next/static/small.js", "--compressed").hasPrefix("small"))
    }
  }

  @Test("of a release that did not go live are gone with it, but for what others have", arguments: TestedCaddy.allCases)
  func withdrawn(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let (first, failed) = ("20261124-101112", "20261124-101113")
      try shop.deploy(failed, ["same.js": "same", "new.js": "new"])
      try shop.deploy(first, ["same.js": "same", "old.js": "old"])
      #expect(try shop.get("/_next/static/new.js").hasPrefix("new"), "a page of it might be open")

      // As a deploy that fails does.
      try Files.remove(shop.layout.release(ReleaseID(failed)).directory)
      try shop.files.withdraw(ReleaseID(failed))

      #expect(try shop.get("/_next/static/new.js").hasPrefix("app GET "))
      for name in ["same", "old"] { #expect(try shop.get("/_next/static/\(name).js").hasPrefix(name)) }
    }
  }

  @Test("are served below basePath", arguments: TestedCaddy.allCases)
  func below(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.deploy("20261124-101112", ["a.js": "one"], path: "docs/_next/static")

      #expect(try shop.get("/docs/_next/static/a.js").hasPrefix("one"))
      #expect(try shop.get("/_next/static/a.js").hasPrefix("app GET /_next/static/a.js"))
    }
  }

  @Test("are never what a build linked to, nor what it hid", arguments: TestedCaddy.allCases)
  func hostile(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let secret = "\(shop.stage.scratch.path)/secret"
      try Files.write("secret", to: secret)
      let place = "apps/shop/releases/20261124-101112/app/.next/static"
      try shop.stage.scratch.write(["\(place)/a.js": "one", "\(place)/.env": "secret", "\(place)/closed.js": "closed"])
      let directory = "\(shop.stage.scratch.path)/\(place)"
      try Files.link("\(directory)/file.js", to: secret)
      try Files.link("\(directory)/directory", to: shop.stage.scratch.path)
      try Files.setMode("\(directory)/closed.js", 0o600)
      try shop.deploy("20261124-101112", [:])

      for path in ["file.js", "directory/secret", ".env", "../../../../secret", "%2e%2e/%2e%2e/%2e%2e/secret"] {
        #expect(try !shop.get("/_next/static/\(path)").contains("secret\n"))
        #expect(try !shop.get("/_next/static/\(path)").hasPrefix("secret"), "\(path)")
      }
      // Whatever the build's umask was.
      #expect(try shop.get("/_next/static/closed.js").hasPrefix("closed"))
      let status = try #require(try Files.status("\(shop.files.directory)/all/_next/static/closed.js"))
      #expect(status.mode == 0o644)
      #expect(try Files.status("\(directory)/closed.js")?.mode == 0o600)
    }
  }

  private func touch(_ path: String) throws {
    let (status, output) = try ChildProcess.run(
      Command(["touch", "-d", "61 minutes ago", path], environment: CurrentProcess.environment))
    #expect(status.isSuccess, "\(output)")
  }
}
