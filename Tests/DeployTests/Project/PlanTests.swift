@testable import Deploy
import Testing

private let next = #"{"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "16.0.7"}}"#

@Suite struct `A plan` {
  @Test func `of a Next.js app installs, builds and starts Next's own server`() throws {
    let tree = try MemoryTree(["package.json": next, "package-lock.json": "{}"])

    let plan = try Plan(tree, toolbox: FakeToolbox())

    #expect(plan.framework == .next(version: "16.0.7"))
    #expect(plan.install == .program(["npm", "ci", "--include=dev", "--no-audit", "--no-fund"]))
    #expect(plan.build == .program(["npm", "run", "build"]))
    #expect(plan.start == .program(["next", "start"]))
    #expect(plan.detected == "Next.js 16.0.7, npm 10.8.2 (package-lock.json), Node 20.19.2")
    #expect(plan.warnings.isEmpty)
  }

  @Test(arguments: [
    (#"{"scripts": {"start": "node a.js"}}"#, Framework.node), (#"{"scripts": {"start": "bun a.ts"}}"#, .bun),
    (#"{"scripts": {"build": "next build"}, "devDependencies": {"next": "15"}}"#, .next(version: "15")),
    (#"{"scripts": {"start": "node server.js", "build": "next build"}, "dependencies": {"next": "15"}}"#, .node),
  ])
  func `tells the framework by dependency and start command`(_ manifest: String, _ framework: Framework) throws {
    let plan = try Plan(MemoryTree(["package.json": manifest]), toolbox: FakeToolbox().with("bun", "1.2.0"))

    #expect(plan.framework == framework)
  }

  @Test func `of an app without packages and build does neither`() throws {
    let tree = try MemoryTree(["package.json": #"{"scripts": {"start": "node a.js"}}"#])

    let plan = try Plan(tree, toolbox: FakeToolbox().without("npm"))

    #expect(plan.install == nil)
    #expect(plan.build == nil)
    #expect(plan.start == .program(["node", "a.js"]))
    #expect(plan.detected == "Node app, Node 20.19.2")
  }

  @Test func `takes the user's own commands, as lines for the shell`() throws {
    let project = #"{"install": "make deps", "build": "make", "start": "node a.js"}"#
    let tree = try World.app("one", project: project)

    let plan = try Plan(tree, toolbox: FakeToolbox().without("npm"))

    #expect(plan.install == .shell("make deps"))
    #expect(plan.build == .shell("make"))
    #expect(plan.start == .shell("node a.js"))
    #expect(plan.manager == nil)
  }

  @Test func `of a workspace's app installs at the top and builds below`() throws {
    let tree = try MemoryTree([
      "nextdeploy.json": #"{"root": "apps/web"}"#, "apps/web/package.json": next, "pnpm-lock.yaml": "",
      "package.json": #"{"packageManager": "pnpm@10.34.9", "engines": {"node": ">=22"}}"#,
    ])

    let plan = try Plan(tree, toolbox: FakeToolbox())

    #expect(plan.packages.manager == .pnpm)
    #expect(plan.installDirectory.isTop)
    #expect(plan.project.root.description == "apps/web")
    #expect(plan.warnings == ["package.json asks for Node >=22; this server has 20.19.2."])
  }

  @Test(
    arguments: [
      ([:], "the commit holds no files"), (["a": ""], "there is no package.json in the commit"),
      (["package.json": "{}"], "there is no \"start\" script, so nobody knows how the app is started"),
      (
        ["package.json": #"{"dependencies": {"next": "16"}}"#],
        "there is no \"build\" script, and a Next.js app must be built"
      ), (["package.json": "{"], "line 1, column 2: a key in double quotes should be here"),
      (
        ["package.json": next, "nextdeploy.json": #"{"root": "apps"}"#],
        "\"root\" names 'apps', which is no directory of the repository"
      ),
      (
        ["package.json": next, "nextdeploy.json": #"{"root": "apps"}"#, "apps/a": ""],
        "there is no apps/package.json in the commit"
      ),
    ] as [([String: String], String)])
  func `is refused before anything is touched`(_ files: [String: String], _ cause: String) throws {
    let error = #expect(throws: Failure.self) { try Plan(MemoryTree(files), toolbox: FakeToolbox()) }

    #expect(error?.cause == cause)
  }

  @Test(arguments: [
    ("node", "looking for node"), ("npm", "looking for npm"),
  ])
  func `is refused where a program is missing`(_ program: String, _ attempt: String) throws {
    let error = #expect(throws: Failure.self) {
      try Plan(World.app("one"), toolbox: FakeToolbox().without(program))
    }

    #expect(error?.attempt == attempt)
  }

  @Test func `is refused where Bun is missing for a Bun app`() throws {
    let tree = try MemoryTree(["package.json": #"{"scripts": {"start": "bun a.ts"}}"#])

    #expect(throws: Failure.self) { try Plan(tree, toolbox: FakeToolbox()) }
  }

  @Test(arguments: [
    ("yarn", "4.5.0", "1.22.22", "corepack"), ("yarn", "1.22.22", "1.22.22", "yarn"),
    ("pnpm", "9.0.0", "10.34.9", "pnpm"),
    ("npm", "11.0.0", "10.8.2", "npm"),
  ])
  func `takes Corepack where the package manager is of another version`(
    _ manager: String, _ wanted: String, _ has: String, _ program: String
  ) throws {
    let tree = try MemoryTree([
      "package.json":
        #"{"packageManager": "\#(manager)@\#(wanted)", "scripts": {"start": "node a"}, "dependencies": {"a": "1"}}"#
    ])

    let plan = try Plan(tree, toolbox: FakeToolbox().with("corepack", "0.29.0").with(manager, has))

    #expect(plan.install?.arguments.first == program)
  }
}

@Suite struct `An install's key` {
  private func key(_ tree: MemoryTree, _ toolbox: FakeToolbox = FakeToolbox()) throws -> String {
    try Plan(tree, toolbox: toolbox).installKey(of: tree)
  }

  @Test(arguments: ["package.json", "package-lock.json", ".npmrc", "lib/package.json", "patches/a.patch"])
  func `changes with what an install reads`(_ path: String) throws {
    let tree = try World.app("one")
    let text = #"{"scripts": {"start": "node b"}, "dependencies": {"b": "1"}}"#

    #expect(try key(tree) != key(tree.adding(path, text)))
  }

  @Test(arguments: ["server.js", "public/a.png", "src/package.ts"])
  func `stays the same with what it does not`(_ path: String) throws {
    let tree = try World.app("one")

    #expect(try key(tree) == key(tree.adding(path, "changed")))
  }

  @Test(arguments: [("node", "22.0.0"), ("npm", "11.0.0")])
  func `changes with the tools`(_ name: String, _ version: String) throws {
    let tree = try World.app("one")

    #expect(try key(tree) != key(tree, FakeToolbox().with(name, version)))
  }
}
