@testable import Deploy
import Testing

private let manifest = #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16"}}"#

@Suite struct `A release of Next.js` {
  private func world(version: String = "16.4.5", engines: String = ">=20.9.0") throws -> (World, MemoryTree) {
    let world = try World()
    world.built = [
      "node_modules/next/package.json": #"{"version": "\#(version)", "engines": {"node": "\#(engines)"}}"#,
      ".next/required-server-files.json": #"{"relativeAppDir": ""}"#, ".next/static/a.js": "", ".next/server/a": "",
      ".next/cache/webpack/a": "",
    ]
    return (world, try MemoryTree(["package.json": manifest, "package-lock.json": "{}"]))
  }

  @Test func `is the standalone server where the build gives it`() throws {
    let (world, tree) = try world()
    world.built[".next/standalone/server.js"] = ""

    let record = try world.push("one", tree)

    let release = try #require(world.releases.first)
    #expect(release.framework == "Next.js 16.4.5 (standalone)")
    #expect(release.start == .program(["node", "../next.cjs", ".next"]))
    #expect(world.assemblies.first?.launcher == .next)
    #expect(release.environment == ["NEXT_DEPLOYMENT_ID": record.id.description])
    #expect(
      world.assemblies.first?.parts == [
        .move(from: ".next/standalone", to: ""), .move(from: ".next/static", to: ".next/static"),
      ])
  }

  @Test func `is the app under next start where it does not, the cache left where it is`() throws {
    let (world, tree) = try world()

    try world.push("one", tree)

    #expect(world.releases.first?.framework == "Next.js 16.4.5 (next start)")
    #expect(world.releases.first?.start == .program(["node", "../next.cjs"]))
    let parts = try #require(world.assemblies.first?.parts)
    #expect(parts.first == .everything(without: [".next"]))
    #expect(parts.contains(.move(from: ".next/server", to: ".next/server")))
    #expect(!parts.contains { "\($0)".contains("cache") })
  }

  @Test func `is told where its visitors are, at each start anew`() throws {
    let (world, tree) = try world()
    let commit = try #require(try world.push("one", tree).commit)
    #expect(world.live?.origin == "https://shop.example.com")

    world.config.domains = [try Domain("www.example.com")]
    try world.deploy(.restart)

    let instance = try #require(world.live?.instance)
    #expect(world.live?.commit == commit)
    #expect(world.live?.origin == "https://www.example.com")
    #expect(world.services[instance]?.arguments == ["node", "../next.cjs", "https://www.example.com"])
  }

  @Test func `below a directory is started there, by the program beside the release's files`() throws {
    let (world, _) = try world()
    world.built = [
      "node_modules/next/package.json": #"{"version": "16.4.5"}"#,
      "apps/web/build/required-server-files.json": #"{"relativeAppDir": "apps/web"}"#,
      "apps/web/build/static/a.js": "", "apps/web/build/standalone/apps/web/server.js": "",
    ]
    let tree = try MemoryTree([
      "apps/web/package.json": manifest, "package-lock.json": "{}", "nextdeploy.json": #"{"root": "apps/web"}"#,
    ])

    try world.push("one", tree)

    #expect(world.releases.first?.start == .program(["node", "../../../next.cjs", "build"]))
    #expect(world.releases.first?.directory.description == "apps/web")
  }

  @Test(arguments: [true, false])
  func `of 13 and before is told that it is localhost, for it cannot be told more`(_ isStandalone: Bool) throws {
    let (world, tree) = try world(version: "13.5.11", engines: ">=16.14.0")
    if isStandalone { world.built[".next/standalone/server.js"] = "" }

    try world.push("one", tree)

    let service = try #require(world.live.flatMap { world.services[$0.instance] })
    #expect(world.assemblies.first?.launcher == nil)
    #expect(world.live?.origin == nil)
    #expect(service.environment["HOSTNAME"] == "localhost")
    #expect(
      service.arguments
        == (isStandalone
          ? ["node", "server.js"] : ["node", "node_modules/next/dist/bin/next", "start", "-H", "localhost"]))
  }

  @Test(arguments: [AppEnvironment.Scope.both, .build, .run, nil])
  func `has the same key for server actions at its build and in its instances`(_ scope: AppEnvironment.Scope?) throws {
    let (world, tree) = try world()
    world.variables["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] = scope.map { .init("a key of the app's own", $0) }

    try world.push("one", tree)

    let key = scope == nil ? "the app's key" : "a key of the app's own"
    let service = try #require(world.live.flatMap { world.services[$0.instance] })
    #expect(world.jobs.last?.environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == key)
    #expect(service.environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == key)
  }

  @Test func `is built standalone with the user's config untouched, and the same key for server actions`() throws {
    let (world, tree) = try world()

    let record = try world.push("one", tree)

    let build = try #require(world.jobs.last)
    #expect(build.environment["NEXT_PRIVATE_STANDALONE"] == "true")
    #expect(build.environment["NEXT_DEPLOYMENT_ID"] == record.id.description)
    #expect(build.environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == "the app's key")
    #expect(build.environment["NODE_ENV"] == "production")
  }

  @Test func `does not find what an earlier build fetched or gave`() throws {
    let (world, tree) = try world()
    world.files = [
      ".next/cache/fetch-cache/a": "", ".next/standalone/server.js": "", ".next/export-detail.json": "",
      ".next/cache/webpack/old": "",
    ]

    let record = try world.push("one", tree)

    #expect(record.outcome == .live)
    #expect(world.files[".next/cache/fetch-cache/a"] == nil)
    #expect(world.files[".next/cache/webpack/old"] != nil)
    #expect(world.releases.first?.framework.contains("next start") == true)
  }

  @Test func `is refused where Node is too old for it`() throws {
    let (world, tree) = try world(engines: ">=22.0.0")

    let record = try world.push("one", tree)

    #expect(record.failure?.cause == "it needs Node >=22.0.0, and /usr/bin/node is 20.19.2")
    #expect(world.events("run npm run build").isEmpty)
  }

  @Test func `is refused where the install did not bring it`() throws {
    let (world, tree) = try world()
    world.built["node_modules/next/package.json"] = nil

    let record = try world.push("one", tree)

    #expect(record.failure?.attempt == "looking for Next.js")
  }

  @Test(arguments: [
    (".next/export-detail.json", "the app is a static export (output: 'export'), which has no server to start"),
    (".next/required-server-files.json", "the build left no .next/required-server-files.json"),
  ])
  func `is refused where the build left no server`(_ file: String, _ cause: String) throws {
    let (world, tree) = try world()
    world.built[file] = file.contains("export") ? "{}" : nil

    let record = try world.push("one", tree)

    #expect(record.failure?.cause == cause)
  }

  @Test(
    arguments: [("15.2.5", "15.2.6"), ("16.0.6", "16.0.7"), ("15.2.6", nil), ("16.4.5", nil)] as [(String, String?)])
  func `warns of a version that can be attacked`(_ version: String, _ mend: String?) throws {
    let (world, tree) = try world(version: version)

    try world.push("one", tree)

    #expect(
      world.progress.lines("warning: Next.js").first?.contains("update to \(mend ?? "?") ") == (mend.map { _ in true }))
  }
}

@Suite struct `An instance` {
  @Test func `is given its port, its address and the app's environment, but not another's port`() throws {
    let world = try World()
    world.variables = ["API": .init("x"), "PORT": .init("80"), "HOSTNAME": .init("0.0.0.0")]

    let record = try world.push("one")

    let instance = try #require(record.instance)
    let service = try #require(world.services[instance])
    #expect(service.environment["PORT"] == "3001")
    #expect(service.environment["HOSTNAME"] == "127.0.0.1")
    #expect(service.environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == nil)
    #expect(service.environment["API"] == "x")
    #expect(service.environment["NODE_ENV"] == "production")
    #expect(
      service.environment["PATH"]
        == "/releases/\(record.id)/app/node_modules/.bin:/releases/\(record.id)/bin:/usr/bin")
    #expect(service.environment["PWD"] == "/releases/\(record.id)/app")
    #expect(service.directory == "/releases/\(record.id)/app")
    #expect(service.arguments == ["node", "server.js"])
    #expect(service.log == "/deploys/\(record.id).log")
  }

  @Test func `has the packages of production alone`() throws {
    let world = try World()
    world.built["node_modules/.package-lock.json"] =
      #"{"packages": {"node_modules/a": {}, "node_modules/b": {"dev": true}, "lib": {"dev": true, "link": true}}}"#

    try world.push("one", World.app("one", project: #"{"persist": ["uploads"]}"#))

    #expect(world.assemblies.first?.parts == [.everything(without: ["node_modules/b"])])
    #expect(world.assemblies.first?.persist == ["uploads"])
  }
}

@Suite struct `An outline` {
  @Test func `tells all steps and touches nothing`() throws {
    let world = try World()
    let commit = try world.commit("one", World.app("one", project: #"{"release": "migrate"}"#))

    let outline = try Deployment.outline(of: commit, seams: world.seams)

    #expect(
      outline.steps.map(\.step) == [.checkout, .install, .build, .release, .release, .boot, .health, .route, .drain])
    #expect(outline.steps.contains { $0.action == "the app's own command: migrate" })
    #expect(world.events == ["repository.tree"])
    #expect(world.records.isEmpty)
  }

  @Test func `says what was built before`() throws {
    let world = try World()
    let record = try world.push("one")

    let outline = try Deployment.outline(of: try #require(record.commit), seams: world.seams)

    #expect(outline.steps.map(\.step) == [.release, .boot, .health, .route, .drain])
  }
}
