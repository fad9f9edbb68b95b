import Posix
import TestKit
import Testing

/// A package manager as a person would use it where the app is developed.
struct InstallCase: CustomTestStringConvertible, Sendable {
  let name: String
  let packageManager: String?
  /// What writes the lockfile.
  let lock: [String]
  let lockfile: String
  let detected: String
  let install: String
  var extra: [String: String] = [:]

  var testDescription: String { name }

  static let all = [
    InstallCase(
      name: "npm", packageManager: nil, lock: ["npm", "install", "--package-lock-only"], lockfile: "package-lock.json",
      detected: "npm ", install: "npm ci --include=dev"),
    InstallCase(
      name: "pnpm 10", packageManager: "pnpm@10.34.9", lock: ["corepack", "pnpm", "install", "--lockfile-only"],
      lockfile: "pnpm-lock.yaml", detected: "pnpm 10.34.9", install: "pnpm install --frozen-lockfile"),
    InstallCase(
      name: "pnpm 8 by its lockfile", packageManager: nil,
      lock: ["corepack", "pnpm@8.15.9", "install", "--lockfile-only"], lockfile: "pnpm-lock.yaml",
      detected: "pnpm 8.15.9", install: "pnpm install --frozen-lockfile"),
    InstallCase(
      name: "pnpm 10 by its lockfile", packageManager: nil,
      lock: ["corepack", "pnpm@10.34.9", "install", "--lockfile-only"], lockfile: "pnpm-lock.yaml",
      detected: "pnpm 10.34.9", install: "pnpm install --frozen-lockfile"),
    InstallCase(
      name: "yarn 4 by its lockfile", packageManager: nil,
      lock: ["corepack", "yarn@4.18.1", "install", "--mode=update-lockfile"], lockfile: "yarn.lock",
      detected: "yarn 4.18.1", install: "yarn install --immutable",
      extra: [".yarnrc.yml": "nodeLinker: node-modules\n"]),
    InstallCase(
      name: "yarn 1", packageManager: "yarn@1.22.22", lock: ["corepack", "yarn", "install"], lockfile: "yarn.lock",
      detected: "yarn 1.22.22", install: "--frozen-lockfile"),
    InstallCase(
      name: "yarn 4", packageManager: "yarn@4.18.1", lock: ["corepack", "yarn", "install", "--mode=update-lockfile"],
      lockfile: "yarn.lock", detected: "yarn 4.18.1", install: "yarn install --immutable",
      extra: [".yarnrc.yml": "nodeLinker: node-modules\n"]),
    InstallCase(
      name: "Bun", packageManager: nil, lock: ["bun", "install", "--lockfile-only"], lockfile: "bun.lock",
      detected: "bun ", install: "bun install --frozen-lockfile"),
  ]
}

@Suite("Packages", .enabled(if: Registry.answers, "no npm registry answers"))
struct PackageManagerTests {
  @Test("are whole for each build, though the one before has pruned them")
  func pruned() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.write([
        "package.json":
          #"{"name": "shop", "scripts": {"build": "node build.js && npm prune --omit=dev --no-audit", "start": "node server.js"}, "dependencies": {"ms": "2.1.3"}, "devDependencies": {"bytes": "3.1.2"}}"#,
        "build.js": "require('bytes')", "server.js": App.server("answer.end('one')"), ".gitignore": "node_modules/\n",
      ])
      try sandbox.run(["npm", "install", "--package-lock-only"], in: project.directory).expectSuccess()
      try project.commit("One")
      try project.push().expectSuccess()
      try project.commit("Two", ["server.js": App.server("answer.end('two')")])

      try project.push().expectSuccess()

      #expect(try sandbox.get() == "two")
    }
  }

  @Test(
    "of the repository's own that are copied are those of each commit",
    arguments: InstallCase.all.filter { ["npm", "pnpm 10", "yarn 1", "Bun"].contains($0.name) })
  func copied(manager: InstallCase) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let named = manager.packageManager.map { #""packageManager": "\#($0)", "# } ?? ""
      try project.write([
        "package.json":
          #"{"name": "shop", \#(named)"scripts": {"start": "node server.js"}, "dependencies": {"own": "file:./own"}}"#,
        "own/package.json": #"{"name": "own", "version": "1.0.0"}"#, "own/index.js": "module.exports = 'one'",
        "server.js": App.server("answer.end(require('own'))"), ".gitignore": "node_modules/\n.yarn/\n.pnp.*\n",
      ])
      try sandbox.run(manager.lock, in: project.directory).expectSuccess()
      try project.git("add", "--all", "--force", manager.lockfile)
      try project.commit("One")
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "one")
      try project.commit("Two", ["own/index.js": "module.exports = 'two'"])

      try project.push().expectSuccess()

      #expect(try sandbox.get() == "two")
    }
  }

  @Test("are installed as the lockfile says, by the manager that the app names", arguments: InstallCase.all)
  func install(manager: InstallCase) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let named = manager.packageManager.map { #""packageManager": "\#($0)", "# } ?? ""
      try project.write(
        [
          "package.json":
            #"{"name": "shop", \#(named)"scripts": {"build": "echo built in $PWD && node build.js", "start": "node server.js"}, "dependencies": {"ms": "2.1.3"}, "devDependencies": {"bytes": "3.1.2"}}"#,
          // A build needs its development packages.
          "build.js": "require('fs').writeFileSync('size.txt', require('bytes')(2048))",
          "server.js": App.server("answer.end(require('ms')(60000) + ' ' + require('fs').readFileSync('size.txt'))"),
          ".gitignore": "node_modules/\n.yarn/\n.pnp.*\nsize.txt\n",
        ].merging(manager.extra) { $1 })
      try sandbox.run(manager.lock, in: project.directory).expectSuccess()
      try project.git("add", "--all", "--force", manager.lockfile)
      try project.commit("One")

      let push = try project.push().expectSuccess()

      push.expect(manager.detected, "(\(manager.lockfile))", manager.install, "built in \(sandbox.app())/workspace")
      #expect(try sandbox.get() == "1m 2KB")
      #expect(Files.exists("\(sandbox.app())/current/app/node_modules/ms"))
      try project.commit("Two", ["note.txt": "nothing of the packages"])
      try project.push().expectSuccess().expect("unchanged, skipped")
      #expect(try sandbox.get() == "1m 2KB")
    }
  }

  @Test("are installed by a version that no other app decides, which scripts find by its name at every step")
  func byName() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let corepack = "\(sandbox.app())/cache/corepack"
      let left = "{\"pnpm\": \"12.21.0\"}"
      try Files.makeDirectory(corepack)
      try Files.write(left, to: "\(corepack)/lastKnownGood.json")
      try sandbox.nextdeploy("env", "set", "COREPACK_HOME=\(sandbox.home)/nothing", "--run").expectSuccess()
      let note = "pnpm --version >> versions.txt"
      try project.write([
        "package.json": #"""
        {"name": "shop", "scripts": {"postinstall": "\#(note)", "build": "\#(note)", "start": "pnpm exec node server.js"}, "dependencies": {"ms": "2.1.3"}}
        """#,
        "nextdeploy.json": #"{"release": "\#(note)"}"#, ".gitignore": "node_modules/\nversions.txt\n",
        "server.js": App.server(
          "answer.end(require('fs').readFileSync('versions.txt') + require('child_process').execSync('pnpm --version'))"
        ),
      ])
      try sandbox.run(["corepack", "pnpm@8.15.9", "install", "--lockfile-only"], in: project.directory).expectSuccess()
      try project.commit("One")

      try project.push().expectSuccess().expect("pnpm 8.15.9 (pnpm-lock.yaml)")

      #expect(try sandbox.get() == String(repeating: "8.15.9\n", count: 4))
      #expect(try Files.text("\(corepack)/lastKnownGood.json") == left)
      // It starts again without the network, and without what is kept for builds.
      try sandbox.nextdeploy("env", "set", "COREPACK_NPM_REGISTRY=http://127.0.0.1:1").expectSuccess()
      try Files.remove(corepack)
      try sandbox.nextdeploy("restart", "--app", "shop").expectSuccess()
      #expect(try sandbox.get() == String(repeating: "8.15.9\n", count: 4))
    }
  }

  @Test("are reported without asking the network, where Corepack's own pnpm is on the PATH")
  func plan() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.write([
        "package.json": #"{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"ms": "2.1.3"}}"#,
        "server.js": App.server("answer.end('one')"), ".gitignore": "node_modules/\n",
      ])
      try sandbox.run(["corepack", "pnpm@8.15.9", "install", "--lockfile-only"], in: project.directory).expectSuccess()
      let commit = try project.commit("One")
      let shims = "\(sandbox.home)/shims"
      try Files.makeDirectory(shims)
      try sandbox.run(["corepack", "enable", "--install-directory", shims]).expectSuccess()
      try project.push().expectSuccess()

      let plan = try sandbox.nextdeploy(
        "plan", commit, "--app", "shop",
        environment: [
          "PATH": "\(shims):\(sandbox.environment["PATH"] ?? "")", "HOME": "\(sandbox.home)/nobody",
          "COREPACK_NPM_REGISTRY": "http://127.0.0.1:1",
        ])

      try plan.expectSuccess().expect("pnpm 8.15.9 (pnpm-lock.yaml)")
      #expect(!Files.exists("\(sandbox.home)/nobody"))
    }
  }

  @Test("of development are missed before a build, and kept where nextdeploy.json says so")
  func developmentPackages() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let manifest =
        #"{"name": "shop", "scripts": {"start": "cross-env A=one node server.js"}, "devDependencies": {"cross-env": "10.1.0"}}"#
      try project.write([
        "package.json": manifest, "server.js": App.server("answer.end(process.env.A)"), ".gitignore": "node_modules/\n",
      ])
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try project.commit("One")

      let refused = try project.push().expect(status: 1)

      refused.expect("FAILED at plan", "\"start\" runs 'cross-env' of cross-env, a development dependency")
      try project.commit("Keep them", ["nextdeploy.json": #"{"dependencies": "all"}"#])
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "one")
    }
  }

  @Test("are left as they are where an app runs with Bun", arguments: ["bun server.ts"])
  func bunApp(start: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        [
          "package.json": #"{"name": "shop", "scripts": {"start": "\#(start)"}}"#,
          "server.ts":
            "Bun.serve({ port: Number(process.env.PORT), hostname: '127.0.0.1', fetch: (): Response => new Response('bun') })",
        ])

      try project.push().expectSuccess().expect("Bun app")

      #expect(try sandbox.get() == "bun")
    }
  }

  @Test("of a release stay as they are, whatever a later build writes into the workspace's")
  func releasesDoNotChange() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      // As Prisma does, a client is generated into node_modules; and, as nobody should, a package is written to.
      let build = """
        const fs = require('fs')
        const name = JSON.stringify(require('./name.json'))
        fs.mkdirSync('node_modules/.generated', { recursive: true })
        fs.writeFileSync('node_modules/.generated/client.js', 'module.exports = ' + name)
        if (name !== '"one"') fs.writeFileSync('node_modules/ms/index.js', 'module.exports = () => ' + name)
        """
      try project.commit(
        "One",
        [
          "package.json": """
          {"name": "shop", "scripts": {"build": "node build.js", "start": "node server.js"}, "dependencies": {"ms": "2.1.3"}}
          """,
          "build.js": build, "name.json": "\"one\"",
          "server.js": App.server(
            "answer.end(require('./node_modules/.generated/client.js') + ' ' + require('ms')(60000))"),
          ".gitignore": "node_modules/\n",
        ])
      try project.push().expectSuccess()
      try project.commit("Two", ["name.json": "\"two\""])
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "two two")

      try sandbox.nextdeploy("rollback").expectSuccess()

      #expect(try sandbox.get() == "one 1m")
      let package = "\(sandbox.app())/current/app/node_modules/ms/package.json"
      let links = try sandbox.run(["stat", "-c", "%h", package]).text
      #expect(links == "3\n", "both releases share with what was installed what no build wrote")
    }
  }
}
