@testable import Deploy
import Testing

@Suite("Once a deploy has routed")
struct AfterRouteTests {
  @Test(
    "nothing is undone, whatever fails",
    arguments: [
      "save route", "setLive", "set refs/nextdeploy/live", "set refs/nextdeploy/releases", "save drain", "drain",
      "save prune", "remove 2", "save live",
    ])
  func nothingUndoneWhatever(_ broken: String) throws {
    let world = try World()
    world.config.keep = 1
    try world.push("one")
    try world.push("two")
    world.finishDraining()
    world.events = []
    world.failing = [broken]

    let record = try world.push("three")

    #expect(record.outcome == .live)
    #expect(world.routed == record.instance?.port)
    #expect(world.events("stop", "remove \(record.id)", "move").isEmpty)
    #expect(world.instances[try #require(record.instance)] == .running(process: 4711, restarts: 0))
    #expect(world.tip == record.commit?.id)
    #expect(world.told.succeeded?.release == record.id)
    #expect(world.told.failed == nil)
  }

  @Test("what could not be recorded as live is live after recovery, and not what was before")
  func couldNotWritten() throws {
    let world = try World()
    try world.push("one")
    world.finishDraining()
    world.failing = ["setLive"]
    let record = try world.push("two")
    world.failing = []
    world.dead.insert(record.id)

    try Recovery(app: world.app, config: world.config, seams: world.seams).run()

    #expect(world.live?.release == record.release)
    #expect(world.routed == record.instance?.port)
    #expect(world.records[record.id]?.outcome == .live)
    #expect(world.instances[try #require(record.instance)] == .running(process: 4711, restarts: 0))
  }

  @Test("what failed is reported", arguments: ["save route", "setLive", "drain", "remove 2", "save live"])
  func failedTold3(_ broken: String) throws {
    let world = try World()
    world.config.keep = 1
    try world.push("one")
    try world.push("two")
    world.finishDraining()
    world.failing = [broken]

    try world.push("three")

    #expect(!world.told.lines("warning: ").isEmpty)
  }
}
