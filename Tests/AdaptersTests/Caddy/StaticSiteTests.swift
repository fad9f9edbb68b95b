@testable import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// A real Caddy that serves releases that are nothing but files.
@Suite("A site of files", .serialized)
struct StaticSiteTests {
  /// An app with its releases and its site.
  private struct Shop {
    let stage: CaddyStage
    let sites: CaddySites
    let visible: Port
    let name: AppName

    init(_ stage: CaddyStage, _ switching: Switching = .rename) throws {
      self.stage = stage
      sites = try stage.sites(switching)
      visible = try stage.scratch.ports[21]
      name = try AppName("shop")
    }

    var layout: AppLayout { stage.layout(of: name) }
    var files: PublicDirectory { stage.files(of: name) }

    func site(_ id: String, _ site: StaticSite, former: StaticSite? = nil) throws -> Site {
      var result = Site(app: name, addresses: [.port(visible)], files: site, of: try ReleaseID(id))
      result.former = former
      return result
    }

    /// Makes a release of these files, and publishes it.
    @discardableResult
    func make(
      _ id: String, _ texts: [String: String], _ site: StaticSite = StaticSite(), publishing: Bool = true
    ) throws -> Int {
      try stage.scratch.write(
        Dictionary(uniqueKeysWithValues: texts.map { ("apps/shop/releases/\(id)/app/\($0)", $1) }))
      return publishing ? try files.publish(site, of: ReleaseID(id)).count : 0
    }

    /// Makes a release, and sends visitors to it.
    func deploy(
      _ id: String, _ texts: [String: String], _ site: StaticSite = StaticSite(), former: StaticSite? = nil
    ) throws {
      try make(id, texts, site)
      try sites.route(self.site(id, site, former: former))
    }

    /// Status, content type, caching, where it leads, and the body of what a visitor gets.
    func get(_ path: String, _ options: String...) throws -> String {
      let format = "%{http_code} %{content_type} [%header{cache-control}] %header{location} "
      let command = Command(
        ["curl", "--silent", "--path-as-is", "--globoff", "--max-time", "10", "--write-out", "%{stderr}\(format)"]
          + options + ["http://127.0.0.1:\(visible)\(path)"], environment: CurrentProcess.environment)
      let (status, output) = try ChildProcess.run(command)
      #expect(status.isSuccess, "\(output)")
      return output
    }

    func expect(_ path: String, _ wanted: String, _ options: String..., comment: Comment? = nil) throws {
      let format = "%{http_code} %{content_type} [%header{cache-control}] %header{location}"
      let command = Command(
        [
          "curl", "--silent", "--path-as-is", "--globoff", "--max-time", "10", "--output", "\(stage.scratch.path)/body",
          "--write-out", format,
        ] + options + ["http://127.0.0.1:\(visible)\(path)"], environment: CurrentProcess.environment)
      let (_, head) = try ChildProcess.run(command)
      let body = try Files.text("\(stage.scratch.path)/body") ?? ""
      try Files.remove("\(stage.scratch.path)/body")
      #expect("\(head)|\(body)" == wanted, "\(path) \(options) \(comment ?? "")")
    }
  }

  private func run(
    _ program: TestedCaddy, _ switching: Switching = .rename, _ test: (Shop) async throws -> Void
  ) async throws {
    try await CaddyStage.run(program) { stage in try await test(Shop(stage, switching)) }
  }

  private static let (first, second, third) = ("20261124-101112", "20261124-101113", "20261124-101114")
  private static let page = "200 text/html; charset=utf-8 [public, max-age=0, must-revalidate] |"
  private static let missing = "404 text/html; charset=utf-8 [no-store] |"
  private static let hashed = "200 text/javascript; charset=utf-8 [public, max-age=31536000, immutable] |"

  private static let files = [
    "index.html": "home", "404.html": "not there", "about/index.html": "about", "blog.html": "blog",
    "blog/first.html": "first", "data.txt": "data", "a b.html": "space", "100%.html": "percent", "[slug].html": "slug",
    "ü.html": "umlaut", "assets/a-1.js": "one", ".env": "secret", ".git/config": "secret", ".well-known/x": "well",
    "_redirects": "/x /y", "_headers": "/x", "font.woff2": "font",
  ]

  @Test(
    "is served as it was built: pages without their endings, its own page where there is none",
    arguments: TestedCaddy.allCases)
  func pages(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.deploy(Self.first, Self.files, StaticSite(hashed: [#require(RelativePath("assets"))]))

      for (path, text) in [
        ("/", "home"), ("/index.html", "home"), ("/?a=1", "home"), ("/about/", "about"), ("/blog", "blog"),
        ("/blog.html", "blog"), ("/blog/first", "first"), ("/a%20b", "space"), ("/100%25", "percent"),
        ("/[slug]", "slug"), ("/%5Bslug%5D", "slug"), ("/%C3%BC", "umlaut"),
      ] {
        try shop.expect(path, Self.page + text)
      }
      try shop.expect("/data.txt", "200 text/plain; charset=utf-8 [public, max-age=0, must-revalidate] |data")
      try shop.expect("/font.woff2", "200 font/woff2 [public, max-age=0, must-revalidate] |font")
      try shop.expect("/.well-known/x", "200  [public, max-age=0, must-revalidate] |well")
      try shop.expect("/assets/a-1.js", Self.hashed + "one")
      // To the address that it has, and never to another site.
      for (path, place) in [
        ("/about", "/about/"), ("/about?a=1&b", "/about/?a=1&b"), ("/blog/", "/blog"), ("/blog/?a", "/blog?a"),
        ("//evil.example/../about", "/evil.example/../about/"), ("/a%20b/", "/a%20b"),
      ] {
        let answer = try shop.get(path)
        #expect(answer == "308  [public, max-age=0, must-revalidate] \(place) ", "\(path)")
      }
      for path in [
        "/none", "/none.js", "/none/", "/about/none", "/.env", "/.git/config", "/_redirects", "/_headers",
        "/assets/none.js",
        "/../../../secret", "/%2e%2e/%2e%2e/secret", "/assets/", "/assets", "/{env.HOME}",
      ] {
        try shop.expect(path, Self.missing + "not there")
        try shop.expect(
          path, Self.missing + "not there", "--header", "Accept: text/html", "--header", "If-None-Match: *")
      }
      #expect(try shop.get("/none", "--head").hasPrefix("HTTP/1.1 404"))
      #expect(try shop.get("/", "--head").contains("Etag: "))
      #expect(try shop.get("/", "--data", "x").contains("405 "))
      #expect(try shop.get("/", "--range", "1-2").contains("206 "))
      let tag = try #require(try shop.get("/", "--head").split(separator: "\r\n").first { $0.hasPrefix("Etag: ") })
      #expect(try shop.get("/", "--header", "If-None-Match: \(tag.dropFirst(6))").contains("304 "))
    }
  }

  @Test("has the type of each file, whatever the machine knows", arguments: TestedCaddy.allCases)
  func types(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let types = [
        "a.wav": "audio/", "a.ogg": "audio/ogg", "a.m4a": "audio/", "a.mov": "video/quicktime", "a.VTT": "text/vtt",
        "a.ics": "text/calendar", "a.yml": "application/", "a.geojson": "application/geo+json",
        "a.glb": "model/gltf-binary", "a.zip": "application/zip", "a.epub": "application/epub+zip",
        "a.TXT": "text/plain",
        "a.webmanifest": "application/manifest+json", "a.html": "text/html", "a.svg": "image/svg+xml",
        "a.unknown": "", "none": "",
      ]
      try shop.deploy(Self.first, types.mapValues { _ in "x" })
      for (name, type) in types {
        let head = try shop.get("/\(name)", "--head").lowercased()
        #expect(type.isEmpty ? !head.contains("content-type: ") : head.contains("content-type: \(type)"), "\(head)")
      }
    }
  }

  @Test(
    "without a 404.html says that there is nothing, and with a fallback answers where a page is wanted",
    arguments: TestedCaddy.allCases)
  func fallback(program: TestedCaddy) async throws {
    try await run(program) { shop in
      try shop.deploy(Self.first, ["index.html": "home"])
      try shop.expect("/none", "404  [no-store] |")
      let site = StaticSite(fallback: RelativePath("index.html"))
      try shop.deploy(Self.second, ["index.html": "app"], site, former: StaticSite())

      try shop.expect("/users/1", Self.page + "app", "--header", "Accept: text/html,*/*;q=0.8")
      for path in ["/users/1.json", "/main.js"] {
        try shop.expect(path, "404  [no-store] |", "--header", "Accept: text/html,*/*;q=0.8")
      }
      try shop.expect("/users/1", "404  [no-store] |", "--header", "Accept: application/json")
    }
  }

  @Test("is served below its base path, and nothing is outside it", arguments: TestedCaddy.allCases)
  func below(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let site = StaticSite(
        base: try #require(RelativePath("docs/v1")), fallback: RelativePath("index.html"),
        hashed: [try #require(RelativePath("assets"))])
      try shop.deploy(Self.first, Self.files, site)

      try shop.expect("/docs/v1/", Self.page + "home")
      #expect(try shop.get("/docs/v1").contains("308  [public, max-age=0, must-revalidate] /docs/v1/ "))
      try shop.expect("/docs/v1/blog", Self.page + "blog")
      try shop.expect("/docs/v1/assets/a-1.js", Self.hashed + "one")
      try shop.expect("/docs/v1/x", Self.page + "home", "--header", "Accept: text/html")
      for path in ["/", "/blog", "/docs", "/docs/v10"] {
        try shop.expect(path, Self.missing + "not there", "--header", "Accept: text/html")
      }
    }
  }

  @Test(
    "changes with one name, as a whole, and keeps what pages of earlier releases load", arguments: TestedCaddy.allCases)
  func releases(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let site = StaticSite(hashed: [try #require(RelativePath("assets"))])
      let text = String(repeating: "<p>the same</p>\n", count: 200)
      try shop.deploy(Self.first, ["index.html": "one", "assets/a-1.js": "first", "same.html": text], site)
      let block = try shop.stage.files()
      let loads = try shop.stage.log().split(separator: "\n").count {
        $0.contains("load complete") || $0.contains("config is unchanged")
      }
      #expect(
        try shop.make(Self.second, ["index.html": "two", "assets/a-2.js": "second", "same.html": text], site) == 3)
      try shop.expect("/", Self.page + "one")
      let tag = try shop.get("/same", "--head", "--compressed").split(separator: "\r\n").first {
        $0.hasPrefix("Etag: ")
      }
      try shop.sites.route(shop.site(Self.second, site, former: site))

      try shop.expect("/", Self.page + "two")
      try shop.expect("/assets/a-1.js", Self.hashed + "first")
      try shop.expect("/assets/a-2.js", Self.hashed + "second")
      // What did not change is what browsers have, and was compressed once.
      #expect(try shop.get("/same", "--head", "--compressed").contains(try #require(tag)))
      #expect(try shop.get("/same", "--head", "--compressed").contains("Content-Encoding: "))
      #expect(try shop.stage.files() == block)
      let now = try shop.stage.log().split(separator: "\n").count {
        $0.contains("load complete") || $0.contains("config is unchanged")
      }
      #expect(now == loads)
      try shop.sites.route(shop.site(Self.first, site, former: site))
      try shop.expect("/", Self.page + "one")
      #expect(try shop.sites.destination(of: shop.name) == .files(of: ReleaseID(Self.first)))
      // What cannot be read is not taken for live.
      try Files.remove("\(shop.files.directory)/releases/\(Self.second)")
      try shop.sites.remove(shop.name)
      #expect(try shop.sites.destination(of: shop.name) == nil)
      #expect(!Files.exists(shop.files.directory))
    }
  }

  @Test(
    "is loaded once where it is served in another way, and not at all on the way back", arguments: TestedCaddy.allCases)
  func oneLoad(program: TestedCaddy) async throws {
    try await run(program) { shop in
      func loads() throws -> Int {
        try shop.stage.log().split(separator: "\n").count {
          $0.contains("load complete") || $0.contains("config is unchanged")
        }
      }
      let rules = SiteRules(redirects: "/old /new 301", headers: nil)
      let (plain, other) = (StaticSite(), StaticSite(redirects: rules.redirects))
      try shop.deploy(Self.first, ["index.html": "one"], plain)
      let before = try loads()

      try shop.deploy(Self.second, ["index.html": "two"], other, former: plain)
      try shop.deploy(Self.third, ["index.html": "three"], other, former: other)

      #expect(try loads() == before + 1)
      try shop.expect("/", Self.page + "three")
      #expect(try shop.get("/old").hasPrefix("301 "))
      try shop.sites.route(shop.site(Self.first, plain, former: other))
      #expect(try loads() == before + 1)
      try shop.expect("/", Self.page + "one")
      #expect(try shop.get("/old").hasPrefix("404 ") || shop.get("/old").contains("404 "))
      // Another change takes out what is not needed any more.
      let block = try #require(try shop.stage.files()["shop.caddy"])
      try shop.sites.route(
        Site(app: shop.name, addresses: [.port(shop.stage.scratch.ports[22])], files: plain, of: ReleaseID(Self.first)))
      let after = try #require(try shop.stage.files()["shop.caddy"])
      #expect(block.contains("/old") && !after.contains("/old"))
    }
  }

  @Test(
    "becomes a process and files again under load, and no request fails where Caddy itself looks",
    arguments: TestedCaddy.allCases,
    [Switching.rename, .reload])
  func kinds(program: TestedCaddy, switching: Switching) async throws {
    try await run(program, switching) { shop in
      try await shop.stage.app("process") { port in
        let process = Site(
          app: shop.name, addresses: [.port(shop.visible)], upstream: Upstream(port: port),
          release: try ReleaseID(Self.second))
        try shop.sites.route(process)
        try shop.make(Self.first, ["index.html": "files"])
        let log = "\(shop.stage.scratch.path)/load"
        let load = try ChildProcess(
          Command(
            ["hey", "-z", "4s", "-c", "4", "-disable-keepalive", "http://127.0.0.1:\(shop.visible)/"],
            environment: CurrentProcess.environment), output: .file(log))
        for _ in 0..<3 {
          try shop.sites.route(shop.site(Self.first, StaticSite()))
          try shop.expect("/", Self.page + "files")
          var back = process
          back.former = StaticSite()
          try shop.sites.route(back)
          #expect(try shop.get("/").hasPrefix("process "))
        }
        #expect(try load.wait().isSuccess)
        let report = try #require(try Files.text(log))
        // A load may reset what waits at a socket: with kept connections there is none such (see SwitchTests).
        // And on a busy machine today's Caddy answers 502 for one that it proxies while it loads.
        let bad = LoadReport(report).answers.keys.filter { $0 != 200 }
        #expect(LoadReport(report).answers[200] != nil && bad.allSatisfy { $0 >= 500 }, "\(report)")
        if switching == .rename { #expect(bad.isEmpty, "\(report)") }
        // What the switches needed stays: to take it out is a load.
        let after = try shop.stage.files()
        try shop.sites.route(process)
        if switching == .rename { #expect(try shop.stage.files() == after) }
      }
    }
  }

  @Test("is looked at by a Caddy of its own, which is gone afterwards", arguments: TestedCaddy.allCases)
  func preview(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let site = StaticSite(base: try #require(RelativePath("docs")))
      try shop.make(Self.first, ["index.html": "home", "404.html": "not there"], site)
      let before = try Files.list(shop.stage.sites.directory)
      var place: Upstream?
      try shop.sites.preview(shop.site(Self.first, site)) { upstream in
        place = upstream
        let origin = Origin(.https, host: "shop.example.com")
        let answer = HTTPProbe().ask(ProbeRequest(origin: origin, target: "/docs/"), of: upstream, within: 5)
        guard case .response(let response) = answer else { throw Failure("asking", "\(answer)", next: "") }
        #expect(response.status == 200 && response.body == Array("home".utf8))
      }

      #expect(try Files.list(shop.stage.sites.directory) == before)
      #expect(try shop.stage.listeners(#require(place).port).isEmpty)
      #expect(throws: Failure.self) {
        try shop.sites.preview(shop.site(Self.first, site)) { upstream in
          place = upstream
          throw Failure("looking", "the test says so", next: "")
        }
      }
      #expect(try shop.stage.listeners(#require(place).port).isEmpty)
      #expect(try Files.list(shop.stage.sites.directory) == before)
    }
  }

  @Test("never holds what a build linked to, and is whole or not there", arguments: [TestedCaddy.debian])
  func hostile(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let secret = "\(shop.stage.scratch.path)/secret"
      try Files.write("secret", to: secret)
      let place = "apps/shop/releases/\(Self.first)/app"
      try shop.stage.scratch.write(["\(place)/index.html": "home", "\(place)/closed.html": "closed"])
      let directory = "\(shop.stage.scratch.path)/\(place)"
      try Files.link("\(directory)/file.html", to: secret)
      try Files.link("\(directory)/directory", to: shop.stage.scratch.path)
      try Files.setMode("\(directory)/closed.html", 0o600)
      try Files.makeDirectory("\(shop.files.directory)/made-\(Self.first)/left")
      #expect(try shop.make(Self.first, [:]) == 2)
      #expect(try shop.make(Self.first, [:]) == 0)
      try shop.sites.route(shop.site(Self.first, StaticSite()))

      for path in ["/file", "/file.html", "/directory/secret", "/directory/"] {
        try shop.expect(path, "404  [no-store] |")
      }
      try shop.expect("/closed", Self.page + "closed")
      #expect(!Files.exists("\(shop.files.directory)/releases/\(Self.first)/left"))
    }
  }

  @Test(
    "that compresses files itself is served with those, and only the release that has them",
    arguments: TestedCaddy.allCases)
  func compressed(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let site = StaticSite(hashed: [try #require(RelativePath("assets"))])
      let text = String(repeating: "let same = 1\n", count: 200)
      let files = ["index.html": "home", "a.js": text, "assets/b-1.js": text]
      let packed = files.merging(["a.js.gz": "its own", "assets/b-1.js.gz": "its own"]) { $1 }
      // Caddy takes the first that it knows: only the build's is there.
      let gzip = "Accept-Encoding: gzip"
      var former: StaticSite?
      for id in [Self.first, Self.second] {
        try shop.deploy(id, packed, site, former: former)
        former = site
        for path in ["/a.js", "/assets/b-1.js"] {
          #expect(try shop.get(path, "--header", gzip).hasPrefix("its own"), "\(id) \(path)")
        }
      }
      try shop.deploy(Self.third, files, site, former: site)
      for path in ["/a.js", "/assets/b-1.js"] {
        #expect(try shop.get(path, "--compressed", "--header", gzip).hasPrefix(text), "\(path)")
        #expect(Files.exists("\(shop.files.directory)/releases/\(Self.third)\(path).gz"), "\(path)")
      }
      // What nextdeploy made gives way, too.
      try shop.deploy("20261124-101115", packed, site, former: site)
      for path in ["/a.js", "/assets/b-1.js"] {
        #expect(try shop.get(path, "--header", gzip).hasPrefix("its own"), "\(path)")
      }
    }
  }

  @Test("goes live with names that are no text, and without those that Caddy would misread")
  func names() async throws {
    try await run(.debian) { shop in
      let text = String(repeating: "let same = 1\n", count: 200)
      let place = "apps/shop/releases/\(Self.first)/app"
      try shop.stage.scratch.write([
        "\(place)/index.html": "home", "\(place)/a.js": text, "\(place)/a?b.js": text, "\(place)/{env.HOME}/c.js": text,
        "\(place)/d}.js": text,
      ])
      for path in ["", "directory-"] {
        let source = try Directory("\(shop.stage.scratch.path)/\(place)")
        var name = try #require(PathBelow(Array("\(path)x".utf8) + [0xFF]))
        if !path.isEmpty {
          try source.makeDirectory(name, mode: 0o755)
          name = name.appending("y.js")
        } else {
          name = try #require(PathBelow(Array(name.bytes) + Array(".js".utf8)))
        }
        try source.copyFile("a.js", to: name, in: source, mode: { _ in 0o644 })
      }
      let published = try shop.files.publish(StaticSite(), of: ReleaseID(Self.first))
      #expect(published.count == 4)
      #expect(published.warnings.count == 1, "\(published.warnings)")
      #expect(published.warnings.first?.hasPrefix("3 names are not published, ") == true)
      #expect(published.warnings.first?.hasSuffix("'a?b.js' first.") == true, "\(published.warnings)")
      try shop.sites.route(shop.site(Self.first, StaticSite()))

      for path in ["/x%FF.js", "/directory-x%FF/y.js"] { #expect(try shop.get(path).hasPrefix(text), "\(path)") }
      for path in ["/a%3Fb.js", "/%7Benv.HOME%7D/c.js", "/d%7D.js"] { try shop.expect(path, "404  [no-store] |") }
    }
  }

  @Test("goes live uncompressed where that takes too long, and says so", arguments: ["gzip", "zstd", "brotli"])
  func slowCompression(name: String) async throws {
    try await run(.debian) { shop in
      let text = String(repeating: "let same = 1\n", count: 200)
      let programs = "\(shop.stage.scratch.path)/programs"
      try shop.stage.scratch.write([
        "programs/\(name)": "#!/bin/sh\nexec /bin/sleep 1000\n", "apps/shop/releases/\(Self.first)/app/a.js": text,
      ])
      try Files.setMode("\(programs)/\(name)", 0o755)
      let files = PublicDirectory(
        directory: shop.files.directory, layout: shop.layout, environment: ["PATH": programs],
        patience: .milliseconds(200))

      let published = try files.publish(StaticSite(), of: ReleaseID(Self.first))

      #expect(published.warnings.count == 1 && published.warnings[0].contains("within"), "\(published.warnings)")
      #expect(shop.stage.scratch.processes("sleep 1000").isEmpty)
      try shop.sites.route(shop.site(Self.first, StaticSite()))
      #expect(try shop.get("/a.js").hasPrefix(text))
    }
  }

  @Test("has another ETag for other bytes, however soon they come", arguments: TestedCaddy.allCases)
  func otherTags(program: TestedCaddy) async throws {
    try await run(program) { shop in
      var tags: [String] = []
      for (id, text) in [(Self.first, "one"), (Self.second, "two"), (Self.third, "six")] {
        try shop.make(id, ["data.txt": text, "same.txt": "same"], publishing: false)
        // As a build may leave them, or two pushes within a second.
        for name in ["data.txt", "same.txt"] { try touch("\(shop.layout.release(ReleaseID(id)).files)/\(name)") }
        try shop.deploy(id, [:])
        #expect(try shop.get("/data.txt").hasPrefix(text))
        tags += try ["/data.txt", "/same.txt"].compactMap { path in
          try shop.get(path, "--head").split(separator: "\r\n").first { $0.hasPrefix("Etag: ") }.map(String.init)
        }
      }
      #expect(Set([tags[0], tags[2], tags[4]]).count == 3, "\(tags)")
      #expect(tags[1] == tags[3] && tags[1] == tags[5], "\(tags)")
    }
  }

  @Test("has another ETag for other bytes that are as many once they are compressed", arguments: TestedCaddy.allCases)
  func otherCompressedTags(program: TestedCaddy) async throws {
    try await run(program) { shop in
      var heads: [[Substring]] = []
      for (id, count) in [(Self.first, 400), (Self.second, 402), (Self.third, 403)] {
        try shop.make(id, ["a.js": String(repeating: "let same = 1\n", count: count)], publishing: false)
        // As in an archive whose files all have one time.
        try touch("\(shop.layout.release(ReleaseID(id)).files)/a.js")
        try shop.deploy(id, [:])
        heads.append(try shop.get("/a.js", "--head", "--header", "Accept-Encoding: gzip").split(separator: "\r\n"))
      }
      let lengths = heads.compactMap { $0.first { $0.hasPrefix("Content-Length: ") } }
      #expect(Set(lengths).count <= 1, "what is compressed has one size: \(heads)")
      #expect(heads.allSatisfy { $0.contains("Content-Encoding: gzip") }, "\(heads)")
      #expect(Set(heads.compactMap { $0.first { $0.hasPrefix("Etag: ") } }).count == 3, "\(heads)")
    }
  }

  private func touch(_ path: String) throws {
    let (status, output) = try ChildProcess.run(
      Command(["touch", "-d", "@1700000000", path], environment: CurrentProcess.environment))
    #expect(status.isSuccess, "\(output)")
  }

  @Test("goes live without what a program that compresses left when it failed, and says so")
  func failedCompression() async throws {
    try await run(.debian) { shop in
      let text = String(repeating: "let same = 1\n", count: 200)
      let programs = "\(shop.stage.scratch.path)/programs"
      try shop.stage.scratch.write([
        "programs/gzip": "#!/bin/sh\nfor file; do :; done\necho half >\"$file.gz\"\necho no space >&2\nexit 1\n",
        "apps/shop/releases/\(Self.first)/app/a.js": text,
      ])
      try Files.setMode("\(programs)/gzip", 0o755)
      let files = PublicDirectory(
        directory: shop.files.directory, layout: shop.layout, environment: ["PATH": programs])
      let published = try files.publish(StaticSite(), of: ReleaseID(Self.first))
      #expect(published.count == 1)
      #expect(published.warnings.count == 1 && published.warnings[0].contains("no space"), "\(published.warnings)")
      try shop.sites.route(shop.site(Self.first, StaticSite()))
      #expect(try shop.get("/a.js", "--compressed").hasPrefix(text))
    }
  }

  // MARK: _redirects and _headers

  @Test("answers addresses of more than 8192 bytes with 414, and shorter ones soon", arguments: TestedCaddy.allCases)
  func longAddresses(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let lines = [200, 301, 302, 303, 307, 308].flatMap { status in
        (0..<16).map { "/:a/:b/\($0)/\(status)/* /x/:a/:b/:splat \(status)" }
      }
      let rules = SiteRules(redirects: lines.joined(separator: "\n"), headers: nil)
      #expect(rules.warnings == [])
      try shop.deploy(Self.first, Self.files, StaticSite(redirects: rules.redirects))

      let long = String(repeating: "a/", count: 4_095)
      try shop.expect("/\(long)a", Self.missing + "not there")
      try shop.expect("/\(long)aa", "414  [no-store] |")
      try shop.expect("/?\(long)aa", "414  [no-store] |")
      #expect(try shop.get("/a/b/3/307/c").contains("307  [public, max-age=0, must-revalidate] /x/a/b/c "))
    }
  }

  private static let redirects = """
    # moved
    /old /blog 301
    /docs/* https://docs.example.com/:splat 302
    /u/:id/posts/:post /posts/:post?by=:id 307
    /app/* /blog 200
    /blog /about 301
    /forced /blog 301!
    /blog/first /blog 301!
    /about/ /blog 302!
    /über /blog
    /all/* /:splat 308
    /cost$1 /a$1b 303
    /login /wp-login.php?redirect_to=/forced_to&redirect_status=302
    /%e3%81%82(x),y /blog
    /:lang/in/* /:splat/:lang
    /form /blog 307
    /rewritten/* /about/:splat 200
    """

  @Test(
    "sends visitors where its _redirects say, and answers with what its _headers say", arguments: TestedCaddy.allCases)
  func rules(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let headers = """
        /*
          X-Frame-Options: DENY
          Cache-Control: public, max-age=60
          Content-Security-Policy: default-src 'self'; script-src "none" \\
        /blog/:name
          X-Name: one
          X-Name: two
        /data.txt
          Content-Type: text/x-own
        """
      let rules = SiteRules(redirects: Self.redirects, headers: headers)
      #expect(rules.warnings == [])
      let site = StaticSite(redirects: rules.redirects, headers: rules.headers)
      try shop.deploy(Self.first, Self.files, site)

      for (path, answer) in [
        ("/old?a=1", "301  [public, max-age=60] /blog?a=1 "), ("/old/", "301  [public, max-age=60] /blog "),
        ("/docs/a/b?c", "302  [public, max-age=60] https://docs.example.com/a/b?c "),
        ("/docs", "302  [public, max-age=60] https://docs.example.com/ "),
        ("/docs//evil.example", "302  [public, max-age=60] https://docs.example.com/evil.example "),
        ("/u/7/posts/x?y=1", "307  [public, max-age=60] /posts/x?by=7 "),
        ("/forced", "301  [public, max-age=60] /blog "), ("/about/", "302  [public, max-age=60] /blog "),
        ("/%C3%BCber", "302  [public, max-age=60] /blog "),
        ("/all//evil.example", "308  [public, max-age=60] /evil.example "),
        ("/all/%5Cevil.example", "308  [public, max-age=60] /%5Cevil.example "),
        ("/all/{env.HOME}", "308  [public, max-age=60] /%7Benv.HOME%7D "),
        ("/cost$1", "303  [public, max-age=60] /a$1b "),
        ("/login", "302  [public, max-age=60] /wp-login.php?redirect_to=/forced_to&redirect_status=302 "),
        ("/%E3%81%82%28x%29%2cy", "302  [public, max-age=60] /blog "),
        ("/%e3%81%82(x),y/", "302  [public, max-age=60] /blog "),
        // What a visitor asks for does not choose the site, nor does it lose the slash at its end.
        ("/evil.example/in", "302  [public, max-age=60] /evil.example "),
        ("/de/in/x", "302  [public, max-age=60] /x/de "),
        ("/docs/a/b/", "302  [public, max-age=60] https://docs.example.com/a/b/ "),
      ] {
        let given = try shop.get(path)
        #expect(given.contains(answer), "\(path): \(given)")
      }
      try shop.expect("/app/x", "200 text/html; charset=utf-8 [public, max-age=60] |blog")
      for path in ["/rewritten", "/rewritten/", "/rewritten/index"] {
        try shop.expect(path, "200 text/html; charset=utf-8 [public, max-age=60] |about")
      }
      // A form is sent on; nothing is written to a file.
      #expect(try shop.get("/form", "--data", "x").contains("307  [public, max-age=60] /blog "))
      for path in ["/", "/app/x", "/a%20b", "/none", "/data.txt"] {
        #expect(try shop.get(path, "--data", "x").contains("405 "), "\(path)")
      }
      // What a forced one is for is served in no other spelling.
      #expect(try shop.get("/blog/first/").contains("301  [public, max-age=60] /blog "))
      for path in [
        "/%62log/first", "/x/../blog/first", "/blog%2ffirst", "/blog/./first", "//blog/first", "/blog//first/",
      ] {
        try shop.expect(path, Self.missing + "not there")
      }
      try shop.expect("/blog", "200 text/html; charset=utf-8 [public, max-age=60] |blog")
      try shop.expect("/none", Self.missing + "not there")
      #expect(try shop.get("/data.txt").contains("200 text/x-own "))
      let head = try shop.get("/blog/first", "--head")
      for line in ["X-Frame-Options: DENY", "X-Name: one, two", #"default-src 'self'; script-src "none" \"#] {
        #expect(head.contains(line), "\(head)")
      }
      // They go with their release, by the same name.
      try shop.deploy(Self.second, Self.files, former: site)
      try shop.expect("/old", Self.missing + "not there")
      try shop.expect("/blog", Self.page + "blog")
      try shop.sites.route(shop.site(Self.first, site, former: StaticSite()))
      #expect(try shop.get("/old").contains("301 "))
    }
  }

  @Test("has the headers of its _headers however its address is written", arguments: TestedCaddy.allCases)
  func spellings(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let headers = """
        /about/*
          X-One: 1
        /assets/*.js
          X-Two: 2
        /%c3%bc
          X-Three: 3
        /a%20b
          X-Four: 4
        /blog
          X-Five: 5
        """
      let rules = SiteRules(redirects: nil, headers: headers)
      #expect(rules.warnings == [])
      try shop.deploy(Self.first, Self.files, StaticSite(headers: rules.headers))

      for (path, header) in [
        ("/about/", "X-One: 1"), ("/%61bout/", "X-One: 1"), ("//about/", "X-One: 1"), ("/x/../about/", "X-One: 1"),
        ("/about%2f", "X-One: 1"), ("/about/?a", "X-One: 1"), ("/about/./index.html", "X-One: 1"),
        ("/assets/a-1.js", "X-Two: 2"), ("/assets/a-1%2Ejs", "X-Two: 2"), ("/%C3%BC", "X-Three: 3"),
        ("/%c3%bc", "X-Three: 3"), ("/a%20b", "X-Four: 4"), ("/blog", "X-Five: 5"), ("/blog/", "X-Five: 5"),
      ] {
        let head = try shop.get(path, "--head")
        #expect(head.contains(header), "\(path): \(head)")
      }
      for path in ["/", "/blog/first", "/assets/none.css", "/abouts", "/data.txt"] {
        #expect(!(try shop.get(path, "--head").contains("X-")), "\(path)")
      }
    }
  }

  @Test("holds nothing of Caddy's in what it says of itself, whatever lines it has", arguments: TestedCaddy.allCases)
  func hostileRules(program: TestedCaddy) async throws {
    try await run(program) { shop in
      let evil = [
        "`", "\"", "{env.HOME}", "{$HOME}", "{file./etc/passwd}", "{http.request.host}", "}", "{", "\\", "\\{",
        "import x", "<<EOF",
        "$1", "${1}", "$$", "\u{0}", "\r", "\u{1b}", "` }\n respond evil", "*", "(a|b)", "[a", "~^/", "@check", "#x",
        "//evil.example",
      ]
      let redirects = evil.flatMap {
        ["/a\($0) /blog", "/b /to\($0)", "/c/* /:splat\($0)", "/d https://e.example/\($0)", "\($0)"]
      }
      let headers = evil.flatMap { ["/h\($0)", "  X-A: a\($0)b", "  X-\($0): c", "/*", "  X-B: \($0)"] }
      // What is encoded in a path stands for itself.
      let encoded = ["/%60%7Benv.HOME%7D%0a%22", "/%7b$HOME%7d%5C", "/%7Bhost%7d/%FF", "/%22%0d%0aimport%20x"]
      let rules = SiteRules(
        redirects: (redirects + encoded.map { "\($0) /blog 301!" }).joined(separator: "\n"),
        headers: (headers + encoded.flatMap { ["\($0)", "  X-C: c"] }).joined(separator: "\n"))
      #expect(!rules.warnings.isEmpty)
      let site = StaticSite(redirects: rules.redirects, headers: rules.headers)
      try shop.deploy(Self.first, Self.files, site)

      try shop.expect("/", Self.page + "home")
      let head = try shop.get("/", "--head")
      let home = CurrentProcess.environment["HOME"] ?? "/root"
      #expect(!head.contains(home) && !head.contains("root:"), "\(head)")
      #expect(head.contains("import x") && head.contains("<<EOF"), "what is only text is passed on: \(head)")
      for path in encoded {
        #expect(try shop.get(path).contains("301  [public, max-age=0, must-revalidate] /blog "), "\(path)")
        #expect(try shop.get(path, "--head").contains("X-C: c"), "\(path)")
      }
      for path in ["/b", "/c/x", "/d"] {
        let answer = try shop.get(path)
        #expect(!answer.contains(home) && !answer.contains("evil\n"), "\(answer)")
      }
    }
  }
}
