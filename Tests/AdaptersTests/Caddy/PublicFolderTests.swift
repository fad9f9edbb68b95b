import Posix
import TestKit
import Testing

@testable import Adapters
@testable import Deploy

/// A real Caddy with what several releases have in `public/`, in front of a server that says what it was asked for.
@Suite("Files of public/", .serialized)
struct PublicFolderTests {
  /// An app with its releases and its site.
  private struct Shop {
    let stage: CaddyStage
    let ports: [Port]
    let visible: Port
    let name: AppName

    var layout: AppLayout { stage.layout(of: name) }
    var files: PublicDirectory { stage.files(of: name) }

    func path(_ id: String) -> String { "apps/shop/releases/\(id)/app/public" }

    /// Makes a release of these files.
    @discardableResult func publish(
      _ id: String, _ texts: [String: String], manifests: [String: String] = [:], base: String = ""
    ) throws -> PublishedFolder {
      try stage.scratch.write(Dictionary(uniqueKeysWithValues: texts.map { ("\(path(id))/\($0)", $1) }))
      let texts = [
        "routes-manifest.json": "{}",
        "required-server-files.json": #"{"config": {"basePath": "\#(base.isEmpty ? "" : "/\(base)")"}}"#,
      ].merging(manifests) { $1 }
      let rules = try #require(try NextRules(NextManifests { texts[$0] }))
      return try files.publish(
        PublicFolder(
          directory: #require(RelativePath("public")), path: base.isEmpty ? .top : #require(RelativePath(base)),
          rules: NextPublic(rules)), of: ReleaseID(id))
    }

    /// Sends visitors to a release, whose instance has one of the ports.
    func route(_ id: String, port: Int = 0) throws {
      try stage.sites.route(
        Site(app: name, addresses: [.port(visible)], upstream: Upstream(port: ports[port]), release: ReleaseID(id)))
    }

    /// What curl prints of an answer.
    func get(_ path: String, _ options: String...) throws -> String {
      let command = Command(
        ["curl", "--silent", "--path-as-is", "--globoff", "--max-time", "10"]
          + options + ["http://127.0.0.1:\(visible)\(path)"], environment: CurrentProcess.environment)
      let (status, output) = try ChildProcess.run(command)
      #expect(status.isSuccess, "\(output)")
      return output
    }

    /// The lines of an answer's head, their names in small letters.
    func head(_ path: String, _ options: String...) throws -> [String: String] {
      let format = "%{stderr}%{http_code}\n%{header_json}"
      let command = Command(
        ["curl", "--silent", "--path-as-is", "--output", "/dev/null", "--max-time", "10", "--write-out", format]
          + options
          + ["http://127.0.0.1:\(visible)\(path)"], environment: CurrentProcess.environment)
      let (status, output) = try ChildProcess.run(command)
      #expect(status.isSuccess, "\(output)")
      let parts = output.split(separator: "\n", maxSplits: 1)
      let json = try JSON.parse(String(parts.last ?? ""))
      var result = ["status": String(parts.first ?? "")]
      for member in json.members ?? [] {
        result[member.key] = (member.value.elements ?? []).compactMap(\.string).joined(separator: ", ")
      }
      return result
    }
  }

  private static func server(_ name: String) -> String {
    """
    const server = require('http').createServer((request, answer) => answer.end(`\(name) ${request.method} ${request.url}`))
    """
  }

  private func run(_ program: TestedCaddy, _ test: (Shop) throws -> Void) async throws {
    try await CaddyStage.run(program) { stage in
      try await NodeServer.run(stage.scratch, Self.server("one")) { one in
        try await NodeServer.run(stage.scratch, Self.server("two")) { two in
          try test(
            Shop(
              stage: stage, ports: [one.port, two.port], visible: stage.scratch.ports[21], name: AppName("shop")))
        }
      }
    }
  }

  private let first = "20261124-101112"
  private let second = "20261124-101113"

  @Test("come from the disk as Next.js would send them, and all else from the app", arguments: TestedCaddy.allCases)
  func served(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let text = String(repeating: "{\"some\": \"text\"}\n", count: 200)
      let published = try shop.publish(
        first, ["logo@2x.png": "png", "a/data.json": text, ".well-known/security.txt": "mail", "small.js": "js"])
      try shop.route(first)

      #expect(published.count == 4 && published.left == 0)
      #expect(try shop.get("/logo@2x.png") == "png")
      #expect(try shop.get("/logo@2x.png?v=2") == "png")
      #expect(try shop.get("/.well-known/security.txt") == "mail")
      let image = try shop.head("/logo@2x.png")
      #expect(image["content-type"] == "image/png" && image["cache-control"] == "public, max-age=0")
      #expect(image["accept-ranges"] == "bytes" && image["content-length"] == "3" && image["last-modified"] != nil)
      #expect(image["etag"]?.hasPrefix("\"") == true)
      let script = try shop.head("/small.js")
      #expect(script["content-type"] == "application/javascript; charset=UTF-8")
      #expect(script["vary"] == "Accept-Encoding" && script["etag"]?.hasPrefix("W/\"") == true)
      #expect(try shop.head("/small.js", "--head")["content-length"] == "2")
      #expect(try shop.head("/small.js", "--header", "If-None-Match: \(script["etag"] ?? "")")["status"] == "304")

      for encoding in ["gzip", "zstd"] {
        let small = try shop.head("/a/data.json", "--header", "Accept-Encoding: \(encoding)")
        #expect(small["content-encoding"] == encoding && small["vary"] == "Accept-Encoding")
        #expect(small["etag"]?.hasPrefix("W/\"") == true)
        let again = try shop.head(
          "/a/data.json", "--header", "Accept-Encoding: \(encoding)", "--header",
          "If-None-Match: \(small["etag"] ?? "")")
        #expect(again["status"] == "304")
      }
      #expect(try shop.get("/a/data.json", "--compressed") == text)
      #expect(try shop.head("/a/data.json")["content-length"] == String(text.utf8.count))
      // Parts are the file's, whatever was compressed.
      let part = try shop.head("/a/data.json", "--range", "2-5", "--header", "Accept-Encoding: gzip")
      #expect(part["status"] == "206" && part["content-encoding"] == nil && part["vary"] == "Accept-Encoding")
      #expect(try shop.get("/a/data.json", "--range", "2-5", "--header", "Accept-Encoding: gzip") == "some")

      for path in [
        "/", "/page", "/a", "/a/", "/logo@2x.png/", "/other.png", "/%6Cogo@2x.png", "/a/../small.js", "/./small.js",
        "//small.js", "/a/data.json.gz", "/small.js%00", "/SMALL.js",
      ] { #expect(try shop.get(path) == "one GET \(path)") }
      #expect(try shop.get("/small.js", "--data", "x") == "one POST /small.js")
      #expect(try shop.get("/small.js", "--header", "X-Nextdeploy-Check: live-x") == "one GET /small.js")
    }
  }

  @Test("are the live release's alone, and change when the process does", arguments: TestedCaddy.allCases)
  func switched(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.publish(first, ["same.txt": "first", "old.txt": "old"])
      try shop.publish(second, ["same.txt": "second"])
      try shop.route(first)
      #expect(try shop.get("/same.txt") == "first" && shop.get("/old.txt") == "old")
      try shop.route(second, port: 1)
      #expect(try shop.get("/same.txt") == "second" && shop.get("/old.txt") == "two GET /old.txt")
      try shop.route(first)
      #expect(try shop.get("/same.txt") == "first" && shop.get("/old.txt") == "old")

      // An instance gets the port that the live one had before it died; a release without files has all from the app.
      try shop.route(second)
      #expect(try shop.get("/same.txt") == "second")
      try shop.route("20261124-101114")
      #expect(try shop.get("/same.txt") == "one GET /same.txt")

      for _ in 0..<6 { for port in 0..<2 { try shop.route(second, port: port) } }
      #expect(try Files.list("\(shop.files.directory)/served").count == 4)
      try shop.files.prune(keeping: [ReleaseID(second)])
      #expect(try Files.list("\(shop.files.directory)/public") == [second])
      try shop.files.withdraw(ReleaseID(second))
      #expect(try Files.list("\(shop.files.directory)/public").isEmpty)
      #expect(try shop.get("/same.txt") == "two GET /same.txt")
    }
  }

  @Test("that something of the app's may be for go through the app", arguments: TestedCaddy.allCases)
  func left(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let published = try shop.publish(
        first,
        ["a.png": "a", "b.txt": "b", "guarded/c.png": "c", "no-ending": "d", "e f.png": "e", ".hidden.png": "f"],
        manifests: [
          "routes-manifest.json": #"{"headers": [{"source": "/b.txt"}]}"#,
          "server/middleware-manifest.json":
            #"{"middleware": {"/": {"matchers": [{"originalSource": "/guarded/:path*"}]}}}"#,
        ])
      try shop.route(first)

      #expect(published.count == 1 && published.left == 2 && published.reason != nil)
      #expect(try shop.get("/a.png") == "a")
      for path in ["/b.txt", "/guarded/c.png", "/no-ending", "/e%20f.png", "/.hidden.png"] {
        #expect(try shop.get(path) == "one GET \(path)")
      }
    }
  }

  @Test("are below basePath", arguments: TestedCaddy.allCases)
  func below(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.publish(first, ["a.png": "a"], base: "docs")
      try shop.route(first)

      #expect(try shop.get("/docs/a.png") == "a")
      #expect(try shop.get("/a.png") == "one GET /a.png")
    }
  }

  @Test("are compressed once, and keep their ETag while they stay the same", arguments: TestedCaddy.allCases)
  func unchanged(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let text = String(repeating: "export const text = 'text'\n", count: 400)
      // What the app has under such a name is another file's affair.
      try shop.publish(first, ["a.js": text, "b.js": text, "b.js.gz": "its own"])
      try shop.route(first)
      let etag = try #require(try shop.head("/a.js")["etag"])
      #expect(try shop.get("/b.js", "--compressed") == text)
      let place = "\(shop.files.directory)/public"
      let inode = try Files.status("\(place)/\(first)/a.js.gz")?.inode
      #expect(inode != nil)

      try shop.publish(second, ["a.js": text, "b.js": text + " "])
      try shop.route(second, port: 1)
      #expect(try shop.head("/a.js")["etag"] == etag)
      #expect(try Files.status("\(place)/\(second)/a.js.gz")?.inode == inode)
      #expect(try shop.get("/b.js", "--compressed") == text + " ")
    }
  }

  @Test("are never what a build linked to", arguments: TestedCaddy.allCases)
  func hostile(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.stage.scratch.write(["secret.txt": "secret", "\(shop.path(first))/a.txt": "a"])
      let directory = "\(shop.stage.scratch.path)/\(shop.path(first))"
      try Files.link("\(directory)/file.txt", to: "\(shop.stage.scratch.path)/secret.txt")
      try Files.link("\(directory)/directory", to: shop.stage.scratch.path)
      try Files.setMode("\(directory)/a.txt", 0o600)
      try shop.publish(first, [:])
      try shop.route(first)

      #expect(try shop.get("/a.txt") == "a", "whatever the build's umask was")
      for path in ["/file.txt", "/directory/secret.txt", "/../../../secret.txt", "/..%2f..%2fsecret.txt"] {
        #expect(try shop.get(path) == "one GET \(path)")
      }
    }
  }
}
