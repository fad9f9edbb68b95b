@testable import Deploy
import Testing

private let next = #"{"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "16.0.7"}}"#

@Suite("A plan")
struct PlanTests {
  @Test("of a Next.js app installs, builds and starts Next's own server")
  func nextJsApp() throws {
    let tree = try MemoryTree(["package.json": next, "package-lock.json": "{}"])

    let plan = try Plan(tree, toolbox: FakeToolbox())

    #expect(plan.framework == .next(version: "16.0.7"))
    #expect(plan.install == .program(["npm", "ci", "--include=dev", "--no-audit", "--no-fund"]))
    #expect(plan.build == .program(["npm", "run", "build"]))
    #expect(plan.start == .program(["next", "start"]))
    #expect(plan.detected == "Next.js 16.0.7, npm 10.8.2 (package-lock.json), Node 20.19.2")
    #expect(plan.warnings.isEmpty)
  }

  @Test(
    "installs nothing where there is nothing to install",
    arguments: [
      (["package-lock.json": "{}"], #"{"scripts": {"start": "node a.js"}}"#, false),
      (["bun.lock": "{}"], #"{"scripts": {"start": "node a.js"}, "dependencies": {}}"#, false),
      ([:], #"{"scripts": {"start": "node a.js"}}"#, false),
      (["package-lock.json": "{}"], #"{"scripts": {"start": "node a.js", "postinstall": "make"}}"#, true),
      (["package-lock.json": "{}"], #"{"scripts": {"start": "node a.js"}, "workspaces": ["packages/*"]}"#, true),
      (["package-lock.json": "{}"], #"{"scripts": {"start": "node a.js"}, "optionalDependencies": {"a": "1"}}"#, true),
      (["package-lock.json": "{}"], #"{"scripts": {"start": "node a.js"}, "devDependencies": {"a": "1"}}"#, true),
      (["nextdeploy.json": #"{"install": "make deps"}"#], #"{"scripts": {"start": "node a.js"}}"#, true),
    ])
  func installsNothing(_ files: [String: String], _ manifest: String, _ installs: Bool) throws {
    let tree = try MemoryTree(files.merging(["package.json": manifest]) { $1 })
    let plan = try Plan(tree, toolbox: FakeToolbox().with("bun", "1.2.0"))

    #expect((plan.install != nil) == installs)
  }

  @Test(
    "tells the framework by dependency and start command",
    arguments: [
      (#"{"scripts": {"start": "node a.js"}}"#, Framework.node), (#"{"scripts": {"start": "bun a.ts"}}"#, .bun),
      (#"{"scripts": {"start": "NODE_ENV=production bun a.ts"}}"#, .bun),
      (#"{"scripts": {"build": "next build"}, "devDependencies": {"next": "15"}}"#, .next(version: "15")),
      (#"{"scripts": {"start": "node server.js", "build": "next build"}, "dependencies": {"next": "15"}}"#, .node),
      (
        #"{"scripts": {"start": "dotenv -- next start", "build": "x"}, "dependencies": {"next": "15"}}"#,
        .next(version: "15")
      ),
      (#"{"scripts": {"start": "next dev", "build": "x"}, "dependencies": {"next": "15"}}"#, .next(version: "15")),
      (#"{"scripts": {"start": "faust start", "build": "x"}, "dependencies": {"next": "15"}}"#, .next(version: "15")),
      (#"{"scripts": {"start": "faust start"}, "dependencies": {"next": "15"}}"#, .node),
      (#"{"scripts": {"start": "serve out", "build": "x"}, "dependencies": {"next": "15"}}"#, .node),
      (#"{"scripts": {"start": "next start & node a.js", "build": "x"}, "dependencies": {"next": "15"}}"#, .node),
      (#"{"scripts": {"start": "next start"}}"#, .node),
    ])
  func tellsFrameworkDependency(_ manifest: String, _ framework: Framework) throws {
    let plan = try Plan(MemoryTree(["package.json": manifest]), toolbox: FakeToolbox().with("bun", "1.2.0"))

    #expect(plan.framework == framework)
  }

  @Test(
    "takes the word of nextdeploy.json for the framework",
    arguments: [
      (#"{"framework": "next"}"#, Framework.next(version: "16.0.7")), (#"{"framework": "node"}"#, .node),
      (#"{"framework": "node", "start": "bun a.ts"}"#, .bun),
      (#"{"start": "next start -p 80"}"#, .next(version: "16.0.7")),
      (#"{"start": "node server.js"}"#, .node),
      (#"{"framework": "next", "start": "A=b next start"}"#, .next(version: "16.0.7")),
    ])
  func takesWordNextdeploy(_ file: String, _ framework: Framework) throws {
    let tree = try MemoryTree(["package.json": next, "nextdeploy.json": file])

    #expect(try Plan(tree, toolbox: FakeToolbox().with("bun", "1.2.0")).framework == framework)
  }

  @Test("finds Next.js above the app where nextdeploy.json says that it is one")
  func findsNextJs() throws {
    let tree = try MemoryTree([
      "nextdeploy.json": #"{"root": "apps/web", "framework": "next", "build": "nx build web"}"#,
      "apps/web/package.json": "{}", "package.json": next,
    ])

    #expect(try Plan(tree, toolbox: FakeToolbox()).framework == .next(version: "16.0.7"))
  }

  @Test(
    "says which parts of the start command are done differently",
    arguments: [
      ("next start", "", []), ("next dev", "", ["'next dev' starts the development server of Next.js"]),
      (
        "prisma migrate deploy && next start", "",
        ["'prisma migrate deploy', which runs before the start, runs once for each push"]
      ),
      (
        "prisma migrate deploy && next start", #""release": "make""#,
        ["'prisma migrate deploy', which runs before the start, is not run"]
      ),
      ("doppler run -- next start", "", ["NextDeploy starts Next.js itself, without 'doppler run --'."]),
      ("faust start", "", ["NextDeploy starts Next.js itself, without 'faust start'."]),
      ("A=$B next start", "", ["takes A from other variables"]),
      ("next start & node a.js", "", ["starts other programs beside Next.js"]), ("node server.js", "", []),
    ] as [(String, String, [String])])
  func tellsStartCommand(_ start: String, _ file: String, _ warnings: [String]) throws {
    let manifest = #"{"scripts": {"build": "next build", "start": "\#(start)"}, "dependencies": {"next": "16"}}"#
    let tree = try MemoryTree(["package.json": manifest, "nextdeploy.json": "{\(file)}", "package-lock.json": "{}"])

    let told = try Plan(tree, toolbox: FakeToolbox()).warnings

    #expect(told.count == warnings.count, "\(told)")
    for (told, warning) in zip(told, warnings) { #expect(told.contains(warning)) }
  }

  @Test(
    "runs what is before the start once, as a release command",
    arguments: [
      (#""start": "node a.js", "prestart": "prisma migrate deploy""#, "prisma migrate deploy"),
      (#""start": "node a.js", "prestart": "npm run build""#, nil), (#""start": "node a.js && node b.js""#, nil),
      (#""start": "a && next start", "prestart": "if b; then c; fi""#, "if b; then c; fi && a"),
      (#""start": "node a.js", "prestart": "npm run build && node seed.js""#, "node seed.js"),
      (#""prestart": "a", "start": "next start""#, "a"),
    ] as [(String, String?)])
  func runsBeforeStart(_ scripts: String, _ release: String?) throws {
    let manifest = #"{"scripts": {"build": "next build", \#(scripts)}, "dependencies": {"next": "16"}}"#

    let plan = try Plan(MemoryTree(["package.json": manifest]), toolbox: FakeToolbox())

    #expect(plan.app.releaseCommand == release)
  }

  @Test("of an app without packages and build does neither")
  func appWithoutPackages() throws {
    let tree = try MemoryTree(["package.json": #"{"scripts": {"start": "node a.js"}}"#])

    let plan = try Plan(tree, toolbox: FakeToolbox().without("npm"))

    #expect(plan.install == nil)
    #expect(plan.build == nil)
    #expect(plan.start == .program(["node", "a.js"]))
    #expect(plan.detected == "Node app, Node 20.19.2")
  }

  @Test("takes the user's own commands, as lines for the shell")
  func takesUserOwn() throws {
    let project = #"{"install": "make deps", "build": "make", "start": "node a.js"}"#
    let tree = try World.app("one", project: project)

    let plan = try Plan(tree, toolbox: FakeToolbox().without("npm"))

    #expect(plan.install == .shell("make deps"))
    #expect(plan.build == .shell("make"))
    #expect(plan.start == .shell("node a.js"))
    #expect(plan.manager == nil)
  }

  @Test("of a workspace's app installs at the top and builds below")
  func workspaceAppInstalls() throws {
    let tree = try MemoryTree([
      "nextdeploy.json": #"{"root": "apps/web"}"#, "apps/web/package.json": next, "pnpm-lock.yaml": "",
      "package.json": #"{"packageManager": "pnpm@10.34.9", "engines": {"node": ">=22"}}"#,
    ])

    let plan = try Plan(tree, toolbox: FakeToolbox().with("node", "22.19.0"))

    #expect(plan.packages.manager == .pnpm)
    #expect(plan.installDirectory.isTop)
    #expect(plan.project.root.description == "apps/web")
    #expect(plan.warnings.isEmpty)
  }

  @Test(
    "is refused before anything is touched",
    arguments: [
      ([:], "the commit holds no files"), (["a": ""], "there is no package.json in the commit"),
      (["package.json": "{}"], "there is no \"start\" script, so nobody knows how the app is started"),
      (
        ["package.json": #"{"devDependencies": {"vite": "8"}}"#],
        "there is no \"start\" script; it is a Vite app, whose build makes static files, and there is no \"build\" script either"
      ),
      (
        ["package.json": #"{"devDependencies": {"vite": "8", "@sveltejs/kit": "2"}}"#],
        "there is no \"start\" script; it is a SvelteKit app, which is served by 'node build' once it has @sveltejs/adapter-node"
      ),
      (
        ["package.json": #"{"dependencies": {"nuxt": "4"}}"#],
        "there is no \"start\" script; it is a Nuxt app, which is served by 'node .output/server/index.mjs'"
      ),
      (
        ["package.json": next, "nextdeploy.json": #"{"framework": "next", "start": "node server.js"}"#],
        "\"start\" ('node server.js') does not start Next.js, as \"framework\" says that it should"
      ),
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
  func refusedBeforeAnything(_ files: [String: String], _ cause: String) throws {
    let error = #expect(throws: Failure.self) { try Plan(MemoryTree(files), toolbox: FakeToolbox()) }

    #expect(error?.cause == cause)
  }

  @Test(
    "is refused where a program is missing",
    arguments: [
      ("node", "looking for Node"), ("npm", "looking for npm"),
    ])
  func refusedProgramMissing(_ program: String, _ attempt: String) throws {
    let error = #expect(throws: Failure.self) {
      try Plan(World.app("one"), toolbox: FakeToolbox().without(program))
    }

    #expect(error?.attempt == attempt)
  }

  @Test("is refused where Bun is missing for a Bun app")
  func refusedBunMissing() throws {
    let tree = try MemoryTree(["package.json": #"{"scripts": {"start": "bun a.ts"}}"#])

    #expect(throws: Failure.self) { try Plan(tree, toolbox: FakeToolbox()) }
  }

  private static func naming(_ manager: String, _ more: [String: String] = [:]) throws -> MemoryTree {
    try MemoryTree(
      [
        "package.json":
          #"{"packageManager": "\#(manager)", "scripts": {"start": "node a"}, "dependencies": {"a": "1"}}"#
      ].merging(more) { $1 })
  }

  @Test(
    "takes Corepack where the package manager is of another version",
    arguments: [
      ("yarn@4.5.0", "yarn", "1.22.22", "4.5.0", true), ("yarn@1.22.22", "yarn", "1.22.22", "1.22.22", false),
      ("pnpm@9.0.0", "pnpm", "10.34.9", "9.0.0", true), ("pnpm@9.0.0+sha512.ab", "pnpm", "8.0.0", "9.0.0", true),
      ("pnpm@^10.1", "pnpm", "10.20.0", "10.20.0", false), ("pnpm", "pnpm", "9.15.9", "9.15.9", false),
      ("pnpm", "pnpm", "12.21.0", "10.34.9", true), ("pnpm@>=9", "pnpm", "12.21.0", "10.34.9", true),
      ("pnpm@>=12", "pnpm", "12.3.0", "12.3.0", false), ("npm@10.1.0", "npm", "10.8.2", "10.8.2", false),
    ])
  func takesCorepackPackage(
    _ named: String, _ manager: String, _ has: String, _ version: String, _ isBrought: Bool
  ) throws {
    let tree = try Self.naming(named)

    let plan = try Plan(tree, toolbox: FakeToolbox().with("corepack", "0.29.0").with(manager, has))

    #expect(plan.install?.arguments.first == manager)
    #expect(plan.detected.contains("\(manager) \(version) (no lockfile)"))
    #expect(plan.manager?.scripts.isEmpty == !isBrought)
  }

  @Test("has the app's own commands find what Corepack brings, by its name and in its version")
  func appOwnCommands() throws {
    let tree = try Self.naming(
      "yarn@4.5.0+sha224.953c", ["nextdeploy.json": #"{"install": "yarn install", "build": "yarn build"}"#])

    let scripts = try #require(
      try Plan(tree, toolbox: FakeToolbox().without("yarn").with("corepack", "0.29.0")).manager?.scripts)

    #expect(scripts.keys.sorted() == ["yarn", "yarnpkg"])
    #expect(scripts["yarn"]?.hasPrefix("#!/bin/sh\n") == true)
    #expect(scripts["yarn"]?.hasSuffix("\nexec corepack yarn@4.5.0+sha224.953c \"$@\"\n") == true)
    #expect(scripts["yarnpkg"]?.contains("corepack yarnpkg@4.5.0") == true)
  }

  @Test("leaves it to pnpm to change its version where there is no Corepack")
  func leavesPnpmChange() throws {
    let plan = try Plan(Self.naming("pnpm@9.1.0"), toolbox: FakeToolbox())

    #expect(plan.detected.contains("pnpm 9.1.0"))
    #expect(plan.manager?.scripts == [:])
  }

  @Test(
    "is refused where nothing can bring the package manager",
    arguments: [
      ("yarn@4.5.0", "looking for yarn 4.5.0"), ("pnpm@8.1.0", "looking for pnpm 8.1.0"),
      ("bun@1.2.0", "looking for Bun"),
    ])
  func refusedNothingCan(_ named: String, _ attempt: String) throws {
    let error = #expect(throws: Failure.self) {
      try Plan(Self.naming(named), toolbox: FakeToolbox().with("pnpm", "9.15.9"))
    }

    #expect(error?.attempt == attempt)
  }

  @Test(
    "warns of a version that will not do",
    arguments: [
      ("npm@11.0.0", [:], "package.json asks for npm 11.0.0; this server has 10.8.2."),
      ("bun@1.1.0", ["bun.lock": "{}"], "bun.lock needs Bun 1.2 or later; this server has 1.1.0."),
      (
        "pnpm@7.9.0", [:],
        "pnpm 7.9.0 cannot download packages with Node 20 or later (ERR_INVALID_THIS): run 'pnpm install' of pnpm 10, and "
          + "commit the lockfile."
      ),
      ("pnpm@7.33.7", [:], nil),
    ] as [(String, [String: String], String?)])
  func warnsVersionWill(_ named: String, _ files: [String: String], _ warning: String?) throws {
    let files = files.merging(files.isEmpty ? ["package-lock.json": ""].filter { _ in named.hasPrefix("npm") } : [:]) {
      $1
    }
    let toolbox = FakeToolbox().with("corepack", "0.29.0").with("bun", "1.1.0")

    let warnings = try Plan(Self.naming(named, files), toolbox: toolbox).warnings

    #expect(warnings.filter { !$0.hasPrefix("there is no lockfile") } == [warning].compactMap(\.self))
  }

  @Test("takes a later pnpm that reads the lockfile, where there is no Corepack, with a warning")
  func takesLaterPnpm() throws {
    let tree = try Self.naming("pnpm", ["pnpm-lock.yaml": "lockfileVersion: '9.0'\n"])

    let plan = try Plan(tree, toolbox: FakeToolbox().with("pnpm", "12.21.0"))

    #expect(plan.detected.contains("pnpm 12.21.0"))
    #expect(
      plan.warnings == [
        "the lockfile is one of pnpm 10; this server has 12.21.0, and no Corepack to bring 10.34.9."
      ])
    #expect(throws: Failure.self) {
      try Plan(
        tree.adding("pnpm-lock.yaml", "lockfileVersion: '6.0'\n"), toolbox: FakeToolbox().with("pnpm", "12.21.0"))
    }
  }

  @Test("names the Next.js that the lockfile has")
  func namesNextJs() throws {
    let manifest = next.replacing("16.0.7", with: "catalog:")
    let lock =
      "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      next:\n        version: 16.4.5(a@1)\n"
    let tree = try MemoryTree(["package.json": manifest, "pnpm-lock.yaml": lock])

    #expect(try Plan(tree, toolbox: FakeToolbox()).detected.hasPrefix("Next.js 16.4.5, pnpm 10.34.9 (pnpm-lock.yaml)"))
  }
}

@Suite("The top of a monorepo")
struct TopMonorepoTests {
  private static func tree(_ start: String?) throws -> MemoryTree {
    let scripts = start.map { #"{"start": "\#($0)"}"# } ?? "{}"
    return try MemoryTree([
      "package.json": #"{"workspaces": ["apps/*"], "scripts": \#(scripts), "devDependencies": {"turbo": "2"}}"#,
      "package-lock.json": "{}", "apps/web/package.json": next, "packages/ui/package.json": "{}",
    ])
  }

  @Test("is no app, and says where the apps are", arguments: [nil, "turbo run start"])
  func noAppSays(_ start: String?) throws {
    let tree = try Self.tree(start)

    let failure = #expect(throws: Failure.self) { try Plan(tree, toolbox: FakeToolbox()) }

    #expect(failure?.cause.hasSuffix("there are apps in apps/web") == true)
    #expect(failure?.next.contains(#"{ "root": "apps/web" }"#) == true)
  }

  @Test("that hands its start on is run as it says, with a warning")
  func handsStartRun() throws {
    let plan = try Plan(Self.tree("npm run start -w apps/web"), toolbox: FakeToolbox())

    #expect(plan.framework == .node)
    #expect(plan.warnings.contains { $0.contains(#"{ "root": "apps/web" }"#) })
  }

  @Test("that starts a program of its own is an app")
  func startsProgramOwn() throws {
    let plan = try Plan(Self.tree("node server.js"), toolbox: FakeToolbox())

    #expect(plan.warnings.isEmpty)
  }
}

@Suite("A workspace's build")
struct WorkspaceBuildTests {
  private static let turbo = #"{"tasks": {"build": {"dependsOn": ["^build"]}}}"#
  private static let nx = "{}"

  /// The build of apps/web.
  private func plan(
    _ files: [String: String], top: String = "", script: String = "next build", name: String = "web",
    project: String = #"{"root": "apps/web"}"#, version: String = "2.11.11"
  ) throws -> Plan {
    let tree = try MemoryTree(
      [
        "nextdeploy.json": project, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "package.json": #"{"devDependencies": {"turbo": "\#(version)", "nx": "22"}\#(top)}"#,
        "apps/web/package.json":
          #"{"name": "\#(name)", "scripts": {"build": "\#(script)", "start": "node a"}, "dependencies": {"a": "1"}}"#,
      ].merging(files) { $1 })
    return try Plan(tree, toolbox: FakeToolbox())
  }

  @Test(
    "goes through Turborepo where the workspace has it",
    arguments: [
      ("2.11.11", #", "packageManager": "pnpm@10.34.9""#, "turbo run build --filter=web --env-mode=loose"),
      (
        "^2.0.0", "",
        "turbo --skip-infer run build --filter=web --env-mode=loose --dangerously-disable-package-manager-check"
      ), ("latest", #", "packageManager": "pnpm@10.34.9""#, "turbo run build --filter=web --env-mode=loose"),
      ("1.13.4", "", "turbo run build --filter=web"), ("^1.10.0", "", "turbo run build --filter=web"),
    ])
  func goesThroughTurborepo(_ version: String, _ top: String, _ command: String) throws {
    let plan = try plan(["turbo.json": Self.turbo], top: top, version: version)

    #expect(plan.build?.description == command)
    #expect(plan.buildDirectory.isTop)
  }

  @Test(
    "finds Turborepo's task, however turbo json has it",
    arguments: [#"{"pipeline": {"build": {}}}"#, "{ // ours\n \"tasks\": {\"web#build\": {},} }"])
  func findsTurborepoTask(_ text: String) throws {
    #expect(try plan(["turbo.json": text]).build?.arguments.first == "turbo")
  }

  @Test(
    "goes through Nx where the workspace has it",
    arguments: [
      (["nx.json": nx], "nx run web:build"),
      (["nx.json": nx, "apps/web/project.json": #"{"name": "shop"}"#], "nx run shop:build"),
      (["nx.json": nx, "apps/web/project.json": #"{"name": "a b"}"#], "pnpm run build"),
    ])
  func goesThroughNx(_ files: [String: String], _ command: String) throws {
    #expect(try plan(files).build?.description == command)
  }

  @Test(
    "is the app's own script otherwise",
    arguments: [
      (["turbo.json": #"{"tasks": {"lint": {}}}"#], "next build", "web"), (["turbo.json": "{"], "next build", "web"),
      ([:], "next build", "web"), (["turbo.json": turbo], "turbo run compile", "web"),
      (["turbo.json": turbo], "cd ../..&&../node_modules/.bin/turbo build", "web"),
      (["turbo.json": turbo], "next build", "we b"),
      (["turbo.json": turbo], "next build", "web..." + "{x}"),
      (["apps/web/pnpm-lock.yaml": "", "turbo.json": turbo], "next build", "web"),
    ])
  func appOwnScript(_ files: [String: String], _ script: String, _ name: String) throws {
    let plan = try plan(files, script: script, name: name)

    #expect(plan.build?.description == "pnpm run build")
    #expect(plan.buildDirectory.description == "apps/web")
  }

  @Test("goes through Turborepo with Next's option for its bundler too")
  func goesThroughTurborepoNext() throws {
    let plan = try plan(["turbo.json": Self.turbo], script: "next build --turbo")

    #expect(plan.build?.arguments.first == "turbo")
  }

  @Test("is the app's own command where nextdeploy json has one")
  func appOwnCommand() throws {
    let plan = try plan(["turbo.json": Self.turbo], project: #"{"root": "apps/web", "build": "make"}"#)

    #expect(plan.build == .shell("make"))
    #expect(plan.buildDirectory.description == "apps/web")
  }
}

@Suite("A start command of development")
struct StartCommandDevelopmentTests {
  private static let lock = """
    {"packages": {
      "node_modules/@nestjs/cli": {"dev": true, "bin": {"nest": "bin/nest.js"}},
      "node_modules/tsx": {"dev": true, "bin": {"tsx": "dist/cli.mjs"}},
      "node_modules/dotenv-cli": {"bin": {"dotenv": "cli.js"}}, "node_modules/ts-node": {"dev": true},
      "node_modules/@acme/run": {"resolved": "packages/run", "link": true, "dev": true}, "packages/run": {"bin": "run.js"},
      "node_modules/a/node_modules/b": {"dev": true, "bin": {"b": "b.js"}}
    }}
    """

  private func plan(_ start: String, _ scripts: String = "", file: String = "") throws {
    let manifest = #"{"scripts": {"start": "\#(start)"\#(scripts)}, "dependencies": {"a": "1"}}"#
    let files = ["package.json": manifest, "package-lock.json": Self.lock, "nextdeploy.json": "{\(file)}"]
    _ = try Plan(MemoryTree(files), toolbox: FakeToolbox())
  }

  @Test(
    "is refused before anything is touched",
    arguments: [
      ("nest start", "\"start\" runs 'nest' of @nestjs/cli, a development dependency, and a release has none of these"),
      ("NODE_ENV=production npx tsx a.ts", "\"start\" runs 'tsx' of tsx, a development dependency"),
      ("node -r ts-node/register a.ts", "\"start\" loads ts-node, a development dependency"),
      (
        "npx serve out",
        "\"start\" runs 'serve', which no dependency brings: it would come from the network at each start"
      ),
    ])
  func refusedBeforeAnythingTouched(_ start: String, _ cause: String) throws {
    let failure = #expect(throws: Failure.self) { try plan(start) }

    #expect(failure?.attempt == "reading package.json")
    #expect(failure?.cause.hasPrefix(cause) == true, "\(failure?.cause ?? "")")
  }

  @Test("is refused with what would do")
  func refusedWouldDo() throws {
    let failure = #expect(throws: Failure.self) { try plan("nest start", #", "start:prod": "node dist/main""#) }
    let other = #expect(throws: Failure.self) { try plan("nest start", #", "start:prod": "tsx a.ts""#) }
    let fetched = #expect(throws: Failure.self) { try plan("npx serve out") }

    let move =
      "ove @nestjs/cli to \"dependencies\", or set \"dependencies\": \"all\" in nextdeploy.json, which keeps development packages."
    #expect(
      failure?.next
        == "Set \"start\" in nextdeploy.json to 'node dist/main', as the script \"start:prod\" has it; or m\(move)")
    #expect(other?.next == "M\(move)")
    #expect(fetched?.next == "Add the package that brings it ('npm install serve') and commit the lockfile.")
  }

  @Test(
    "is taken where a release has it, or nobody can know",
    arguments: [
      ("dotenv -- node a.js", ""), ("run a.js", ""), ("unknown", ""), ("b", ""), ("nest start || node a.js", ""),
      ("nest start", #""dependencies": "all""#), ("nest start", #""start": "node a.js""#),
      ("nest start", #""install": "make deps""#),
    ])
  func takenReleaseNobody(_ start: String, _ file: String) throws {
    try plan(start, file: file)
  }

  @Test("of another package manager is not known before the install")
  func anotherPackageManager() throws {
    let manifest = #"{"packageManager": "pnpm@10.34.9", "scripts": {"start": "npx serve"}}"#

    _ = try Plan(MemoryTree(["package.json": manifest, "pnpm-lock.yaml": ""]), toolbox: FakeToolbox())
  }
}

@Suite("An install's key")
struct InstallKeyTests {
  private func key(_ tree: MemoryTree, _ toolbox: FakeToolbox = FakeToolbox()) throws -> String? {
    try Plan(tree, toolbox: toolbox).installKey(of: tree)
  }

  @Test(
    "changes with what an install reads",
    arguments: ["package.json", "package-lock.json", ".npmrc", "lib/package.json", "patches/a.patch"])
  func changesInstallReads(_ path: String) throws {
    let tree = try World.app("one")
    let text = #"{"scripts": {"start": "node b"}, "dependencies": {"b": "1"}}"#

    #expect(try key(tree) != key(tree.adding(path, text)))
  }

  @Test(
    "changes with packages of the repository's own that are copied",
    arguments: [
      ("package-lock.json", "lib/a.tgz", true), ("package-lock.json", "lib/own/index.js", false),
      ("yarn.lock", "lib/a.tgz", true), ("yarn.lock", "lib/own/index.js", true), ("yarn.lock", "lib/owner.js", false),
    ])
  func changesCopied(_ lockfile: String, _ path: String, _ isCopied: Bool) throws {
    let tree = try MemoryTree([
      "apps/web/package.json":
        #"{"scripts": {"start": "node a"}, "dependencies": {"a": "file:../../lib/a.tgz", "own": "file:../../lib/own/"}}"#,
      "nextdeploy.json": #"{"root": "apps/web"}"#, "package.json": "{}", lockfile: lockfile == "yarn.lock" ? "" : "{}",
    ])
    let toolbox = FakeToolbox().with("yarn", "1.22.22")

    #expect(try (key(tree, toolbox) != key(tree.adding(path, "changed"), toolbox)) == isCopied)
  }

  @Test("changes with where it is done")
  func changesPlace() throws {
    let manifest = #"{"scripts": {"start": "node a"}, "dependencies": {"a": "1"}}"#
    let tree = try MemoryTree([
      "a/package.json": manifest, "a/package-lock.json": "{}", "b/package.json": manifest, "b/package-lock.json": "{}",
      "nextdeploy.json": #"{"root": "a"}"#,
    ])

    #expect(try key(tree) != key(tree.adding("nextdeploy.json", #"{"root": "b"}"#)))
  }

  @Test("stays the same with what it does not", arguments: ["server.js", "public/a.png", "src/package.ts"])
  func staysSameDoes(_ path: String) throws {
    let tree = try World.app("one")

    #expect(try key(tree) == key(tree.adding(path, "changed")))
  }

  @Test("changes with the tools", arguments: [("node", "22.0.0"), ("npm", "11.0.0")])
  func changesTools3(_ name: String, _ version: String) throws {
    let tree = try World.app("one")

    #expect(try key(tree) != key(tree, FakeToolbox().with(name, version)))
  }
}
