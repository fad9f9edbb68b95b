import Testing

@testable import Deploy

private final class Told: EventSink {
  var lines: [String] = []
  func receive(_ event: Event) {
    switch event {
    case .warned(let text), .noted(let text): lines.append(text)
    default: break
    }
  }
}

@Suite("What is packed")
struct PackingTests {
  private let told = Told()

  private func pack(_ files: [String: String], isCommitted: ((String) -> Bool)? = nil) throws -> Packing {
    let own = files.filter { !$0.key.contains("node_modules/") }
    return try Packing(
      MemoryTree(own), in: Built(files: files), isCommitted: isCommitted, events: Events([told]))
  }

  private static let next = #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16"}}"#

  private static func standalone(_ root: String, _ more: [String: String] = [:]) -> [String: String] {
    let place = root.isEmpty ? "" : "\(root)/"
    return [
      "\(place)package.json": next, "node_modules/next/package.json": #"{"version": "16.4.5"}"#,
      "\(place).next/required-server-files.json": #"{"relativeAppDir": "\#(root)"}"#,
      "\(place).next/standalone/\(place)server.js": "s", "\(place).next/static/a.js": "a", "\(place)public/p.txt": "p",
    ].merging(more) { $1 }
  }

  @Test("of a standalone server is that with its files, and no settings where none are needed")
  func standalone() throws {
    let packing = try pack(Self.standalone(""))

    #expect(
      packing.parts == [
        .copy(from: ".next/standalone", to: ""), .copy(from: ".next/static", to: ".next/static"),
        .copy(from: ".next/cache/fetch-cache", to: ".next/cache/fetch-cache"), .copy(from: "public", to: "public"),
      ])
    #expect(packing.texts.isEmpty && packing.leftOut == ["nextdeploy.json"])
  }

  @Test("of Next.js without one is all of the project, without the build's cache, development's output and packages")
  func whole() throws {
    let packing = try pack([
      "package.json": Self.next, "node_modules/next/package.json": #"{"version": "16.4.5"}"#,
      "node_modules/.package-lock.json": #"{"packages": {"node_modules/x": {"version": "1.0.0", "dev": true}}}"#,
      ".next/required-server-files.json": "{}", ".next/cache/big": "", ".next/dev/big": "", ".next/server/a.js": "",
      "nextdeploy.json": "{ /* mine */ }",
    ])

    #expect(
      packing.parts == [
        .everything(without: [".next", "node_modules/x"]),
        .copy(from: ".next/required-server-files.json", to: ".next/required-server-files.json"),
        .copy(from: ".next/server", to: ".next/server"),
        .copy(from: ".next/cache/fetch-cache", to: ".next/cache/fetch-cache"),
      ])
    #expect(packing.texts.isEmpty && packing.leftOut.isEmpty)
  }

  @Test("of a monorepo is found again where it is, with its settings and the Node that it wants")
  func monorepo() throws {
    let settings = #"{"root": "apps/web", "images": "release", "build": "make", "release": "migrate"}"#
    let packing = try pack(
      Self.standalone("apps/web", ["nextdeploy.json": settings, ".nvmrc": "22", "package.json": "{}"]))

    #expect(packing.parts.first == .copy(from: "apps/web/.next/standalone", to: ""))
    #expect(packing.parts.last == .copy(from: ".nvmrc", to: "apps/web/.nvmrc"))
    #expect(try packing.texts["nextdeploy.json"].map { try ProjectFile($0) } == ProjectFile(settings))
    #expect(told.lines.contains { $0.contains("seems not to have what its release command runs, 'migrate'") })
  }

  @Test(
    "has its release command, with a warning where what that runs is not packed",
    arguments: [
      ("node migrate.js", false), ("node ./db/migrate", false), ("./migrate.js; exit", false), ("echo one", false),
      ("A=b npx kept up", false), ("kept up", false), ("npm run migrate", false), ("node $FILE", false),
      ("npx --yes gone", true), ("node gone.js", true), ("bunx built migrate", true),
    ])
  func releaseCommand(_ command: String, isMissing: Bool) throws {
    let settings = #"{"release": "\#(command)"}"#
    let packing = try pack([
      "package.json": #"{"scripts": {"start": "node s.js"}}"#, "s.js": "", "migrate.js": "", "db/migrate.js": "",
      "nextdeploy.json": settings, "node_modules/.bin/kept": "", "node_modules/.bin/built": "",
      "node_modules/.package-lock.json":
        #"{"packages": {"node_modules/built": {"dev": true, "bin": {"built": "b.js"}}, "node_modules/k": {"bin": {"kept": "k"}}}}"#,
    ])

    #expect(packing.texts.isEmpty && packing.leftOut.isEmpty, "its own nextdeploy.json goes along")
    var isTold: Bool { told.lines.contains { $0.contains("what its release command runs") } }
    #expect(isTold == isMissing, "\(told.lines)")

    // Of a site of files and of a standalone server, only what is served goes along.
    told.lines = []
    let site = try pack([
      "nextdeploy.json": #"{"static": "dist", "release": "node migrate.js"}"#, "dist/index.html": "", "migrate.js": "",
    ])
    #expect(site.texts["nextdeploy.json"]?.contains("node migrate.js") == true && isTold)
    told.lines = []
    let traced = [
      "nextdeploy.json": #"{"release": "node migrate.js"}"#, ".next/standalone/migrate.js": "", "migrate.js": "",
    ]
    #expect(try pack(Self.standalone("", traced)).texts["nextdeploy.json"]?.contains("node migrate.js") == true)
    #expect(!isTold)
  }

  @Test("of a release is what it has, with its commit's settings and Node, and without what the server gave it")
  func release() throws {
    let world = try World()
    try world.push("one")
    let process = AppProcess(
      start: .program(["node"]), directory: try #require(RelativePath("apps/web")), environment: ["KEY": "secret"],
      drainTimeout: 30)
    let made = try #require(world.releases.first)
    let release = ReleaseRecord(
      id: made.id, source: made.source, buildKey: "", framework: "Next.js 16.4.5 (standalone)",
      serving: .process(process), environmentMark: nil, health: HealthPolicy(), createdAt: "", inventory: nil)
    let settings = #"{"root": "apps/web", "persist": ["uploads"], "release": "migrate", "images": "release"}"#
    let tree = try MemoryTree([
      "nextdeploy.json": settings, ".nvmrc": "22", "apps/web/package.json": Self.next,
      "apps/web/.env.production": "A=1",
    ])
    let files = [
      "apps/web/server.js": "s", "apps/web/.next/required-server-files.json": "{}", "apps/web/.next/cache/images/i": "",
      "apps/web/.next/cache/fetch-cache/f": "", "apps/web/.next/cache/compiled/c": "", "apps/web/.env": "SECRET=1",
      "apps/web/.env.production": "A=1",
    ]

    let packing = try Packing(
      release, builtFrom: tree, in: "app", files: Built(files: files), events: Events([told]))

    #expect(packing.parts == [.copy(from: "app", to: "")])
    #expect(
      packing.leftOut == [
        "apps/web/uploads", "apps/web/.next/cache/images", "apps/web/.next/cache/compiled", "apps/web/.env",
      ])
    #expect(try packing.texts["nextdeploy.json"].map { try ProjectFile($0) } == ProjectFile(settings))
    #expect(packing.texts["apps/web/.nvmrc"] == "22" && packing.texts.count == 2)
    #expect(told.lines.count == 1 && told.lines[0].contains("apps/web/.env is left out"))
  }

  @Test("has no environment that a push would not have")
  func environment() throws {
    let app = [
      "package.json": #"{"scripts": {"start": "node s.js"}}"#, "s.js": "", ".env": "A=1", ".env.local": "B=1",
      ".env.production": "C=1",
    ]
    let known = try pack(app) { $0 == ".env.production" }
    #expect(known.leftOut == [".env", ".env.local"])
    #expect(told.lines.count == 2, "\(told.lines)")
    #expect(try pack(app).leftOut == [".env.local"], "where no git tells")

    // Next.js copies them into its standalone server.
    let built = Self.standalone("", [".env": "A=1", ".next/standalone/.env": "A=1"])
    #expect(try pack(built) { _ in false }.leftOut == [".env", "nextdeploy.json"])
    #expect(try pack(built) { _ in true }.leftOut == ["nextdeploy.json"])

    told.lines = []
    #expect(try pack(Self.standalone("", [".env": "A=1"])) { _ in false }.leftOut == ["nextdeploy.json"])
    let site = ["nextdeploy.json": #"{"static": "dist"}"#, "dist/index.html": "i", ".env": "A=1"]
    #expect(try pack(site) { _ in false }.leftOut.isEmpty)
    #expect(!told.lines.contains { $0.contains("is left out") }, "nothing of it would have been packed")
  }

  @Test(
    "of a site is its pages, with what they need to be served as they would be",
    arguments: [
      (
        #"{"static": "dist", "fallback": "index.html"}"#, "dist", "site",
        #"{"static": "site", "fallback": "index.html"}"#
      ),
      (#"{"static": "dist", "base": "/docs"}"#, "dist", "site", #"{"static": "site", "base": "/docs"}"#),
      (#"{"root": "docs", "static": "."}"#, "docs", "", #"{"static": "."}"#),
    ])
  func site(settings: String, from: String, to: String, packed: String) throws {
    let packing = try pack(["nextdeploy.json": settings, "dist/index.html": "i", "docs/index.html": "i"])

    #expect(packing.parts == [.copy(from: from, to: to)])
    #expect(try packing.texts["nextdeploy.json"].map { try ProjectFile($0) } == ProjectFile(packed))
  }

  @Test("of a repository that is a site is all of it")
  func wholeSite() throws {
    let packing = try pack(["nextdeploy.json": #"{"static": ".", "release": "x"}"#, "index.html": "i"])

    #expect(packing.parts == [.everything(without: ["node_modules"])])
    #expect(packing.texts["nextdeploy.json"] == "{\n  \"release\": \"x\",\n  \"static\": \".\"\n}\n")
  }
}
