@testable import Deploy
import Testing

@Suite("Recovery from a crash")
struct RecoveryTests {
  /// A world with one live release, and a second push that ended without a word once `event` happened.
  private func crash(at event: String) throws -> (World, first: DeployRecord, second: DeployRecord) {
    let world = try World()
    let first = try world.push("one")
    world.finishDraining()
    let commit = try world.commit("two", World.app("two"))
    world.branches[world.main.ref] = commit.id
    world.crash = event
    // A crash of the process is an error that nobody handles: what follows it must not reach the world.
    _ = try? world.deploy(.push(commit, previous: nil))
    world.crash = nil
    world.events = []
    let second = try #require(world.records.values.max { $0.id < $1.id })
    world.dead.insert(second.id)
    return (world, first, second)
  }

  @Test(
    "before the switch undoes the deploy",
    arguments: [
      "save checkout", "checkout", "run npm ci", "run npm run build", "save release", "make", "reserve",
      "durably save boot", "start", "save health", "durably save route", "route",
    ])
  func beforeSwitchUndoes(_ event: String) throws {
    let (world, first, second) = try crash(at: event)

    try world.recover()

    #expect(world.records[second.id]?.outcome == .failed)
    #expect(world.records[second.id]?.finishedAt != nil)
    #expect(world.live?.release == first.release)
    #expect(world.routed == first.instance?.port)
    #expect(world.instances.filter { $0.value != .draining }.keys.sorted() == [try #require(first.instance)])
    #expect(world.releases.map(\.id) == [first.id])
    #expect(world.tip == first.commit?.id)
    #expect(world.branches["refs/nextdeploy/failed/\(second.id)"] == second.commit?.id)
    #expect(world.told.lines("note: undoing deploy \(second.id)").count == 1)
  }

  @Test(
    "after the switch finishes the deploy",
    arguments: [
      "save route", "setLive", "set refs/nextdeploy/live", "set refs/nextdeploy/releases", "save drain",
      "drain", "save live",
    ])
  func afterSwitchFinishes(_ event: String) throws {
    let (world, first, second) = try crash(at: event)

    try world.recover()

    #expect(world.records[second.id]?.outcome == .live)
    #expect(world.live?.release == second.id)
    #expect(world.live?.commit == second.commit)
    #expect(world.routed == second.instance?.port)
    #expect(world.instances[try #require(second.instance)] == .running(process: 4711, restarts: 0))
    #expect(world.instances[try #require(first.instance)] == .draining)
    #expect(world.tip == second.commit?.id)
    #expect(world.branches["refs/nextdeploy/live"] == second.commit?.id)
  }

  @Test("run twice does no more than once", arguments: ["make", "start", "route", "setLive", "drain"])
  func runTwiceDoes(_ event: String) throws {
    let (world, _, _) = try crash(at: event)
    try world.recover()
    let (live, records, tip) = (world.live, world.records, world.tip)
    world.events = []

    try world.recover()

    #expect(world.live == live)
    #expect(world.records == records)
    #expect(world.tip == tip)
    #expect(world.events("stop", "drain", "move", "set", "route", "remove 2").isEmpty)
  }

  @Test("ends what a killed builder left running before it undoes anything")
  func endsKilledBuilder() throws {
    let (world, _, _) = try crash(at: "run npm run build")

    try world.recover()

    #expect(world.events("endLeftovers", "removeUnfinished", "stop", "move").first == "endLeftovers")
  }

  @Test("leaves alone a deploy whose process still runs")
  func leavesDeployAlone() throws {
    let (world, _, second) = try crash(at: "run npm run build")
    world.dead = []

    try world.recover()

    #expect(world.records[second.id]?.outcome == nil)
    #expect(world.events("move", "save").isEmpty)
  }

  @Test("ends a deploy that waited for its turn, and moves its branch back")
  func endsDeployWaited() throws {
    let world = try World()
    let first = try world.push("one")
    let commit = try world.commit("two", World.app("two"))
    world.branches[world.main.ref] = commit.id
    let waiting = try FakeState(world: world).begin(.push, previous: nil, commit: commit)
    world.dead.insert(waiting.id)

    try world.recover()

    #expect(world.records[waiting.id]?.outcome == .failed)
    #expect(world.tip == first.commit?.id)
    #expect(world.told.lines("note: undoing").first?.hasSuffix("while it waited") == true)
  }

  @Test("starts what is live again, and the proxy")
  func startsLiveAgain() throws {
    let world = try World()
    let record = try world.push("one")
    world.instances[try #require(record.instance)] = .lost
    world.events = []

    try world.recover()

    #expect(world.instances[try #require(record.instance)] == .running(process: 4711, restarts: 0))
    #expect(world.events("revive", "proxy.revive") == ["revive shop:3001", "proxy.revive"])
  }

  @Test("sends requests to what is live, where what is written says otherwise or nothing")
  func sendsRequestsLive() throws {
    let world = try World()
    let record = try world.push("one")
    let live = try #require(world.routedTo)
    let port = try #require(world.routed)
    let others: [Destination?] = try [
      nil, .instance(Upstream(port: Port("3005"))), .instance(Upstream(.v6, port: port)),
      .files(of: #require(record.release)),
    ]
    for damaged in others {
      world.routedTo = damaged

      try world.recover()

      #expect(world.routedTo == live)
      #expect(world.live?.release == record.release)
    }
    #expect(world.events("restore").count == 4)
  }

  @Test("goes on where the proxy cannot be told, and reports it")
  func goesProxyCannot() throws {
    let world = try World()
    try world.push("one")
    world.routedTo = nil
    world.failing = ["restore"]

    try world.recover()

    #expect(world.told.lines("warning: sending the requests of shop").count == 1)
  }

  @Test("drains instances that nobody routes to, once")
  func drainsInstancesNobody() throws {
    let world = try World()
    try world.push("one")
    let (stray, draining) = (try world.instance("3005"), try world.instance("3006"))
    world.instances[stray] = .running(process: 9, restarts: 0)
    world.instances[draining] = .draining
    world.events = []

    try world.recover()

    #expect(world.events("drain", "stop") == ["drain shop:3005"])
  }

  @Test("happens before the next deploy does anything")
  func happensBeforeNext() throws {
    let (world, _, second) = try crash(at: "start")

    let third = try world.push("three")

    #expect(third.outcome == .live)
    #expect(world.records[second.id]?.outcome == .failed)
    let undone = try #require(world.events.firstIndex(of: "stop shop:3002"))
    let planned = try #require(world.events.firstIndex(of: "save plan"))
    #expect(undone < planned)
  }

  @Test("of a rollback after the switch makes the old release live")
  func rollbackAfterSwitch() throws {
    let world = try World()
    let first = try world.push("one")
    try world.push("two")
    world.finishDraining()
    world.crash = "setLive"
    _ = try? world.deploy(.rollback(world.releases[0].id))
    world.crash = nil
    let last = try #require(world.records.values.max { $0.id < $1.id })
    world.dead.insert(last.id)

    try world.recover()

    #expect(world.records[last.id]?.outcome == .live)
    #expect(world.live?.release == first.release)
    #expect(world.live?.commit == first.commit)
  }
}
