@testable import Deploy
import Testing

/// An app of a pnpm workspace, on a machine where only Corepack brings pnpm.
private func workspace(_ more: [String: String] = [:]) throws -> (World, MemoryTree) {
  let world = try World()
  world.toolbox = FakeToolbox().without("pnpm").with("corepack", "0.34.7")
  let tree = try MemoryTree(
    [
      "nextdeploy.json": #"{"root": "apps/web", "release": "migrate"}"#,
      "package.json": #"{"devDependencies": {"turbo": "2.11.11"}}"#, "pnpm-lock.yaml": "lockfileVersion: '6.0'\n",
      "apps/web/package.json":
        #"{"name": "web", "scripts": {"build": "make", "start": "node a"}, "dependencies": {"@shop/ui": "workspace:*"}}"#,
      "packages/ui/package.json": #"{"name": "@shop/ui", "scripts": {"build": "make"}}"#,
    ].merging(more) { $1 })
  return (world, tree)
}

@Suite("A program of the app's")
struct ProgramTests {
  @Test("finds in its environment what a login shell in its directory would give")
  func findsEnvironmentLogin() throws {
    let (world, tree) = try workspace()
    world.variables = ["TERM": .init("xterm"), "PWD": .init("/elsewhere"), "TURBO_FORCE": .init("false")]

    try world.push("one", tree)

    #expect(world.jobs.map(\.directory) == ["/workspace", "/workspace/apps/web", "/workspace/apps/web"])
    for job in world.jobs {
      #expect(job.environment["PWD"] == job.directory)
      #expect(job.environment["SHELL"] == "/bin/sh")
      #expect(job.environment["LOGNAME"] == "dev")
      // The app's own, where it has a meaning.
      #expect(job.environment["TERM"] == "xterm")
      #expect(job.environment["TURBO_FORCE"] == "false")
      #expect(job.environment["TURBO_ENV_MODE"] == "loose")
    }
  }

  @Test("finds the package manager by its name, after those of its own packages")
  func findsPackageManager() throws {
    let (world, tree) = try workspace()

    let record = try world.push("one", tree)

    let bins = ["/apps/web", "/apps", ""].map { "\($0)/node_modules/.bin" }
    for job in world.jobs {
      #expect(
        job.environment["PATH"] == (bins.map { "/workspace\($0)" } + ["/programs", "/usr/bin"]).joined(separator: ":"))
    }
    let instance = try #require(record.instance)
    let service = try #require(world.services[instance])
    #expect(
      service.environment(files: "/files", programs: "/bin")["PATH"]
        == (bins.map { "/files\($0)" } + ["/bin", "/usr/bin"]).joined(separator: ":"))
    #expect(world.programs["pnpm"]?.contains("corepack pnpm@8.15.9 ") == true)
    #expect(world.assemblies.last?.programs == world.programs)
  }

  @Test(
    "that is started by the package manager has it in the release",
    arguments: [
      ("node a", []), ("pnpm --filter web serve", ["v1/pnpm/8.15.9"]), ("A=1 pnpm exec node a", ["v1/pnpm/8.15.9"]),
      ("node pnpm.js", ["v1/pnpm/8.15.9"]), ("node mypnpm", []),
    ])
  func startsPackageManager(_ start: String, _ kept: [String]) throws {
    let (world, tree) = try workspace(["nextdeploy.json": #"{"root": "apps/web", "start": "\#(start)"}"#])

    try world.push("one", tree)

    #expect(world.jobs.first?.environment["COREPACK_HOME"] == "/corepack")
    #expect(world.assemblies.last?.corepack == kept)
  }

  @Test("is not given what an earlier deploy needed")
  func notGivenEarlier() throws {
    let (world, tree) = try workspace()
    try world.push("one", tree)
    world.finishDraining()
    world.toolbox = world.toolbox.with("pnpm", "8.6.0")

    try world.push("two", tree)

    #expect(world.programs == [:])
    #expect(world.assemblies.last?.programs == [:])
  }
}

@Suite("A workspace's app")
struct WorkspaceAppTests {
  private static let turbo = [
    "turbo.json": #"{"tasks": {"build": {}}}"#, "nextdeploy.json": #"{"root": "apps/web"}"#,
  ]

  @Test("is built at the top by Turborepo, whose cache is not kept")
  func builtTopTurborepo() throws {
    let (world, tree) = try workspace(Self.turbo)
    world.built = [".turbo/cache/a.tar.zst": "a", ".turbo/cookie": "b", "apps/web/dist/index.js": "c"]

    try world.push("one", tree)

    #expect(world.jobs[1].work.arguments.first == "turbo")
    #expect(world.jobs[1].directory == "/workspace")
    #expect(world.jobs[1].environment["TURBO_FORCE"] == "true")
    #expect(world.files[".turbo/cache/a.tar.zst"] == nil)
    #expect(world.files[".turbo/cookie"] == "b")
  }

  @Test("keeps Turborepo's cache where its own variables have it read")
  func keepsTurborepoCache() throws {
    let (world, tree) = try workspace(Self.turbo)
    world.variables = ["TURBO_FORCE": .init("false", .build)]
    world.built = [".turbo/cache/a.tar.zst": "a"]

    try world.push("one", tree)

    #expect(world.files[".turbo/cache/a.tar.zst"] == "a")
  }

  private static let generic = "Correct what the output above names, commit, and push again."
  private static let advice =
    #"@shop/ui is a package of this workspace that has to be built first: set "build" in nextdeploy.json, as in "#

  @Test(
    "whose build misses another package says how to build that",
    arguments: [
      (
        "Module not found: Can't resolve '@shop/ui'", "pnpm-lock.yaml",
        advice + #""build": "pnpm --filter web... run build"."#
      ),
      (
        "Error: Cannot find module '/w/node_modules/@shop/ui/dist/index.js'", "package-lock.json",
        advice + #""build": "(cd ../../packages/ui && npm run build) && npm run build"."#
      ),
      (
        #"[vite]: Rollup failed to resolve import "@shop/ui" from "/w/a.js"."#, "yarn.lock",
        advice + #""build": "yarn workspace @shop/ui run build && yarn run build"."#
      ),
      (
        "Cannot find module '@shop/other'", "pnpm-lock.yaml",
        "Add it ('pnpm add @shop/other'), commit the lockfile, and push again."
      ),
      ("@shop/ui: type error", "pnpm-lock.yaml", generic),
    ])
  func buildMissesAnother(_ line: String, _ lockfile: String, _ next: String)
    throws
  {
    let (world, tree) = try workspace()
    let files = try MemoryTree(
      tree.entries.values.reduce(into: [:]) { files, entry in
        files[entry.path == "pnpm-lock.yaml" ? lockfile : entry.path] = try tree.text(entry.path)
      })
    world.output = "\(line)\n"
    for manager in ["pnpm", "npm", "yarn"] { world.results["\(manager) run build"] = .failed(exitCode: 1) }

    let record = try world.push("one", files)

    #expect(record.failure?.next == next)
  }

  @Test("with a build command of its own gets no advice on that")
  func buildCommandOwn() throws {
    let (world, tree) = try workspace(["nextdeploy.json": #"{"root": "apps/web", "build": "make all"}"#])
    world.output = "Can't resolve '@shop/ui'\n"
    world.results = ["make all": .failed(exitCode: 1)]

    #expect(try world.push("one", tree).failure?.next == Self.generic)
  }
}
