@testable import Deploy
import Testing

@Suite("The environment of a deploy")
struct EnvironmentTests {
  private static let scoped: [String: AppEnvironment.Variable] = [
    "BOTH": .init("both-both"), "BUILD": .init("build-only", .build), "RUN": .init("run-run-run", .run),
    "NEXT_PUBLIC_A": .init("public-value", .run),
  ]

  private func environment(_ world: World, _ record: DeployRecord) throws -> [String: String] {
    let instance = try #require(record.instance)
    return try #require(world.services[instance]).environment
  }

  @Test("reaches those it is for")
  func reaches3() throws {
    let world = try World()
    world.variables = Self.scoped

    let record = try world.push("one", World.app("one", project: #"{"release": "migrate"}"#))

    let service = try environment(world, record)
    func seen(_ environment: [String: String]) -> [String] {
      Self.scoped.keys.filter { environment[$0] != nil }.sorted()
    }
    #expect(
      world.jobs.map { seen($0.environment) } == [
        ["BOTH", "BUILD", "NEXT_PUBLIC_A"], ["BOTH", "BUILD", "NEXT_PUBLIC_A"],
        ["BOTH", "BUILD", "NEXT_PUBLIC_A", "RUN"],
      ])
    #expect(seen(service) == ["BOTH", "NEXT_PUBLIC_A", "RUN"])
  }

  @Test(
    "is part of what a build is made from, as far as the build sees it",
    arguments: [("RUN", true), ("BOTH", false), ("BUILD", false), ("NEXT_PUBLIC_A", false)])
  func partBuildMade(_ name: String, _ isTakenAgain: Bool) throws {
    let world = try World()
    world.variables = Self.scoped
    let first = try world.push("one")
    world.finishDraining()
    world.variables[name]?.value = "another-value"

    let record = try world.push("one again", World.app("one"))

    #expect((record.release == first.release) == isTakenAgain)
    #expect(try environment(world, record)["RUN"] == world.variables["RUN"]?.value)
  }

  @Test("stays what it was at the deploy's beginning")
  func deployBeginningEnd() throws {
    let world = try World()
    world.variables = ["A": .init("old")]
    world.whenRun = { world.variables = ["A": .init("new")] }

    let record = try world.push("one")

    #expect(try environment(world, record)["A"] == "old")
    #expect(try change(world) == .rebuild)
  }

  @Test("is hidden in output, failures and records")
  func hiddenOutputFailures() throws {
    let world = try World()
    world.variables = ["A": .init("hunter2hunter2"), "NEXT_PUBLIC_B": .init("public-value")]
    world.output = "key hunter2hunter2 for public-value\nhunter2hun"
    world.results = ["npm run build": .failed(exitCode: 1)]

    let record = try world.push("one")

    let told = "\(world.told.lines) \(String(describing: world.told.failed)) \(record) \(world.records)"
    #expect(!told.contains("hunter2hunter2"))
    #expect(world.told.lines("key **** for public-value").count == 2)
    #expect(record.failure?.excerpt == ["key **** for public-value", "hunter2hun"])
  }

  @Test("is hidden in the last lines of an instance")
  func hiddenLastLines() throws {
    let world = try World()
    world.variables = ["A": .init("the app's last words")]
    world.stateAfterStart = .waitingToRestart(exit: "exit code 1", restarts: 0)

    let record = try world.push("one")

    #expect(record.failure?.excerpt == ["****"])
    #expect(world.told.failed?.failure.excerpt == ["****"])
  }

  private func change(_ world: World) throws -> EnvironmentChange? {
    let live = try #require(world.live)
    return try .needed(
      live: live, built: world.releases.first { $0.id == live.release }, by: AppEnvironment(world.variables),
      FakeRepository(world: world))
  }

  @Test(
    "is known to differ from the present one, with what fixes that",
    arguments: [
      ("RUN", .restart), ("BOTH", .rebuild), ("BUILD", .rebuild), ("NEXT_PUBLIC_A", .rebuild), (nil, nil),
    ] as [(String?, EnvironmentChange?)])
  func knownDifferPresent(_ name: String?, _ needed: EnvironmentChange?)
    throws
  {
    let world = try World()
    world.variables = Self.scoped
    try world.push("one")
    world.finishDraining()
    if let name { world.variables[name]?.value = "another-value" }

    #expect(try change(world) == needed)
    if needed == .restart { try world.deploy(.restart) }
    if needed == .rebuild { try world.deploy(.rebuild(try #require(world.live?.commit), clean: false)) }

    #expect(try change(world) == nil)
  }
}

@Suite("A restart")
struct RestartTests {
  @Test("starts the live release again, with the environment as it is now")
  func startsLiveRelease() throws {
    let world = try World()
    try world.push("one")
    let before = try world.push("two")
    world.finishDraining()
    world.variables = ["A": .init("new", .run)]
    world.events = []

    let record = try world.deploy(.restart)

    #expect(record.outcome == .live)
    #expect(record.kind == .restart)
    #expect(record.steps.map(\.step) == [.release, .boot, .health, .route, .drain])
    #expect(world.live?.release == before.release)
    #expect(world.live?.commit == before.commit)
    let instance = try #require(record.instance)
    #expect(world.services[instance]?.environment["A"] == "new")
    #expect(record.instance != before.instance)
    #expect(try world.deploy(.rollback(nil)).commit?.subject == "one")
  }

  @Test("that does not become healthy leaves what is live, and the release")
  func doesNotBecome() throws {
    let world = try World()
    let before = try world.push("one")
    world.stateAfterStart = .waitingToRestart(exit: "exit code 1", restarts: 0)

    let record = try world.deploy(.restart)

    #expect(record.outcome == .failed)
    #expect(world.live?.instance == before.instance)
    #expect(world.releases.map(\.id) == [before.release])
    #expect(world.routed == before.instance?.port)
  }

  @Test("needs something live, as a rollback does")
  func needsSomethingLive() throws {
    let world = try World()
    for record in [try world.deploy(.restart), try world.deploy(.rollback(nil))] {
      #expect(record.failure?.kind == .notFound)
      #expect(record.failure?.cause == "nothing of it is live yet")
    }

    try world.push("one")
    let failure = try world.deploy(.rollback(nil)).failure
    #expect(failure?.cause == "no release was live before the one that is")
    #expect(failure?.next == "There is no other one yet: push to make it.", "there is none to name")
  }

  @Test("that was interrupted after the switch is finished")
  func interruptedAfterSwitch() throws {
    let world = try World()
    try world.push("one")
    world.finishDraining()
    world.variables = ["A": .init("new", .run)]
    world.crash = "setLive"
    let crashed = try world.deploy(.restart)
    world.crash = nil
    world.dead = [crashed.id]

    try world.recover()

    #expect(world.live?.deploy == crashed.id)
    #expect(world.live?.environmentMark == crashed.environmentMark)
    #expect(world.live?.environmentMark != nil)
  }
}
