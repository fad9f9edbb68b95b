@testable import Deploy
import Testing

@Suite("A tree that was built before")
struct ReuseTests {
  @Test("is not built again by a push")
  func notBuiltAgain() throws {
    let world = try World()
    let first = try world.push("one")
    try world.push("two")
    world.finishDraining()
    world.events = []

    let record = try world.push("one, reverted to", World.app("one"))

    #expect(record.outcome == .live)
    #expect(record.steps.map(\.step) == [.plan, .release, .boot, .health, .route, .drain])
    #expect(world.events("checkout", "run", "make").isEmpty)
    #expect(world.live?.release == first.release)
    #expect(world.live?.commit.subject == "one, reverted to")
    #expect(world.releases.count == 2)
  }

  @Test("is built again by a rebuild")
  func builtAgainRebuild() throws {
    let world = try World()
    let first = try world.push("one")
    world.finishDraining()

    let record = try world.deploy(.rebuild(try #require(first.commit), clean: false))

    #expect(record.release == record.id)
    #expect(world.events("run npm run build").count == 2)
  }

  @Test("is built again when the app's environment has changed")
  func builtAgainWhen() throws {
    let world = try World()
    try world.push("one")
    world.finishDraining()
    world.variables = ["API": .init("https://other.example.com")]

    let record = try world.push("one again", World.app("one"))

    #expect(record.release == record.id)
  }

  @Test("is built again when a tool has changed", arguments: [("node", "22.1.0"), ("npm", "11.0.0")])
  func builtAgainWhenTool(_ tool: String, _ version: String) throws {
    let world = try World()
    try world.push("one")
    world.finishDraining()
    world.toolbox = world.toolbox.with(tool, version)

    let record = try world.push("one again", World.app("one"))

    #expect(record.release == record.id)
  }

  @Test("still has its release command run, in a workspace that holds its files and what was built of them")
  func stillReleaseCommand() throws {
    let world = try World()
    let tree = try World.app("one", project: #"{"release": "migrate"}"#)
    try world.push("one", tree)
    world.finishDraining()
    world.events = []

    let record = try world.push("one again", tree)

    #expect(record.outcome == .live)
    #expect(
      world.events("checkout", "run", "start") == [
        "checkout one again", "run npm ci --include=dev --no-audit --no-fund", "run migrate", "start shop:3002",
      ])
  }

  @Test("is built again where its release command would find what another build left", arguments: [false, true])
  func builtAgainForRelease(hasFailed: Bool) throws {
    let world = try World()
    let tree = try World.app("one", project: #"{"release": "migrate"}"#)
    try world.push("one", tree)
    if hasFailed { world.results = ["npm run build": .failed(exitCode: 1)] }
    try world.push("two")
    world.results = [:]
    world.finishDraining()

    let record = try world.push("one again", tree)

    #expect(record.outcome == .live)
    #expect(record.release == record.id)
    #expect(world.events("run").suffix(2) == ["run npm run build", "run migrate"])
  }

  @Test("is not built again for its release command where nothing is built")
  func notBuiltForRelease() throws {
    let world = try World()
    let tree = try MemoryTree([
      "package.json": #"{"scripts": {"start": "node server.js"}, "dependencies": {"a": "1"}}"#,
      "package-lock.json": "{}", "server.js": "one", "nextdeploy.json": #"{"release": "migrate"}"#,
    ])
    let first = try world.push("one", tree)
    try world.push("two")
    world.finishDraining()

    let record = try world.push("one again", tree)

    #expect(record.release == first.release)
    #expect(world.events("run").last == "run migrate")
  }
}

@Suite("An install")
struct InstallTests {
  @Test("is skipped while its key is unchanged")
  func skippedWhileKey() throws {
    let world = try World()
    world.built = ["node_modules/a/package.json": "{}"]
    try world.push("one")

    let record = try world.push("two")

    #expect(world.events("run npm ci").count == 1)
    #expect(record.steps.first { $0.step == .install }?.result == "unchanged, skipped")
  }

  @Test(
    "is done again where a build has changed what was installed, as by a prune",
    arguments: [".package-lock.json", ".modules.yaml", ".yarn-integrity", ".yarn-state.yml"])
  func doneAgainPruned(_ notes: String) throws {
    let world = try World()
    let notes = "node_modules/\(notes)"
    world.whenRun = { world.built[notes] = world.jobs.last?.work.description == "npm run build" ? "pruned" : "whole" }
    try world.push("one")

    try world.push("two")

    #expect(world.events("run npm ci").count == 2)
  }

  @Test("is done each time where the commit has files in node_modules, which a checkout puts back")
  func doneEachTime() throws {
    let world = try World()
    world.built = ["node_modules/a/package.json": "{}"]
    try world.push("one", World.app("one").adding("node_modules/a/package.json", "{}"))

    try world.push("two", World.app("two").adding("node_modules/a/package.json", "{}"))

    #expect(world.events("run npm ci").count == 2)
  }

  @Test("is done again where node_modules is gone")
  func doneAgainNode() throws {
    let world = try World()
    world.built = ["node_modules/a/package.json": "{}"]
    try world.push("one")
    world.files = [:]

    try world.push("two")

    #expect(world.events("run npm ci").count == 2)
  }
}
