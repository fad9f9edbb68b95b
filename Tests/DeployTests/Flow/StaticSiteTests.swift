import Testing

@testable import Deploy

@Suite("A release that is nothing but files")
struct StaticSiteTests {
  private static func site(_ text: String, project: String = #"{"static": "site"}"#) throws -> MemoryTree {
    try MemoryTree(["nextdeploy.json": project, "site/index.html": text])
  }

  /// A world in whose workspace the site's files are.
  private func world() throws -> World {
    let world = try World()
    world.files = ["site/index.html": "home", "site/main.js": "", "server.js": ""]
    return world
  }

  @Test("is published, looked at and routed to, without a port and a process")
  func goesLive() throws {
    let world = try world()

    let record = try world.push("one", Self.site("one"))

    #expect(record.outcome == .live, "\(String(describing: record.failure))")
    let release = try #require(world.releases.first)
    #expect(release.site == StaticSite() && release.process == nil)
    #expect(world.assemblies.first?.parts == [.copy(from: "site", to: "")])
    #expect(world.live?.instance == nil && record.instance == nil)
    #expect(world.live?.destination == .files(of: release.id))
    #expect(world.routedTo == .files(of: release.id))
    #expect(
      world.events("make", "publish", "reserve", "start", "preview", "ask", "route", "setLive") == [
        "make \(release.id)", "publish \(release.id)", "preview \(release.id)", "ask 40001/ as shop.example.com",
        "route \(release.id)", "setLive \(release.id)",
      ])
    #expect(record.steps.map(\.step) == [.plan, .checkout, .install, .build, .release, .health, .route])
    #expect(world.told.lines("release: ").first?.hasSuffix("files that Caddy serves without a process") == true)
  }

  @Test("is where nextdeploy.json says that it is")
  func base() throws {
    let world = try world()

    try world.push("one", Self.site("one", project: #"{"static": "site", "base": "/docs/v1"}"#))

    #expect(world.releases.first?.site == StaticSite(base: try #require(RelativePath("docs/v1"))))
    #expect(world.events("ask").first?.contains("/docs/v1/") == true, "\(world.events("ask"))")
  }

  @Test("that answers badly is not routed to, and the one before stays", arguments: [404, 500])
  func unhealthy(status: Int) throws {
    let world = try world()
    try world.push("one", Self.site("one"))
    let live = world.live
    world.page = { _, _ in .status(status) }

    let record = try world.push("two", Self.site("two"))

    #expect(record.failure?.cause == "GET / answered \(status), where 200-399 is healthy")
    #expect(world.live == live && world.routedTo == live?.destination)
    #expect(world.releases.map(\.id) == [live?.release])
    #expect(world.publishedSites.keys.map(\.self) == [live?.release])
  }

  @Test("that was built for a path is told how to say so")
  func builtForPath() throws {
    let world = try world()
    let html = "<script src=/docs/main.js></script>"
    world.page = { request, _ in
      request.target == "/"
        ? .response(ProbeResponse(status: 200, type: "text/html", body: Array(html.utf8))) : .status(404)
    }

    let record = try world.push("one", Self.site("one"))

    #expect(record.failure?.cause == "the page / loads /docs/main.js, which answered 404")
    #expect(record.failure?.next.hasSuffix(#"set that in nextdeploy.json, as in "base": "/docs"."#) == true)
  }

  @Test("follows a process, which drains, and is followed by one; a rollback goes through both")
  func kinds() throws {
    let world = try world()
    let first = try world.push("process")
    let files = try world.push("files", Self.site("files"))
    #expect(world.events("drain") == ["drain shop:3001"])
    #expect(world.events("prepare", "stop") == ["prepare", "stop shop:3002"], "it needs no instance")
    #expect(files.instance == nil)
    #expect(world.site?.former == nil)
    world.finishDraining()

    let again = try world.push("process again")
    #expect(world.site?.former == StaticSite(), "what is live is served up to the switch")
    #expect(world.live?.instance == again.instance)

    #expect(try world.deploy(.rollback(nil)).release == files.release)
    #expect(world.routedTo == .files(of: try #require(files.release)))
    #expect(world.events("drain").count == 2)
    world.finishDraining()
    #expect(try world.deploy(.rollback(nil)).release == first.release)
    #expect(world.routed != nil)
  }

  @Test("is not started again: there is nothing to start")
  func restart() throws {
    let world = try world()
    let record = try world.push("one", Self.site("one"))

    let restart = try world.deploy(.restart)

    #expect(restart.failure?.cause == "it is a site of files, which Caddy serves: there is no process to start again")
    #expect(world.live?.release == record.release)
  }

  @Test("whose deploy was killed is finished where requests go to it, else undone", arguments: [false, true])
  func recovery(isSwitched: Bool) throws {
    let world = try world()
    let first = try world.push("one", Self.site("one"))
    world.crash = isSwitched ? "setLive" : "route"
    _ = try? world.push("two", Self.site("two"))
    let killed = try #require(world.records.keys.max())
    world.dead.insert(killed)
    world.crash = nil

    try world.recover()

    let live = isSwitched ? killed : try #require(first.release)
    #expect(world.live?.release == live)
    #expect(world.routedTo == .files(of: live))
    #expect(world.records[killed]?.outcome == (isSwitched ? .live : .failed))
    #expect(world.releases.contains { $0.id == killed } == isSwitched)
  }

  @Test("is published and routed to again where both were lost")
  func lost() throws {
    let world = try world()
    let record = try world.push("one", Self.site("one"))
    world.publishedSites = [:]
    world.routedTo = nil

    try world.recover()

    let release = try #require(record.release)
    #expect(world.publishedSites[release] == StaticSite())
    #expect(world.routedTo == .files(of: release))
    #expect(world.events("revive") == [])
  }

  @Test(
    "is what a build of Next.js exports, below its base path", arguments: ["/workspace/out", "/elsewhere/out", nil])
  func export(place: String?) throws {
    let world = try World()
    let manifest = #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16.4.5"}}"#
    let detail = place.map { #""outDirectory": "\#($0)", "# } ?? ""
    world.built = [
      "node_modules/next/package.json": #"{"version": "16.4.5"}"#, "out/index.html": "", "out/_next/static/a.js": "",
      "out/_redirects": "/a /b 301\n/c {env.X}\n", "out/_headers": "/*\n  X-A: b\n",
      ".next/export-detail.json": #"{"version": 1, \#(detail)"success": true}"#,
      ".next/required-server-files.json": #"{"config": {"basePath": "/docs"}}"#,
    ]

    let record = try world.push("one", MemoryTree(["package.json": manifest, "package-lock.json": "{}"]))

    #expect(record.outcome == .live, "\(String(describing: record.failure))")
    let site = try #require(world.releases.first?.site)
    #expect(site.base.description == "docs")
    #expect(site.hashed.map(\.description) == ["_next/static"])
    #expect(site.redirects.map(\.description) == ["/a /b 301"])
    #expect(site.headers.map(\.description) == ["/*\n  X-A: b"])
    #expect(world.assemblies.first?.parts == [.copy(from: "out", to: "")])
    #expect(world.releases.first?.health.path == "/docs/")
    #expect(world.releases.first?.framework == "Next.js 16.4.5 (static export)")
    #expect(world.told.lines("warning: line 2 of _redirects is not used").count == 1)
  }

  @Test("of a whole repository leaves out what is no page, and needs no Node")
  func wholeRepository() throws {
    let world = try World()
    world.toolbox.versions = [:]
    world.files = ["index.html": "home", "nextdeploy.json": ""]

    let record = try world.push("one", MemoryTree(["nextdeploy.json": #"{"static": "."}"#, "index.html": "home"]))

    #expect(record.outcome == .live, "\(String(describing: record.failure))")
    #expect(world.assemblies.first?.parts == [.everything(without: ["node_modules"])])
    #expect(world.releases.first?.site?.hidden.contains("nextdeploy.json") == true)
  }

  @Test(
    "of an app of one page answers everywhere, unless there are more pages or the directory is named",
    arguments: [
      (["index.html"], "{}", "index.html"), (["index.html", "404.html"], "{}", nil),
      (["index.html", "a.html"], "{}", nil), (["index.html"], #"{"static": "dist"}"#, nil),
      (["index.html", "a.html"], #"{"fallback": "a.html"}"#, "a.html"),
    ] as [([String], String, String?)])
  func onePage(pages: [String], project: String, fallback: String?) throws {
    let world = try World()
    for page in pages { world.built["dist/\(page)"] = "" }
    let manifest = #"{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "8"}}"#

    let record = try world.push(
      "one", MemoryTree(["package.json": manifest, "package-lock.json": "{}", "nextdeploy.json": project]))

    #expect(record.outcome == .live, "\(String(describing: record.failure))")
    #expect(world.releases.first?.site?.fallback?.description == fallback)
    #expect(world.told.lines("note: index.html answers").count == (project == "{}" && fallback != nil ? 1 : 0))
    #expect(world.events.contains("workspace.remove dist"), "no page of an earlier build stays")
  }

  @Test(
    "has a page for all that is missing where its build makes one, whatever made it", arguments: [[], ["index.html"]])
  func shell(pages: [String]) throws {
    let world = try World()
    for page in pages + ["200.html"] { world.built["build/\(page)"] = "" }
    let manifest = #"""
      {"scripts": {"build": "vite build"}, "devDependencies": {"@sveltejs/kit": "2", "@sveltejs/adapter-static": "3"}}
      """#

    let record = try world.push("one", MemoryTree(["package.json": manifest, "package-lock.json": "{}"]))

    #expect(record.outcome == .live, "\(String(describing: record.failure))")
    #expect(world.releases.first?.site?.fallback?.description == "200.html")
    #expect(world.told.lines("note: 200.html answers").count == 1)
  }

  @Test("is refused where the build leaves no page")
  func noPages() throws {
    let world = try World()
    let manifest = #"{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "8"}}"#

    let record = try world.push("one", MemoryTree(["package.json": manifest, "package-lock.json": "{}"]))

    #expect(record.failure?.cause == "there are no pages in dist after the build")
    #expect(record.step == .build)
  }
}
