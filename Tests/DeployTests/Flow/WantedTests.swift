@testable import Deploy
import Testing

@Suite("A deploy that should not go on")
struct WantedTests {
  @Test(
    "fails where a program takes longer than it may, and names the setting",
    arguments: [("npm ci --include=dev --no-audit --no-fund", Step.install), ("npm run build", .build)])
  func failsProgramTakes(_ last: (String, Step)) throws {
    let world = try World()
    world.config.buildTimeout = try TimeLimit("90s")
    world.whenRun = { [unowned world] in
      world.jobSeconds = world.jobs.last?.work.description.hasPrefix(last.0.prefix(7)) == true ? 90.1 : 89
    }

    let record = try world.push("slow")

    #expect(record.outcome == .failed)
    let failed = try #require(world.told.failed)
    #expect(failed.step == last.1)
    #expect(failed.failure.cause.contains("had not ended after 90s, which is the limit"))
    #expect(failed.failure.next.contains("nextdeploy config set build.timeout 2h --app shop"))
    #expect(world.tip == nil)
  }

  @Test("fails where a release command takes longer than it may")
  func failsReleaseCommand() throws {
    let world = try World()
    world.whenRun = { [unowned world] in world.jobSeconds = world.jobs.count == 3 ? 1801 : 0 }

    try world.push("slow", World.app("slow", project: #"{"release": "migrate"}"#))

    let failed = try #require(world.told.failed)
    #expect(failed.step == .release)
    #expect(failed.failure.attempt.contains("migrate"))
    #expect(failed.failure.cause.contains("had not ended after 30m"))
  }

  @Test("ends where it is cancelled, as one that failed")
  func endsCancelledFailed() throws {
    let world = try World()
    try world.push("one")
    let live = world.tip
    world.whenRun = { [unowned world] in world.canceller = "the key anna" }

    let record = try world.push("two")

    #expect(record.outcome == .failed)
    #expect(record.step == .install)
    #expect(world.told.failed?.failure.cause == "it was cancelled by the key anna")
    #expect(world.tip == live)
    #expect(world.live?.commit.subject == "one")
  }

  @Test("ends where it is cancelled while its health is looked at")
  func endsCancelledWhile() throws {
    let world = try World()
    try world.push("one")
    let live = world.live
    world.answers = { [unowned world] _ in
      world.canceller = "the key anna"
      return .status(503)
    }

    let record = try world.push("two")

    #expect(record.step == .health)
    #expect(world.told.failed?.failure.cause == "it was cancelled by the key anna")
    #expect(world.live == live)
    #expect(world.instances.count == 1)
  }

  @Test("ends where it is cancelled while it waits, and touches nothing of what the other deploy makes")
  func endsCancelledWhileWaits() throws {
    let world = try World()
    try world.push("one")
    let live = world.tip
    world.canceller = "somebody on the server"
    world.turnTaken = { true }
    world.events = []

    let record = try world.push("two")

    #expect(record.outcome == .failed)
    #expect(world.told.failed?.failure.cause == "it was cancelled by somebody on the server")
    #expect(world.tip == live)
    #expect(world.events("stop", "remove", "removeUnfinished", "turn").isEmpty)
  }

  @Test("goes on once it is being routed")
  func goesOnceBeing() throws {
    let world = try World()
    world.answers = { _ in .status(200) }
    world.whenRouted = { [unowned world] in world.canceller = "the key anna" }

    #expect(try world.push("one").outcome == .live)
  }

  @Test("gives way to a newer push while it is built, and leaves the branch to that one")
  func givesWayNewer() throws {
    let world = try World()
    let newer = try world.commit("newer", World.app("newer"))
    world.whenRun = { [unowned world] in world.branches[world.main.ref] = newer.id }

    let record = try world.push("older")

    #expect(record.outcome == .superseded)
    #expect(record.step == .install)
    #expect(world.records[record.id]?.outcome == .superseded)
    #expect(world.told.failed == nil)
    #expect(world.told.lines("note: superseded: main is at \(newer.id.short) now").count == 1)
    #expect(world.tip == newer.id)
    #expect(world.events("move", "set refs/nextdeploy/failed").isEmpty)
    #expect(world.events("removeUnfinished").count == 2)
  }

  @Test("is not ended by a newer push while its release command runs")
  func notEndedNewer() throws {
    let world = try World()
    let newer = try world.commit("newer", World.app("newer"))
    world.whenRun = { [unowned world] in
      if world.jobs.count == 3 { world.branches[world.main.ref] = newer.id }
    }

    let record = try world.push("older", World.app("older", project: #"{"release": "migrate"}"#))

    #expect(record.outcome == .live)
  }

  @Test("is not ended by a push where it is not a push itself")
  func notEndedPush() throws {
    let world = try World()
    let commit = try world.commit("old", World.app("old"))
    world.branches[world.main.ref] = try CommitID(hashing: "something else")

    #expect(try world.deploy(.rebuild(commit, clean: false)).outcome == .live)
  }
}
