@testable import Deploy
import Testing

@Suite("A deploy of something with known holes")
struct HoleTests {
  private static let list = """
    CVE-2025-55182 GHSA-9qr9-h5gf-34mp | rce | next | 15.5.0..15.5.7 | app-router | a request runs code | https://a.example
    CVE-2026-111497 | rce | node | 22.0.0..22.23.4 | - | Brotli data runs code | https://a.example
    CVE-2026-94482 | high | next | 15.5.0..15.5.28 | - | a request keeps the app busy | https://a.example
    """

  /// A Node app that has Next.js among its packages, so that no build has to leave what Next.js leaves.
  private func world(_ version: String = "15.5.0") throws -> World {
    let world = try World()
    world.toolbox.versions["node"] = "24.22.1"
    world.holes = try HoleList(Self.list)
    world.files = [
      "node_modules/next/package.json": #"{"version": "\#(version)"}"#, "node_modules/.package-lock.json": "{}",
    ]
    return world
  }

  @Test("reads the list of holes only where it is compared with something")
  func readLate() throws {
    let world = try world()

    _ = try Deployment.outline(of: world.commit("one", World.app("one")), seams: world.seams)
    #expect(world.holesRead == 0)

    try world.push("one")
    #expect(world.holesRead > 0)
  }

  @Test("is refused before the build where strangers can run code, and says what to do")
  func refused() throws {
    let world = try world()

    let record = try world.push("one")

    #expect(record.outcome == .failed)
    #expect(world.events("run ").count == 1, "only the install")
    let failed = try #require(world.told.failed)
    #expect(failed.step == .build)
    #expect(failed.failure.attempt == "looking for known holes in next 15.5.0")
    #expect(failed.failure.cause == "a request runs code (CVE-2025-55182, rce, fixed in 15.5.7)")
    #expect(
      failed.failure.next
        == "Update what brings next until that is 15.5.28 ('npm explain next' names it), commit and push again. Or let it be, at your "
        + "own risk, on the server: 'nextdeploy config set allow-vulnerable CVE-2025-55182 --app shop'.")
    #expect(
      world.told.lines("warning: next") == [
        "warning: next 15.5.0: a request keeps the app busy (CVE-2026-94482, high, fixed in 15.5.28): update what brings next until that is 15.5.28 "
          + "('npm explain next' names it)."
      ])
  }

  @Test(
    "goes live where the app's settings allow it, by any of its names, with a warning",
    arguments: ["CVE-2025-55182", "GHSA-9qr9-h5gf-34mp"])
  func allowed(id: String) throws {
    let world = try world()
    world.config.allowedHoles = [try HoleID(id)]

    #expect(try world.push("one").outcome == .live)

    #expect(
      world.told.lines("warning: next 15.5.0: a request runs code (CVE-2025-55182, rce, fixed in 15.5.7)").count == 1)
  }

  @Test("names all holes to allow, with those that are allowed")
  func several() throws {
    let world = try world()
    world.toolbox = world.toolbox.with("node", "22.1.0")
    world.config.allowedHoles = [try HoleID("CVE-2020-11111")]

    try world.push("one")

    let failure = try #require(world.told.failed?.failure)
    #expect(failure.cause.contains("Node 22.1.0: Brotli data runs code (CVE-2026-111497, rce, fixed in 22.23.4)"))
    #expect(
      failure.next.contains("pdate the server's Node to 22.23.4 or later, or have the app ask for that, as in .nvmrc"))
    #expect(failure.next.contains("allow-vulnerable CVE-2020-11111,CVE-2025-55182,CVE-2026-111497 --app shop"))
  }

  @Test("goes live without a word where it is a site of files, of which nothing runs, whatever Node builds it")
  func site() throws {
    let world = try world()
    world.toolbox = world.toolbox.with("node", "22.1.0")
    world.files["site/index.html"] = "one"
    let manifest = #"{"scripts": {"build": "vite build"}, "dependencies": {"next": "15"}}"#
    let tree = try MemoryTree([
      "package.json": manifest, "nextdeploy.json": #"{"static": "site"}"#, "package-lock.json": "{}",
      "site/index.html": "one",
    ])

    let first = try world.push("one", tree)
    #expect(first.outcome == .live, "\(String(describing: first.failure))")
    #expect(try world.push("two", tree.adding("a", "2")).outcome == .live)
    #expect(try world.push("one", tree).outcome == .live)

    #expect(world.told.lines("warning: ").isEmpty)
  }

  @Test("is refused too where the top of a monorepo starts it, and only the app has what has them")
  func monorepo() throws {
    let world = try world()
    world.files = [
      "apps/web/node_modules/next/package.json": #"{"version": "15.5.0"}"#, "node_modules/.package-lock.json": "{}",
      "apps/web/app/page.js": "",
    ]
    let manifest = #"{"workspaces": ["apps/*"], "scripts": {"start": "npm start --workspace web"}}"#
    let tree = try MemoryTree([
      "package.json": manifest, "package-lock.json": "{}",
      "apps/web/package.json": #"{"name": "web", "scripts": {"start": "next start"}, "dependencies": {"next": "15"}}"#,
    ])

    try world.push("one", tree)

    let failure = try #require(world.told.failed?.failure)
    #expect(failure.attempt == "looking for known holes in next 15.5.0")
    #expect(failure.next.hasPrefix("Run 'npm install next@15.5.28' in apps/web, commit"))
  }

  @Test("that only has lesser ones goes live with a line for each")
  func lesser() throws {
    let world = try world("15.5.7")

    #expect(try world.push("one").outcome == .live)

    #expect(world.told.lines("warning: ").map { $0.contains("CVE-2026-94482, high,") } == [true])
  }

  @Test("that has none says nothing")
  func none() throws {
    let world = try world("15.5.28")

    #expect(try world.push("one").outcome == .live)

    #expect(world.told.lines("warning: ").isEmpty)
    #expect(world.releases.map { $0.inventory?.packages.map(\.told) } == [["next 15.5.28"]])
  }

  @Test("is refused too where it was built before a hole was known, but can be gone back to, with a warning")
  func laterKnown() throws {
    let world = try world()
    let list = world.holes
    world.holes = try HoleList(Self.list.split(separator: "\n").last.map(String.init) ?? "")
    try world.push("one")
    try world.push("two")
    world.holes = list

    let again = try world.push("one")
    #expect(again.outcome == .failed)
    #expect(world.told.failed?.failure.cause == "a request runs code (CVE-2025-55182, rce, fixed in 15.5.7)")

    #expect(try world.deploy(.rollback(nil)).outcome == .live)
    #expect(world.told.lines("warning: next 15.5.0: a request runs code").count == 1)
    #expect(try world.deploy(.restart).outcome == .live)
    #expect(world.told.lines("warning: next 15.5.0: a request runs code").count == 2)
  }
}
