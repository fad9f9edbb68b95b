@testable import Deploy
import Testing

@Suite("A deploy")
struct DeploymentTests {
  @Test("takes the steps in the order in which data flows")
  func takesStepsOrder() throws {
    let world = try World()

    let record = try world.push("one")

    #expect(record.outcome == .live)
    #expect(record.steps.map(\.step) == [.plan, .checkout, .install, .build, .release, .boot, .health, .route])
    #expect(
      world.events("checkout", "run", "make", "reserve", "start", "ask", "route", "setLive") == [
        "checkout one", "run npm ci --include=dev --no-audit --no-fund", "run npm run build", "make \(record.id)",
        "reserve", "start shop:3001", "ask 3001/ as shop.example.com", "route 3001", "setLive \(record.id)",
      ])
  }

  @Test("begins with the next instance before the release is made, where what is live has one")
  func prepares() throws {
    let world = try World()
    try world.push("one")
    #expect(world.events("prepare").isEmpty)
    world.events = []

    let record = try world.push("two")

    #expect(
      world.events("reserve", "prepare", "checkout", "make", "settle", "start") == [
        "prepare", "reserve", "checkout two", "make \(record.id) in the place of shop:3002", "settle shop:3002",
        "start shop:3002",
      ])
  }

  @Test("records what is live, its refs and the url")
  func leavesBehindLive() throws {
    let world = try World()

    let record = try world.push("one")

    let commit = try #require(record.commit)
    let live = try #require(world.live)
    #expect(live.release == record.id)
    #expect(live.commit == commit)
    #expect(live.instance == record.instance)
    #expect(world.routed == live.instance?.port)
    #expect(world.branches["refs/nextdeploy/live"] == commit.id)
    #expect(world.branches["refs/nextdeploy/releases/\(record.id)"] == commit.id)
    #expect(world.told.succeeded?.url == "https://shop.example.com")
    #expect(world.told.succeeded?.release == record.id)
  }

  @Test("drains the old instance after the switch, and waits for nothing")
  func drainsOldInstance() throws {
    let world = try World()
    try world.push("one")

    let second = try world.push("two")

    #expect(second.steps.map(\.step).suffix(2) == [.route, .drain])
    #expect(world.routed == (try world.instance("3002").port))
    #expect(world.instances[try world.instance("3001")] == .draining)
    #expect(world.events("stop").isEmpty)
    #expect(second.steps.last?.result == "shop:3001 finishes its requests, then stops")
    #expect(try world.push("three").steps.last?.result == "shop:3001, shop:3002 finish their requests, then stop")
  }

  @Test("writes its record to the disk before it starts an instance and before it routes")
  func writesRecordDisk()
    throws
  {
    let world = try World()

    try world.push("one")

    let order = world.events("durably save", "checkout", "reserve", "start", "route")
    #expect(
      order == [
        "checkout one", "reserve", "durably save boot", "start shop:3001", "durably save route", "route 3001",
      ])
  }

  @Test("names every step in its record before it begins it")
  func namesEveryStep() throws {
    let world = try World()

    try world.push("one")

    for (step, act) in [("checkout", "checkout"), ("build", "run npm run build"), ("release", "make")] {
      let intent = try #require(world.events.firstIndex(of: "save \(step)"))
      let act = try #require(world.events.firstIndex { $0.hasPrefix(act) })
      #expect(intent < act)
    }
  }

  @Test("does not begin on a disk that is nearly full")
  func doesNotBegin() throws {
    let world = try World()
    world.freeSpace = 10 << 20

    let record = try world.push("one")

    #expect(record.failure?.cause.contains("only 10 MB are free") == true)
    #expect(world.events("checkout", "run").isEmpty)
  }

  @Test("leaves the workspace as it is where the disk is full, and says what it takes")
  func leavesWorkspaceDisk() throws {
    let world = try World()
    world.freeSpace = 90 << 20
    world.workspaceSize = 200 << 20

    let record = try world.push("one")

    #expect(record.failure?.cause.contains("only 90 MB are free") == true)
    #expect(record.failure?.next.contains("Free at least 100 MB") == true)
    #expect(
      record.failure?.next.contains(
        "'nextdeploy rebuild COMMIT --clean' empties what builds keep (its workspace: 200 MB)") == true)
    #expect(world.events("workspace.empty", "checkout").isEmpty)
  }

  @Test("begins on a full disk where the workspace is to be emptied")
  func beginsFullDisk() throws {
    let world = try World()
    let first = try world.push("one")
    world.freeSpace = 10 << 20
    world.workspaceSize = 100 << 20
    world.events = []

    let record = try world.deploy(.rebuild(try #require(first.commit), clean: true))

    #expect(record.outcome == .live)
    #expect(world.events("workspace.empty", "checkout").first == "workspace.empty")
  }

  @Test("runs the release command after the build and before anything is started")
  func runsReleaseCommand() throws {
    let world = try World()

    let record = try world.push("one", World.app("one", project: #"{"release": "migrate"}"#))

    #expect(record.outcome == .live)
    #expect(
      world.events("run", "make", "start") == [
        "run npm ci --include=dev --no-audit --no-fund", "run npm run build", "run migrate", "make \(record.id)",
        "start shop:3001",
      ])
  }

  @Test("from a clean workspace forgets what was installed, then empties it")
  func cleanWorkspaceForgets() throws {
    let world = try World()
    world.built = ["node_modules/a/package.json": "{}"]
    let first = try world.push("one")
    world.events = []

    let record = try world.deploy(.rebuild(try #require(first.commit), clean: true))

    #expect(record.outcome == .live)
    #expect(
      world.events("forget", "workspace.empty", "checkout", "run npm ci").prefix(3) == [
        "forget installed", "workspace.empty", "checkout one",
      ])
    #expect(world.events("run npm ci").count == 1)
  }

  @Test("by rollback boots and checks the old release, and builds nothing")
  func rollbackBootsChecks() throws {
    let world = try World()
    let first = try world.push("one")
    try world.push("two")
    world.finishDraining()
    world.events = []

    let record = try world.deploy(.rollback(try #require(world.releases.first).id))

    #expect(record.outcome == .live)
    #expect(world.live?.release == first.release)
    #expect(world.live?.commit == first.commit)
    #expect(record.steps.map(\.step) == [.release, .boot, .health, .route, .drain])
    #expect(world.events("checkout", "run", "make").isEmpty)
  }

  @Test("by rollback has a release named where none is live, as after an import that was killed")
  func rollbackOfNothing() throws {
    let world = try World()
    #expect(try world.deploy(.rollback(nil)).failure?.next == "Push the app first.")
    try world.push("one")
    world.live = nil

    #expect(try world.deploy(.rollback(nil)).failure?.next == "Name one that 'nextdeploy releases' lists.")
  }

  @Test("that fails by rollback keeps the old release and the branch")
  func failsRollbackKeeps() throws {
    let world = try World()
    try world.push("one")
    let second = try world.push("two")
    world.finishDraining()
    world.answers = { _ in .status(500) }

    let record = try world.deploy(.rollback(world.releases[0].id))

    #expect(record.outcome == .failed)
    #expect(world.live?.release == second.release)
    #expect(world.tip == second.commit?.id)
    #expect(world.releases.count == 2)
  }
}
