@testable import Deploy
import Testing

@Suite("Versions of a runtime")
struct RuntimeRequestTests {
  @Test(
    "are read as people write them",
    arguments: [
      ("22", "22.3.1", "23.0.0"), ("v22.11.0", "22.11.0", "22.11.1"), ("22.11", "22.11.9", "22.12.0"),
      ("20.x", "20.0.0", "22.0.0"), ("^20.9 || >=22", "24.0.0", "21.0.0"), (">= 18 <23", "22.0.0", "23.0.0"),
      ("18 - 20", "20.5.0", "21.0.0"), ("~> 22.3", "22.3.4", "22.4.0"), ("lts/*", "24.0.0", "22.0.0"),
      ("LTS/Jod", "22.0.0", "24.0.0"),
      ("lts/lithium", "26.13.0", "24.0.0"),
      ("lts", "26.1.0", "25.0.0"),
    ])
  func read(text: String, fits: String, not: String) throws {
    let request = try RuntimeRequest(text)

    #expect(Version(fits).map(request.accepts) == true)
    #expect(Version(not).map(request.accepts) == false)
    #expect(request.description == text)
  }

  @Test("are any where the newest is asked for", arguments: ["node", "stable", "latest", "*"])
  func newest(text: String) throws {
    #expect(try Version("12.0.0").map(RuntimeRequest(text).accepts) == true)
  }

  @Test(
    "are refused where they are none",
    arguments: [
      "", "twenty", "nightly", "lts/", "lts/../x", "git+https://example.com", "22; rm", "$(id)22", "iojs",
      "20.x.\u{1B}[2J", "lts/" + String(repeating: "a", count: 10_000), "20.x." + String(repeating: "a", count: 200),
    ])
  func nonsense(text: String) {
    let failure = #expect(throws: Failure.self) { try RuntimeRequest(text) }

    #expect(failure?.kind == .usage)
  }

  @Test(
    "are told from one version",
    arguments: [("22.11.0", "22.11.0"), ("v22.11.0", "22.11.0"), ("22.11", nil), ("lts", nil)])
  func exact(text: String, version: String?) throws {
    #expect(try RuntimeRequest(text).exact?.description == version)
  }

  @Test(
    "by mirrors are addresses by HTTPS, or on this machine",
    arguments: [
      "https://nodejs.org/dist/", "https://mirror.example.com:8443/node", "http://127.0.0.1:4000",
      "http://[::1]:4000/a",
    ])
  func mirror(text: String) throws {
    #expect(try !Mirror(text).description.hasSuffix("/"))
  }

  @Test(
    "never come from elsewhere",
    arguments: [
      "http://nodejs.org/dist", "http://127.0.0.1.example.com", "ftp://a/b", "file:///etc", "https://", "nodejs.org",
      "https://me:secret@example.com", "https://example.com/a b", "http://127.0.0.1@example.com/",
    ])
  func noMirror(text: String) {
    #expect(throws: Failure.self) { try Mirror(text) }
  }
}

@Suite("An app's Node")
struct NodeTests {
  private static func tree(_ files: [String: String], engines: String = "") throws -> MemoryTree {
    try MemoryTree(
      ["package.json": #"{"scripts": {"start": "node a.js"}\#(engines)}"#].merging(files) { $1 })
  }

  @Test(
    "is the one that the repository asks for",
    arguments: [
      ([".nvmrc": "v22.11.0\n"], "", "22.11.0", ".nvmrc"),
      ([".nvmrc": "# ours\n\n 22 # not 20\n"], "", "22.11.0", ".nvmrc"),
      ([".node-version": "22"], "", "22.11.0", ".node-version"),
      ([".nvmrc": "\u{FEFF}22\r\n"], "", "22.11.0", ".nvmrc"),
      ([".tool-versions": "\u{FEFF}nodejs 22.11.0\r\n"], "", "22.11.0", ".tool-versions"),
      ([".tool-versions": "ruby 3.3\nnodejs 22.11.0 20.1\n"], "", "22.11.0", ".tool-versions"),
      ([".tool-versions": "ruby 3.3\n"], "", "20.19.2", nil), ([".nvmrc": "system"], "", "20.19.2", nil),
      ([:], #", "engines": {"node": ">=22"}"#, "24.1.0", "engines in package.json"),
      (
        [:], #", "devEngines": {"runtime": [{"name": "bun"}, {"name": "node", "version": "^22"}]}"#, "22.11.0",
        "devEngines in package.json"
      ),
      ([:], #", "devEngines": {"runtime": {"name": "node", "version": "^22", "onFail": "warn"}}"#, "20.19.2", nil),
      // Files of version managers name one; package.json says what will do.
      ([".nvmrc": "22"], #", "engines": {"node": ">=20"}"#, "22.11.0", ".nvmrc"),
      ([".nvmrc": "20", ".node-version": "22"], "", "20.19.2", ".nvmrc"),
      ([:], #", "engines": {"node": ">=18"}"#, "20.19.2", "engines in package.json"),
    ] as [([String: String], String, String, String?)])
  func asked(files: [String: String], engines: String, version: String, source: String?) throws {
    let toolbox = FakeToolbox().with { $0.others[.node] = ["22.11.0", "18.1.0", "24.1.0"] }

    let plan = try Plan(Self.tree(files, engines: engines), toolbox: toolbox)

    #expect(plan.node?.version == version)
    #expect(plan.detected == "Node app, Node \(version)\(source.map { " (\($0))" } ?? "")")
    #expect(plan.warnings.isEmpty)
    #expect((plan.runtimes == nil) == (version == "20.19.2"))
  }

  @Test("of a workspace is asked for beside the app, else above it; settings of the server win")
  func workspace() throws {
    let toolbox = FakeToolbox().with { $0.others[.node] = ["22.11.0", "24.1.0"] }
    let files = [
      "nextdeploy.json": #"{"root": "apps/web"}"#, ".nvmrc": "22",
      "apps/web/package.json": #"{"scripts": {"start": "node a.js"}, "engines": {"node": ">=24"}}"#,
    ]
    let above = try Plan(Self.tree(files), toolbox: toolbox)
    let own = try Plan(Self.tree(files.merging(["apps/web/.node-version": "24"]) { $1 }), toolbox: toolbox)
    let configured = try Plan(Self.tree(files), toolbox: toolbox, node: RuntimeRequest("20"))

    #expect(above.node?.version == "22.11.0")
    #expect(above.warnings == ["package.json asks for Node >=24; it gets 22.11.0, as .nvmrc says."])
    #expect(own.node?.version == "24.1.0")
    #expect(own.detected.hasSuffix("Node 24.1.0 (apps/web/.node-version)"))
    #expect(configured.node?.version == "20.19.2")
  }

  @Test("is any where what is asked for is none, with a warning that names file and text")
  func nonsense() throws {
    let plan = try Plan(Self.tree([".nvmrc": "the newest\u{1B}[2J"]), toolbox: FakeToolbox())

    #expect(plan.node?.version == "20.19.2")
    #expect(plan.warnings == [".nvmrc asks for Node 'the newest\u{FFFD}[2J', which is no version: it is not followed."])
  }

  @Test("fits its Next.js too, as the lockfile has it")
  func next() throws {
    let manifest =
      #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16.4.5"}, "engines": {"node": ">=18"}}"#
    let tree = try MemoryTree(["package.json": manifest, "package-lock.json": "{}"])
    let old = FakeToolbox().with("node", "18.19.0").with { $0.others[.node] = ["20.1.0", "22.11.0"] }

    #expect(try Plan(tree, toolbox: old).node?.version == "22.11.0")
    let failure = #expect(throws: Failure.self) { try Plan(tree, toolbox: FakeToolbox().with("node", "18.19.0")) }
    #expect(failure?.attempt == "looking for Node >=18 (engines in package.json) and >=20.9.0 (Next.js 16.4.5)")
    #expect(failure?.cause == "this server has 18.19.0 (/usr/bin/node)")
    #expect(failure?.next == "Run 'nextdeploy runtime install node@24' on the server, then push again.")
  }

  @Test("that only engines ask for, and nobody can bring, is advice: the one on the PATH will do, and the push warns")
  func advice() throws {
    let toolbox = FakeToolbox()
    let engines = #", "engines": {"node": ">=22"}"#

    let plan = try Plan(Self.tree([:], engines: engines), toolbox: toolbox)

    #expect(plan.node?.version == "20.19.2" && plan.runtimes == nil)
    #expect(plan.detected == "Node app, Node 20.19.2")
    #expect(plan.warnings.count == 1)
    #expect(plan.warnings.first?.hasPrefix("engines in package.json asks for Node >=22, and none can be had: ") == true)
    #expect(plan.warnings.first?.contains("It gets 20.19.2. Run 'nextdeploy runtime install node@2") == true)
    // What is brought is taken, and what anything else asks for is no advice.
    let brought = try Plan(Self.tree([:], engines: engines), toolbox: toolbox) { _ in FakeToolbox.tool(.node, "24.1.0")
    }
    #expect(brought.node?.version == "24.1.0" && brought.warnings.isEmpty)
    #expect(throws: Failure.self) { try Plan(Self.tree([".nvmrc": "22"], engines: engines), toolbox: toolbox) }
    #expect(throws: Failure.self) {
      try Plan(Self.tree([:], engines: engines), toolbox: toolbox, node: RuntimeRequest("24"))
    }
  }

  @Test("that is in a directory which builds cannot see is not taken, and the failure says so")
  func hidden() throws {
    let toolbox = FakeToolbox().with { ($0.others[.node], $0.hidden) = (["22.11.0"], ["/opt/node-22"]) }

    let failure = #expect(throws: Failure.self) { try Plan(Self.tree([".nvmrc": "22"]), toolbox: toolbox) }

    #expect(failure?.cause.contains("22.11.0 is in /opt/node-22.11.0/bin, which builds and apps cannot see") == true)
    #expect(failure?.next.contains("nextdeploy runtime install node@22'") == true)
  }

  @Test("on the PATH that builds cannot see is not taken either")
  func hiddenUsual() throws {
    let toolbox = FakeToolbox().with { ($0.others[.node], $0.hidden) = (["22.11.0"], ["/usr/bin/"]) }

    #expect(try Plan(Self.tree([:]), toolbox: toolbox).node?.version == "22.11.0")
    #expect(throws: Failure.self) { try Plan(Self.tree([:]), toolbox: toolbox.with { $0.others = [:] }) }
  }

  @Test("brings its own npm and Corepack")
  func npm() throws {
    let toolbox = FakeToolbox().with { $0.others[.node] = ["22.11.0"] }

    let plan = try Plan(World.app("one").adding(".nvmrc", "22"), toolbox: toolbox)

    #expect(plan.runtimes == [FakeToolbox.tool(.node, "22.11.0")])
    #expect(plan.manager?.version == "22.11.0", "the npm in that directory")
  }

  @Test(
    "that gets no fixes any more is warned of",
    arguments: [("2026-04-30T23:00:00Z", false), ("2026-05-01T00:00:00Z", true)])
  func ended(today: String, isEnded: Bool) throws {
    let warning = try Plan(Self.tree([".nvmrc": "20"]), toolbox: FakeToolbox()).warning(on: today)

    #expect((warning != nil) == isEnded)
    if let warning { #expect(warning.contains("Node 20 ended on 2026-04-30") && warning.contains(".nvmrc")) }
  }
}

@Suite("A deploy with a Node of its own")
struct NodeFlowTests {
  private static func world() throws -> (World, MemoryTree) {
    let world = try World()
    world.toolbox.others[.node] = ["22.11.0"]
    return (world, try World.app("one").adding(".nvmrc", "22"))
  }

  private static let bin = "/opt/node-22.11.0/bin"

  @Test("gives it to the install, the build and the instance, before what is on the PATH")
  func path() throws {
    let (world, tree) = try Self.world()

    let record = try world.push("one", tree)

    #expect(world.jobs.count == 2)
    for job in world.jobs { #expect(job.environment["PATH"]?.hasSuffix(":/programs:\(Self.bin):/usr/bin") == true) }
    let instance = try #require(record.instance)
    let service = try #require(world.services[instance])
    #expect(service.path == "\(Self.bin):/usr/bin")
    #expect(world.releases.last?.process?.runtimes == [FakeToolbox.tool(.node, "22.11.0")])
  }

  @Test("keeps it for restarts and rollbacks, whatever later releases have")
  func rollback() throws {
    let (world, tree) = try Self.world()
    try world.push("one", tree)
    try world.push("two", World.app("two"))
    #expect(world.releases.last?.process?.runtimes == nil)

    let record = try world.deploy(.rollback(nil))

    let instance = try #require(record.instance)
    #expect(world.services[instance]?.path == "\(Self.bin):/usr/bin")
  }

  @Test("refuses a release whose Node is gone before anything changes, and says what brings it back")
  func gone() throws {
    let (world, tree) = try Self.world()
    try world.push("one", tree)
    let live = world.live
    world.toolbox.gone = ["\(Self.bin)/node"]

    let record = try world.deploy(.restart)

    #expect(record.outcome == .failed)
    #expect(record.failure?.cause == "it was built with node 22.11.0, and \(Self.bin)/node is gone")
    #expect(record.failure?.next.contains("nextdeploy runtime install node@22.11.0") == true)
    #expect(world.live == live)
  }

  @Test("builds anew with another version, or where the one that a release has is gone; else not")
  func reuse() throws {
    let (world, tree) = try Self.world()
    try world.push("one", tree)
    try world.push("again", tree)
    #expect(world.releases.count == 1)

    world.config.node = try RuntimeRequest("20")
    try world.push("by settings", tree)
    #expect(world.releases.count == 2)

    world.config.node = nil
    world.toolbox.gone = ["\(Self.bin)/node"]
    world.toolbox.others[.node] = ["22.12.0"]
    try world.push("another", tree)
    #expect(world.releases.count == 3)
  }

  @Test("brings one where none fits and that is allowed, and fails at plan where that fails")
  func bring() throws {
    let (world, tree) = try Self.world()
    world.toolbox.others = [:]
    #expect(
      try world.push("not allowed", tree).failure?.next
        == "Run 'nextdeploy runtime install node@22' on the server, then push again.")
    world.mirror = ["22.12.0"]

    let record = try world.push("allowed", tree)

    #expect(record.outcome == .live)
    #expect(world.events("bring") == ["bring Node 22 (.nvmrc)"])
    #expect(world.releases.last?.process?.runtimes == [FakeToolbox.tool(.node, "22.12.0")])
    let refused = try world.push("none", tree.adding(".nvmrc", "99"))
    #expect(refused.step == .plan)
    #expect(refused.outcome == .failed)
  }

  @Test("is only planned without bringing anything")
  func outline() throws {
    let (world, tree) = try Self.world()
    (world.toolbox.others, world.mirror) = ([:], ["22.12.0"])

    let failure = #expect(throws: Failure.self) {
      try Deployment.outline(of: world.commit("one", tree), seams: world.seams)
    }

    #expect(failure?.cause == "Node 22 (.nvmrc) is not on this server: a push brings it")
    #expect(world.events("bring").isEmpty)
  }
}
