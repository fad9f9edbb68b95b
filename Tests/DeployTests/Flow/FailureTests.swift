@testable import Deploy
import Testing

/// Where a deploy can fail before it routes.
private let failures: [(event: String, step: Step)] = [
  ("repository.tree", .plan), ("prepare", .plan), ("save checkout", .checkout), ("checkout", .checkout),
  ("run npm ci", .install), ("note installed", .install), ("run npm run build", .build), ("make", .release),
  ("reserve", .boot), ("durably save boot", .boot), ("start", .boot), ("state", .health),
  ("durably save route", .route), ("route", .route),
]

@Suite("A failed deploy")
struct FailureTests {
  @Test("includes one whose npm ended in the middle of its work, though without an error")
  func npmEndedMiddle() throws {
    let world = try World()
    world.output = "npm error Exit handler never called!\n"

    let record = try world.push("one")

    #expect(record.step == .install)
    #expect(record.failure?.cause.hasPrefix("npm ended in the middle of its work") == true)
    #expect(world.installedKey == nil)
  }

  @Test("leaves everything as it was", arguments: failures)
  func leaves3(_ failure: (event: String, step: Step)) throws {
    let world = try World()
    let first = try world.push("one")
    world.failing = [failure.event]

    let record = try world.push("two")

    #expect(record.outcome == .failed)
    #expect(record.finishedAt != nil)
    #expect(world.told.failed?.step == failure.step)
    #expect(world.told.failed?.live == first.release)
    #expect(world.live?.release == first.release)
    #expect(world.routed == first.instance?.port)
    #expect(world.instances == [try #require(first.instance): .running(process: 4711, restarts: 0)])
    #expect(world.releases.map(\.id) == [first.id])
    #expect(world.tip == first.commit?.id)
    #expect(world.branches["refs/nextdeploy/failed/\(record.id)"] == record.commit?.id)
    #expect(world.records[record.id] == record)
  }

  @Test("can be pushed again", arguments: failures)
  func canPushedAgain(_ failure: (event: String, step: Step)) throws {
    let world = try World()
    try world.push("one")
    world.failing = [failure.event]
    try world.push("two")
    world.failing = []

    let record = try world.push("two")

    #expect(record.outcome == .live)
    #expect(world.live?.commit.subject == "two")
  }

  @Test("is undone in reverse: instance, release, branch")
  func undoneReverseInstance() throws {
    let world = try World()
    try world.push("one")
    world.failing = ["route 3002"]
    world.events = []

    let record = try world.push("two")

    let undone = world.events.drop { !$0.hasPrefix("route") }.filter { !$0.contains("save") }
    #expect(
      undone == [
        "route 3002", "stop shop:3002", "removeUnfinished", "remove \(record.id)",
        "set refs/nextdeploy/failed/\(record.id)", "move refs/heads/main",
      ])
  }

  @Test(
    "is undone as far as possible", arguments: ["stop", "removeUnfinished", "remove 2", "set refs/nextdeploy/failed"])
  func undoneFarGoes(_ broken: String) throws {
    let world = try World()
    try world.push("one")
    world.answers = { _ in
      world.failing = ["route 3002", broken]
      world.events = []
      return .status(200)
    }

    let record = try world.push("two")

    #expect(record.outcome == .failed)
    #expect(
      world.events("stop", "remove", "set refs/nextdeploy/failed") == [
        "stop shop:3002", "removeUnfinished", "remove \(record.id)", "set refs/nextdeploy/failed/\(record.id)",
      ])
    #expect(world.told.lines("warning: undoing the failed deploy").count == 1)
  }

  @Test(
    "that could not be undone is undone by recovery, so that the same commit can be pushed again",
    arguments: ["move refs/heads/main", "set refs/nextdeploy/failed"])
  func couldNotUndone(
    _ broken: String
  ) throws {
    let world = try World()
    let live = try #require(try world.push("one").commit?.id)
    world.failing = ["run npm run build", broken]
    let record = try world.push("two")
    world.failing = []
    world.dead.insert(record.id)

    try world.recover()

    #expect(world.tip == live)
    #expect(world.records[record.id]?.outcome == .failed)
    #expect(world.records[record.id]?.failure == record.failure)
  }

  @Test("of a first push takes the branch away, for nothing is live")
  func firstPushTakes() throws {
    let world = try World()
    world.failing = ["run npm run build"]

    let record = try world.push("one")

    #expect(record.outcome == .failed)
    #expect(world.tip == nil)
    #expect(world.told.failed?.live == nil)
    #expect(world.branches["refs/nextdeploy/failed/\(record.id)"] != nil)
  }

  @Test("leaves a branch alone that a newer push has moved on")
  func leavesBranchAlone() throws {
    let world = try World()
    try world.push("one")
    let newer = try world.commit("three", World.app("three"))
    world.answers = { _ in
      world.branches[world.main.ref] = newer.id
      return .broken("nothing of HTTP")
    }

    let record = try world.push("two")

    #expect(record.outcome == .failed)
    #expect(world.tip == newer.id)
  }

  @Test("of a rebuild leaves the branch alone")
  func rebuildLeavesBranch() throws {
    let world = try World()
    let first = try world.push("one")
    world.failing = ["run npm run build"]

    let record = try world.deploy(.rebuild(try #require(first.commit), clean: false))

    #expect(record.outcome == .failed)
    #expect(world.tip == first.commit?.id)
    #expect(world.events("move").isEmpty)
  }

  @Test("that reused an earlier release does not remove it")
  func tookReleaseBefore() throws {
    let world = try World()
    let first = try world.push("one")
    try world.push("two")
    world.finishDraining()
    world.failing = ["route"]

    let record = try world.push("one again", World.app("one"))

    #expect(record.outcome == .failed)
    #expect(record.release == first.id)
    #expect(world.releases.map(\.id).contains(first.id))
  }

  @Test(
    "of a build says how it ended, with its last lines",
    arguments: [
      (JobResult.failed(exitCode: 2), "it ended with exit code 2"),
      (.failed(exitCode: 127), "a program of it was not found (exit code 127)"),
      (.killed, "it was killed (exit code 137), most likely for want of memory"),
    ])
  func buildSaysHow(_ result: JobResult, _ cause: String) throws {
    let world = try World()
    world.results["npm run build"] = result
    world.output = (1...30).map { "line \($0)\n" }.joined()

    let record = try world.push("one")

    #expect(record.failure?.cause == cause)
    #expect(record.failure?.excerpt == (11...30).map { "line \($0)" })
  }

  @Test("of an install forgets what was installed, so that it is done again")
  func installForgetsInstalled() throws {
    let world = try World()
    world.built = ["node_modules/a/package.json": "{}"]
    try world.push("one")
    let other = try World.app("two").adding("package-lock.json", #"{"other": 1}"#)
    world.results["npm ci --include=dev --no-audit --no-fund"] = .failed(exitCode: 1)
    try world.push("two", other)
    world.results = [:]
    world.events = []

    try world.push("three")

    #expect(world.events("run npm ci").count == 1)
  }
}
