@testable import Deploy
import FoundationEssentials
import Testing

@Suite("A shipped archive")
struct ShipTests {
  private let delivery = Delivery(key: "laptop", commit: nil)

  private func world(_ files: [String: String] = [:]) throws -> World {
    let world = try World()
    world.arriving = try MemoryTree(
      [
        "package.json": #"{"scripts": {"build": "make", "start": "node server.js"}}"#, "server.js": "one",
      ].merging(files) { $1 })
    return world
  }

  @Test("takes the way of a push from its plan on, without an install and a build, and is discarded")
  func way() throws {
    let world = try world()
    try world.push("zero")
    world.events = []

    let record = try world.deploy(.ship(delivery))

    #expect(record.outcome == .live && record.kind == .ship)
    #expect(record.steps.map(\.step) == [.unpack, .plan, .build, .release, .boot, .health, .route, .drain])
    #expect(world.events("run ", "checkout").isEmpty)
    #expect(
      world.events("unpack", "make", "discard", "route").map { $0.prefix(4) } == ["unpa", "make", "disc", "rout"])
    let release = try #require(world.releases.last)
    #expect(release.source.shipment?.key == "laptop")
    #expect(world.live?.commit == release.commit && release.commit.subject.contains("Archive a1a1a1a1a1a1"))
    #expect(world.branches["refs/nextdeploy/live"] == release.commit.id)
    #expect(world.tip != release.commit.id, "the branch is not moved")
  }

  @Test("that fails on its way changes nothing, and is discarded", arguments: ["make", "start", "durably save route"])
  func fails(_ event: String) throws {
    let world = try world()
    let first = try world.push("zero")
    world.failing = [event]

    let record = try world.deploy(.ship(delivery))

    #expect(record.outcome == .failed)
    #expect(world.live?.release == first.release && world.releases.map(\.id) == [first.id])
    #expect(world.tip == first.commit?.id)
    #expect(!world.events("discard").isEmpty)
  }

  @Test(
    "that was interrupted is undone, and one that was live is finished",
    arguments: [("unpack", false), ("save release", false), ("route", false), ("setLive", true)])
  func interrupted(_ event: String, _ isLive: Bool) throws {
    let world = try world()
    let first = try world.push("zero")
    world.finishDraining()
    world.crash = event
    _ = try? world.deploy(.ship(delivery))
    world.crash = nil
    let second = try #require(world.records.values.max { $0.id < $1.id })
    world.dead.insert(second.id)

    try world.recover()

    #expect(world.records[second.id]?.outcome == (isLive ? .live : .failed))
    #expect(world.live?.release == (isLive ? second.id : first.release))
    #expect(world.tip == first.commit?.id)
  }

  @Test("that is live is nothing that a failed push moves the branch to")
  func branch() throws {
    let world = try world()
    try world.deploy(.ship(delivery))
    world.failing = ["run npm run build"]
    #expect(try world.push("broken").outcome == .failed)
    #expect(world.tip == nil, "nothing was pushed that went live")

    world.failing = []
    let pushed = try world.push("good")
    try world.deploy(.ship(delivery))
    world.failing = ["run npm run build"]
    try world.push("worse")
    #expect(world.tip == pushed.commit?.id)
    // Where the push before was of what never went live, too.
    world.branches[world.main.ref] = try world.commit("unknown", World.app("unknown")).id
    try world.push("worst")
    #expect(world.tip == pushed.commit?.id)
  }

  @Test("runs its release command as a push does, before its release is made, in a copy that goes")
  func releaseCommand() throws {
    let world = try world([
      "nextdeploy.json": #"{"root": "web", "release": "migrate"}"#,
      "web/package.json": #"{"scripts": {"start": "node server.js"}}"#,
    ])
    world.variables = ["RUN": .init("run-run-run", .run)]

    let record = try world.deploy(.ship(delivery))

    #expect(record.outcome == .live, "\(String(describing: record.failure))")
    #expect(record.steps.map(\.step) == [.unpack, .plan, .build, .release, .release, .boot, .health, .route])
    #expect(
      world.events("copy", "run ", "remove the copy", "make", "discard").map { $0.prefix(6) }
        == ["copy", "run mi", "remove", "make 2", "discar"])
    let job = try #require(world.jobs.last)
    #expect(job.work == .shell("migrate") && job.directory == "/app/copy/web" && world.jobs.count == 1)
    #expect(job.environment["RUN"] == "run-run-run" && job.environment["PWD"] == job.directory)
    #expect(job.environment["NODE_ENV"] == "production")
    #expect(job.environment["PATH"]?.hasPrefix("/app/copy/web/node_modules/.bin:/app/copy/node_modules/.bin:") == true)
    #expect(world.releases.last?.releaseCommand == "migrate")
  }

  @Test("runs what stands before its start, and says of what it lacks that it was not shipped")
  func beforeStart() throws {
    let world = try world([
      "package.json": #"{"scripts": {"start": "node server.js", "prestart": "prisma migrate deploy"}}"#
    ])
    let first = try world.push("zero")
    world.results["prisma migrate deploy"] = .failed(exitCode: 127)
    world.outputs["prisma"] = "sh: 1: prisma: not found\n"

    let record = try world.deploy(.ship(delivery))

    #expect(record.outcome == .failed && record.step == .release)
    let failure = try #require(record.failure)
    #expect(failure.attempt == "running the release command 'prisma migrate deploy'")
    #expect(
      failure.cause.contains("'prisma' was not found") && failure.next.contains("\"release\" run what a release holds"))
    #expect(world.live?.release == first.release && world.releases.map(\.id) == [first.id])
    #expect(world.events("remove the copy", "discard").count == 2)
    world.outputs["prisma"] = "refused\n"
    world.results["prisma migrate deploy"] = .failed(exitCode: 1)
    #expect(try world.deploy(.ship(delivery)).failure?.next.hasSuffix("then ship again.") == true)
  }

  @Test("has its release command only where there is room for its files once more")
  func room() throws {
    let world = try world(["nextdeploy.json": #"{"release": "migrate"}"#])
    world.freeSpace = world.reservedSpace + (2 << 20)
    #expect(try world.deploy(.ship(delivery)).failure?.cause.contains("102 MB are free") == true)
    #expect(world.jobs.isEmpty)
  }

  @Test("of pages alone needs no package.json; of something else it does")
  func pages() throws {
    let world = try World()
    world.arriving = try MemoryTree(["index.html": "<h1>pages</h1>"])
    #expect(try world.deploy(.ship(delivery)).outcome == .live)
    #expect(world.releases.last?.site != nil)
    // Nothing of them is started.
    world.arriving = try MemoryTree([
      "package.json": #"{"scripts": {"start": "serve", "prestart": "gone"}}"#, "index.html": "pages",
      "nextdeploy.json": #"{"static": "."}"#,
    ])
    #expect(try world.deploy(.ship(delivery)).outcome == .live && world.jobs.isEmpty)
    #expect(world.releases.last?.site != nil && world.releases.last?.releaseCommand == nil)
    world.arriving = try MemoryTree(["main.go": ""])
    #expect(try world.deploy(.ship(delivery)).failure?.cause.contains("package.json") == true)
  }

  @Test("is still its release's source when that is read again")
  func source() throws {
    let world = try world()
    try world.push("zero")
    try world.deploy(.ship(delivery))
    for release in world.releases {
      #expect(try JSONDecoder().decode(ReleaseRecord.self, from: JSONEncoder().encode(release)) == release)
    }
  }
}
