@testable import Deploy
import Testing

private let manifest = #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16"}}"#

@Suite("A release of Next.js")
struct ReleaseTests {
  private func world(version: String = "16.4.5", engines: String = ">=20.9.0") throws -> (World, MemoryTree) {
    let world = try World()
    world.built = [
      "node_modules/next/package.json": #"{"version": "\#(version)", "engines": {"node": "\#(engines)"}}"#,
      ".next/required-server-files.json": #"{"relativeAppDir": ""}"#, ".next/static/a.js": "", ".next/server/a": "",
      ".next/cache/webpack/a": "",
    ]
    return (world, try MemoryTree(["package.json": manifest, "package-lock.json": "{}"]))
  }

  @Test("is the standalone server where the build gives it")
  func standaloneServerBuild() throws {
    let (world, tree) = try world()
    world.built[".next/standalone/server.js"] = ""

    let record = try world.push("one", tree)

    let release = try #require(world.releases.first)
    #expect(release.framework == "Next.js 16.4.5 (standalone)")
    #expect(release.process?.start == .program(["node", "../next.cjs", ".next"]))
    #expect(world.assemblies.first?.launcher == .next)
    #expect(release.process?.environment == ["NEXT_DEPLOYMENT_ID": record.id.description])
    #expect(
      world.assemblies.first?.parts == [
        .copy(from: ".next/standalone", to: ""), .copy(from: ".next/static", to: ".next/static"),
        .copy(from: ".next/cache/fetch-cache", to: ".next/cache/fetch-cache"),
      ])
  }

  @Test("has the same files published again where it comes from the archive")
  func archived() throws {
    let (world, tree) = try world()
    world.built[".next/standalone/server.js"] = ""
    try world.push("one", tree)
    let first = try #require(world.releases.first)
    let published = try #require(world.published[first.id])
    try world.push("two", tree.adding("a.txt", "two"))
    world.archived = [first]
    world.releases.removeAll { $0.id == first.id }
    world.published = [:]

    #expect(try world.deploy(.rollback(first.id)).outcome == .live)

    #expect(world.published == [first.id: published])
  }

  @Test("is started by its own Node, whatever a package of the app's calls by that name")
  func ownNode() throws {
    let (world, tree) = try world()
    world.built[".next/standalone/server.js"] = ""
    world.toolbox.others[.node] = ["22.11.0"]

    let record = try world.push("one", tree.adding(".nvmrc", "22"))

    let instance = try #require(record.instance)
    #expect(
      world.services[instance]?.arguments.prefix(3) == ["/opt/node-22.11.0/bin/node", "../next.cjs", ".next"])
  }

  @Test(
    "is the app under next start where it does not, with what the build fetched, the rest of the cache left where it is"
  )
  func appUnderNext() throws {
    let (world, tree) = try world()

    try world.push("one", tree)

    #expect(world.releases.first?.framework == "Next.js 16.4.5 (next start)")
    #expect(world.releases.first?.process?.start == .program(["node", "../next.cjs"]))
    let parts = try #require(world.assemblies.first?.parts)
    #expect(parts.first == .everything(without: [".next"]))
    #expect(parts.contains(.copy(from: ".next/server", to: ".next/server")))
    #expect(
      parts.filter { "\($0)".contains("cache") } == [
        .copy(from: ".next/cache/fetch-cache", to: ".next/cache/fetch-cache")
      ])
  }

  @Test("is told where its visitors are, anew at each start")
  func toldVisitorsEach() throws {
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

  @Test(
    "below a directory is started there, by the program beside the release's files, from wherever its build went",
    arguments: ["build", "build/next"])
  func belowDirectoryStarted(output: String) throws {
    let (world, _) = try world()
    world.built = [
      "node_modules/next/package.json": #"{"version": "16.4.5"}"#,
      "apps/web/\(output)/required-server-files.json": #"{"relativeAppDir": "apps/web"}"#,
      "apps/web/\(output)/static/a.js": "", "apps/web/\(output)/standalone/apps/web/server.js": "",
    ]
    let tree = try MemoryTree([
      "apps/web/package.json": manifest, "package-lock.json": "{}", "nextdeploy.json": #"{"root": "apps/web"}"#,
    ])

    try world.push("one", tree)

    #expect(world.releases.first?.process?.start == .program(["node", "../../../next.cjs", output]))
    #expect(world.releases.first?.process?.directory.description == "apps/web")
  }

  @Test("of 13 and before is told that it is localhost, for it cannot be told more", arguments: [true, false])
  func number13BeforeTold(_ isStandalone: Bool) throws {
    let (world, tree) = try world(version: "13.5.11", engines: ">=16.14.0")
    if isStandalone { world.built[".next/standalone/server.js"] = "" }

    try world.push("one", tree)

    let service = try #require(world.live?.instance.flatMap { world.services[$0] })
    #expect(world.assemblies.first?.launcher == nil)
    #expect(world.live?.origin == nil)
    #expect(service.environment["HOSTNAME"] == "localhost")
    #expect(
      service.arguments
        == (isStandalone
          ? ["node", "server.js"] : ["node", "node_modules/next/dist/bin/next", "start", "-H", "localhost"]))
  }

  @Test("with a server of its own is told that it is localhost, and may write where Next does")
  func serverOwnTold() throws {
    let (world, _) = try world()
    let tree = try MemoryTree([
      "package.json": manifest.replacing(#""next build""#, with: #""next build", "start": "node server.js""#),
      "package-lock.json": "{}", "server.js": "",
    ])

    let record = try world.push("one", tree)

    let service = try #require(world.live?.instance.flatMap { world.services[$0] })
    let build = try #require(world.jobs.last)
    #expect(world.releases.first?.framework == "Node app")
    #expect(build.environment["NEXT_PRIVATE_STANDALONE"] == nil)
    #expect(world.assemblies.first?.writable == [".next/server", ".next/cache"])
    let fetched = ".next/cache/fetch-cache"
    #expect(
      world.assemblies.first?.parts == [.everything(without: [".next/cache"]), .copy(from: fetched, to: fetched)])
    #expect(service.environment["HOSTNAME"] == "localhost")
    for environment in [build.environment, service.environment] {
      #expect(environment["NEXT_DEPLOYMENT_ID"] == record.id.description)
      #expect(environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == "the app's key")
    }
  }

  @Test(
    "has the same key for server actions at its build and in its instances",
    arguments: [AppEnvironment.Scope.both, .build, .run, nil])
  func sameKeyServer(_ scope: AppEnvironment.Scope?) throws {
    let (world, tree) = try world()
    world.variables["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] = scope.map { .init("a key of the app's own", $0) }

    try world.push("one", tree)

    let key = scope == nil ? "the app's key" : "a key of the app's own"
    let service = try #require(world.live?.instance.flatMap { world.services[$0] })
    #expect(world.jobs.last?.environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == key)
    #expect(service.environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == key)
  }

  @Test("is built standalone with the user's config untouched, and the same key for server actions")
  func builtStandaloneUser() throws {
    let (world, tree) = try world()

    let record = try world.push("one", tree)

    let build = try #require(world.jobs.last)
    #expect(build.environment["NEXT_PRIVATE_STANDALONE"] == "true")
    #expect(build.environment["NEXT_DEPLOYMENT_ID"] == record.id.description)
    #expect(build.environment["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == "the app's key")
    #expect(build.environment["NODE_ENV"] == "production")
  }

  @Test("does not find what an earlier build fetched or gave")
  func doesNotFind() throws {
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

  @Test(
    "shares optimized images with those of the same public/, unless links in it lead to what may be another",
    arguments: [("public/a.png", TreeEntry.Kind.file, true), ("public/a.png", .link, false), ("public", .link, false)])
  func sharesImages(_ path: String, _ kind: TreeEntry.Kind, _ isShared: Bool) throws {
    let (world, tree) = try world()
    let pictures = try tree.adding("assets/a.png", "a picture").adding(
      path, path == "public" ? "assets" : "../assets/a.png", kind)

    try world.push("one", pictures)
    try world.push("two", pictures.adding("assets/a.png", "another"))

    let keys = world.assemblies.compactMap { $0.images[".next/cache/images"] }
    #expect(keys.count == 2)
    #expect((keys.first == keys.last) == isShared)
  }

  @Test("leaves a cache that is within its bounds, whatever built it")
  func boundsCache() throws {
    let (world, tree) = try world()
    let (day, cache) = (86_400, ".next/cache")
    world.config.cache = CacheLimits()
    world.config.cache?.size = try Size("3M")
    world.config.cache?.days = 30
    for (path, megabytes, written) in [
      ("turbopack/v16.4.4", 1, 100 * day), ("turbopack/v16.4.5", 1, 200 * day), ("webpack/client", 1, 190 * day),
      ("webpack/server", 1, 191 * day), (".tsbuildinfo", 1, 199 * day), ("turbopack/v17", 4, 198 * day),
    ] {
      world.built["\(cache)/\(path)"] = ""
      world.usages["\(cache)/\(path)"] = DiskUsage(bytes: megabytes << 20, written: written)
    }

    try world.push("one", tree)

    // Of the newest no more than 3 MB; what is too large goes, and what no build has written to for 30 days.
    #expect(
      world.files.keys.filter { $0.hasPrefix(cache) }.sorted() == [
        "\(cache)/.tsbuildinfo", "\(cache)/turbopack/v16.4.5", "\(cache)/webpack/server",
      ])
    #expect(world.told.lines.contains { $0.contains("6 MB of .next/cache removed: it may have 3M") })
  }

  @Test("is refused where Node is too old for it")
  func refusedNodeOld() throws {
    let (world, tree) = try world(engines: ">=22.0.0")

    let record = try world.push("one", tree)

    #expect(record.failure?.cause == "it needs Node >=22.0.0, and /usr/bin/node is 20.19.2")
    #expect(world.events("run npm run build").isEmpty)
  }

  @Test("is refused where the install did not bring it")
  func refusedInstallDid() throws {
    let (world, tree) = try world()
    world.built["node_modules/next/package.json"] = nil

    let record = try world.push("one", tree)

    #expect(record.failure?.attempt == "looking for Next.js")
  }

  @Test(
    "is refused where the build left no server",
    arguments: [
      (".next/export-detail.json", "the build says that its export (output: 'export') did not succeed"),
      (".next/required-server-files.json", "the build left no .next/required-server-files.json"),
    ])
  func refusedBuildLeft(_ file: String, _ cause: String) throws {
    let (world, tree) = try world()
    world.built[file] = file.contains("export") ? "{}" : nil

    let record = try world.push("one", tree)

    #expect(record.failure?.cause == cause)
  }

  private func push(_ world: World, start: String, _ more: [String: String] = [:]) throws -> DeployRecord {
    let manifest = #"{"scripts": {"build": "x", "start": "\#(start)"}, "dependencies": {"next": "16"}}"#
    return try world.push(
      "one", MemoryTree(["package.json": manifest, "package-lock.json": "{}"].merging(more) { $1 }))
  }

  @Test("has what the wrappers of its start command set, but for what the app's own variables say")
  func wrappersStartCommand() throws {
    let (world, _) = try world()
    world.built["web.env"] = "A=file\nB=file\nNEXT_DEPLOYMENT_ID=x\nPORT=1\n"
    world.variables = ["B": .init("own"), "NEXT_DEPLOYMENT_ID": .init("own")]

    let record = try push(world, start: "cross-env C=d dotenv -e web.env -e absent.env -- next start")

    let id = record.id.description
    #expect(
      world.releases.first?.process?.environment == ["A": "file", "B": "file", "C": "d", "NEXT_DEPLOYMENT_ID": id])
    let instance = try #require(record.instance)
    let service = try #require(world.services[instance]).environment
    #expect(["A", "B", "C", "NEXT_DEPLOYMENT_ID", "PORT"].map { service[$0] } == ["file", "own", "d", id, "3001"])
  }

  @Test("has all packages where Node loads one before the server")
  func packagesNodeLoads() throws {
    let (world, _) = try world()
    world.built[".next/standalone/server.js"] = ""

    _ = try push(world, start: "NODE_OPTIONS=--require=newrelic next start")

    #expect(world.releases.first?.framework == "Next.js 16.4.5 (next start)")
  }

  @Test("runs once what stands before its start, with what its start sets")
  func runsOnceStands() throws {
    let (world, _) = try world()
    world.variables = ["OWN": .init("own", .run)]

    _ = try push(world, start: "A=b OWN=c sh -c 'prisma migrate deploy && next start'")

    let job = try #require(world.jobs.last)
    #expect(job.work == .shell("prisma migrate deploy"))
    #expect(job.environment["A"] == "b")
    #expect(job.environment["OWN"] == "own")
    #expect(world.told.lines("warning: 'prisma migrate deploy'").count == 1)
  }

  @Test("is a plain one where the build leaves no Next.js and another program starts it")
  func noneNextJs() throws {
    let (world, _) = try world()
    world.built[".next/required-server-files.json"] = nil

    let record = try push(world, start: "faust start")

    let release = try #require(world.releases.first, "\(record)")
    #expect(release.framework == "Node app")
    #expect(release.process?.start == .program(["faust", "start"]))
  }
}

@Suite("An instance")
struct InstanceTests {
  @Test("is given its port, its address and the app's environment, but not another's port")
  func givenPortAddress() throws {
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
    let placed = service.environment(files: "/files", programs: "/bin")
    #expect(placed["PATH"] == "/files/node_modules/.bin:/bin:/usr/bin")
    #expect(placed["PWD"] == "/files")
    #expect(service.release == record.release)
    #expect(service.deploy == record.id)
    #expect(service.directory == .top)
    #expect(service.arguments == ["node", "server.js"])
  }

  @Test("has the production packages alone")
  func packagesProductionAlone() throws {
    let world = try World()
    world.built["node_modules/.package-lock.json"] =
      #"{"packages": {"node_modules/a": {}, "node_modules/b": {"dev": true}, "lib": {"dev": true, "link": true}}}"#

    try world.push("one", World.app("one", project: #"{"persist": ["uploads"]}"#))

    #expect(world.assemblies.first?.parts == [.everything(without: ["node_modules/b"])])
    #expect(world.assemblies.first?.persist == ["uploads"])
  }

  @Test("has the development packages too where nextdeploy.json says so")
  func developmentNextdeployJson() throws {
    let world = try World()
    world.built["node_modules/.package-lock.json"] = #"{"packages": {"node_modules/b": {"dev": true}}}"#

    try world.push("one", World.app("one", project: #"{"dependencies": "all"}"#))

    #expect(world.assemblies.first?.parts == [.everything(without: [])])
  }

  @Test(
    "is not built where its program would be missing",
    arguments: [
      (
        #""node_modules/b": {"dev": true, "bin": {"server": "x"}}"#,
        "\"start\" runs 'server' of b, a development dependency"
      ),
      ("", "\"start\" runs 'server', which no dependency brings"),
    ])
  func notBuiltProgram(_ packages: String, _ cause: String) throws {
    let world = try World()
    world.built["node_modules/.package-lock.json"] = "{\"packages\": {\(packages)}}"
    let manifest = #"{"scripts": {"build": "make", "start": "npx server"}, "dependencies": {"a": "1"}}"#

    let record = try world.push("one", MemoryTree(["package.json": manifest]))

    #expect(record.failure?.cause.hasPrefix(cause) == true, "\(record)")
    #expect(world.events("run npm install").count == 1)
    #expect(world.events("run npm run build").isEmpty)
  }

  @Test("of a package manager other than npm has the programs that are linked", arguments: [true, false])
  func packageManagerOther(
    _ isThere: Bool
  ) throws {
    let world = try World()
    if isThere { world.built["node_modules/.bin/server"] = "" }
    let manifest = #"{"scripts": {"build": "make", "start": "pnpm exec server"}, "dependencies": {"a": "1"}}"#

    let record = try world.push("one", MemoryTree(["package.json": manifest, "pnpm-lock.yaml": ""]))

    #expect((record.failure == nil) == isThere)
  }
}

@Suite("A failed program")
struct FailedProgramTests {
  private static let manifest = #"{"scripts": {"build": "make", "start": "node a.js"}, "dependencies": {"a": "1"}}"#

  @Test("is reported with what its output says, and with the variables that nothing sets")
  func toldOutputSays() throws {
    let world = try World()
    world.results = ["npm run build": .failed(exitCode: 1)]
    world.output = "Error: STRIPE_KEY is not set\n"

    let record = try world.push("one", MemoryTree(["package.json": Self.manifest, ".env.example": "A_B=\nC_D="]))

    #expect(record.failure?.cause == "it ended with exit code 1: it needs STRIPE_KEY, which nothing sets")
    #expect(
      record.failure?.next
        == "Set it with 'nextdeploy env set shop STRIPE_KEY', then push again. Nothing sets A_B, C_D, which "
        + ".env.example names: 'nextdeploy env set shop A_B'.")
  }

  @Test("is reported without its secrets")
  func toldWithoutSecrets() throws {
    let world = try World()
    world.variables = ["TOKEN": .init("SECRET_TOKEN")]
    world.results = ["npm run build": .failed(exitCode: 1)]
    world.output = "Error: SECRET_TOKEN is not set\n"

    let record = try world.push("one", MemoryTree(["package.json": Self.manifest]))

    #expect(record.failure?.cause == "it ended with exit code 1")
    #expect(record.failure?.next == "Correct what the output above names, commit, and push again.")
  }
}

@Suite("An outline")
struct OutlineTests {
  @Test("names all steps and touches nothing")
  func tellsStepsTouches() throws {
    let world = try World()
    let commit = try world.commit("one", World.app("one", project: #"{"release": "migrate"}"#))

    let outline = try Deployment.outline(of: commit, seams: world.seams)

    #expect(
      outline.steps.map(\.step) == [.checkout, .install, .build, .release, .release, .boot, .health, .route, .drain])
    #expect(outline.steps.contains { $0.action == "the app's own command: migrate" })
    #expect(Set(world.events) == ["repository.tree"])
    #expect(world.records.isEmpty)
  }

  private static func next(_ files: [String: String]) throws -> MemoryTree {
    let manifest = #"{"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "16.4.5"}}"#
    return try MemoryTree(["package.json": manifest, "package-lock.json": "{}"].merging(files) { $1 })
  }

  @Test(
    "of a site of files speaks of files, not of a process",
    arguments: [
      ["nextdeploy.json": #"{"static": "site"}"#, "site/index.html": ""],
      ["next.config.mjs": "export default {\n  output: 'export',\n}\n"],
      ["next.config.ts": #"const config: NextConfig = { output: "export" }"#, "nextdeploy.json": "{}"],
    ])
  func files(_ files: [String: String]) throws {
    let world = try World()
    let app = try Self.next(files)

    let outline = try Deployment.outline(of: world.commit("one", app), seams: world.seams)

    #expect(!outline.steps.map(\.step).contains(.boot))
    let text = outline.steps.map(\.action).joined(separator: "\n")
    for words in ["its files are published", "of a Caddy that serves the new files", "one switch: Caddy serves"] {
      #expect(text.contains(words), "\(text)")
    }
    for words in ["server", "within", "requests to it"] { #expect(!text.contains(words), "\(text)") }
  }

  @Test(
    "of an app whose next.config says something else speaks of a process",
    arguments: ["// output: 'export'", "/* output: 'export' */ const a = {}", "output: 'standalone'", ""])
  func process(_ config: String) throws {
    let world = try World()
    let app = try Self.next(["next.config.js": config])

    let outline = try Deployment.outline(of: world.commit("one", app), seams: world.seams)

    #expect(outline.steps.map(\.step).contains(.boot))
  }

  @Test("names the variables that the app's example has and nothing sets")
  func namesVariablesApp() throws {
    let world = try World()
    world.variables = ["B": .init("x")]
    let commit = try world.commit("one", World.app("one").adding(".env.example", "A=\nB=\n"))

    #expect(
      try Deployment.outline(of: commit, seams: world.seams).unset == UnsetVariables(file: ".env.example", names: ["A"])
    )
  }

  @Test("says what was built before")
  func saysBuiltBefore() throws {
    let world = try World()
    let record = try world.push("one")

    let outline = try Deployment.outline(of: try #require(record.commit), seams: world.seams)

    #expect(outline.steps.map(\.step) == [.release, .boot, .health, .route, .drain])
  }
}
