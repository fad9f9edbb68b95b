import Deploy
import Posix
import TestKit
import Testing

@Suite("A runtime")
struct RuntimeTests {
  /// An app whose page says which Node runs it, and which one built it.
  private static func files(_ more: [String: String?] = [:]) -> [String: String?] {
    let files: [String: String?] = [
      "package.json": #"{"name": "shop", "scripts": {"build": "node build.js", "start": "node server.js"}}"#,
      "build.js": "require('fs').writeFileSync('built.txt', process.execPath)",
      "nextdeploy.json": #"{"release": "node -p process.execPath > released.txt"}"#,
      ".gitignore": "*.txt\n",
      "server.js": App.server(
        """
        const read = (file) => require('fs').readFileSync(file, 'utf8').trim()
        answer.end([process.version, process.execPath, read('built.txt'), read('released.txt')].join(' '))
        """),
    ]
    return files.merging(more) { $1 }
  }

  /// Runs a test on a machine whose own Node says that it is 20.0.1.
  private func run(_ test: (Sandbox, RuntimeMirror) throws -> Void) throws {
    let own = try Scratch()
    defer { own.remove() }
    try Sandbox.run(programs: RuntimeMirror.usualNode(in: own.path)) { sandbox in
      try RuntimeMirror.run(in: sandbox) { try test(sandbox, $0) }
    }
  }

  /// An app that may run with PyPI's Node, though that has a known hole.
  private func createApp(_ sandbox: Sandbox) throws -> PushedProject {
    let project = try sandbox.createApp()
    try sandbox.nextdeploy("config", "set", "allow-vulnerable", "CVE-2026-111497").expectSuccess()
    return project
  }

  @Test(
    "of Next.js compiles ahead for the next release, which starts with what no visitor can have touched",
    .enabled(if: Registry.answers, "no npm registry answers"))
  func compiled() throws {
    try run { sandbox, _ in
      let project = try createApp(sandbox)
      try project.commit("First", try Fixture.files("next-app").merging([".nvmrc": "24\n"]) { $1 })
      try project.push().expectSuccess()
      let kept = "\(sandbox.app())/compiled"
      let first = try compiledFiles(kept)
      #expect(first.count > 100)
      // Whoever has taken over an instance can write to its own.
      let own = "\(sandbox.app())/current/app/.next/cache/compiled"
      let version = try #require(try Files.list(own).first)
      try Files.write("mine", to: "\(own)/\(version)/mine", durable: false)
      try sandbox.nextdeploy("restart").expectSuccess()

      try project.commit("Edit", ["app/page.js": "export default function Page() { return <h1>version 2</h1> }"])
      try project.push().expectSuccess().expectNo("warning: keeping")

      #expect(try sandbox.get()?.contains("version 2") == true)
      #expect(try Set(first).isSubset(of: compiledFiles(own)))
      #expect(try !compiledFiles(own).contains("\(version)/mine") && !compiledFiles(kept).contains("\(version)/mine"))
      try sandbox.nextdeploy("env", "set", "shop", "NODE_DISABLE_COMPILE_CACHE=1").expectSuccess()
      try sandbox.nextdeploy("restart").expectSuccess()
      #expect(try sandbox.get()?.contains("version 2") == true)
    }
  }

  private func compiledFiles(_ directory: String) throws -> [String] {
    try Files.list(directory).flatMap { version in try Files.list("\(directory)/\(version)").map { "\(version)/\($0)" }
    }
  }

  private func page(_ sandbox: Sandbox) throws -> [String] {
    try sandbox.get()?.split(separator: " ").map(String.init) ?? []
  }

  @Test("that an app asks for is brought by the push, builds and runs it, and goes with its release")
  func push() throws {
    try run { sandbox, mirror in
      let version = try RuntimeMirror.node
      let node = "\(sandbox.root)/runtimes/node/\(version)/bin/node"
      let project = try createApp(sandbox)
      try project.commit("One", Self.files([".nvmrc": "24\n"]))

      try project.push().expectSuccess().expect(
        "Node 24 (.nvmrc) is not on this server: Node \(version) is brought from \(mirror.address)/node",
        "Its checksum is the one", "its signature was not checked", "Node app, npm", "Node \(version) (.nvmrc)")

      #expect(try page(sandbox) == ["v\(version)", node, node, node])
      let first = try #require(try sandbox.liveRelease())
      // What is there is not brought again, nor is what was built.
      try project.git("commit", "--quiet", "--allow-empty", "--message", "The same")
      try project.push().expectSuccess().expect("built before from the same files")

      try project.commit("Two", [".nvmrc": nil])
      try project.push().expectSuccess().expectNo("brought")
      let usual = try page(sandbox)
      #expect(usual.count == 4 && usual[1] != node && Set(usual[1...]).count == 1)

      try sandbox.nextdeploy("rollback").expectSuccess()
      #expect(try page(sandbox) == ["v\(version)", node, node, node])
      try sandbox.nextdeploy("restart").expectSuccess()
      #expect(try page(sandbox) == ["v\(version)", node, node, node])

      try sandbox.nextdeploy("runtime", "list").expectSuccess().expect("node@\(version)", "MB", "shop")
      try sandbox.nextdeploy("runtime", "remove", "node@\(version)").expect(status: 1).expect(
        "it is used by shop (\(first))")
      #expect(Files.exists(node))
    }
  }

  @Test("keeps running an app that is started again by its supervisor, and after a reboot")
  func supervisor() throws {
    try run { sandbox, _ in
      let project = try createApp(sandbox)
      try project.commit("One", Self.files([".node-version": "lts"]))
      try project.push().expectSuccess()
      let before = try page(sandbox)
      let supervisors = sandbox.processes().filter { $0.contains("nextdeploy-supervisor instance") }
      try sandbox.run(["kill", "-KILL"] + supervisors.map { String($0.prefix { $0 != " " }) }).expectSuccess()

      // Whoever looks first starts what was lost.
      _ = try sandbox.status()

      try wait(until: "the app to be back") { try page(sandbox) == before }
      #expect(before.first == "v\(try RuntimeMirror.node)")
    }
  }

  @Test("is found where nvm puts it, and settings of the server decide")
  func nvm() throws {
    try run { sandbox, _ in
      let version = try RuntimeMirror.node
      try sandbox.nextdeploy("runtime", "install", "node@\(version)").expectSuccess()
      let nvm = "\(sandbox.home)/nvms/.nvm/versions/node"
      try Files.makeDirectory(nvm)
      try Files.rename("\(sandbox.root)/runtimes/node/\(version)", to: "\(nvm)/v\(version)")
      try sandbox.nextdeploy("config", "set", "runtime.auto", "off").expectSuccess()
      let project = try createApp(sandbox)
      try project.commit("One", Self.files([".nvmrc": "24"]))
      func push() throws -> Output {
        try sandbox.run(
          ["git", "push", "production", "main"], in: project.directory, environment: ["HOME": "\(sandbox.home)/nvms"])
      }

      try push().expectSuccess()

      let node = "\(nvm)/v\(version)/bin/node"
      #expect(try page(sandbox) == ["v\(version)", node, node, node])
      try sandbox.nextdeploy("config", "set", "node", "20", "--app", "shop").expectSuccess()
      try project.commit("Two")
      try push().expectSuccess().expect("Node 20.0.1 (nextdeploy config)", "Node 20 ended on 2026-04-30")
      #expect(try page(sandbox)[1] != node)
      try sandbox.nextdeploy("config", "set", "node", "twenty", "--app", "shop").expect(status: 2).expect("'twenty'")
    }
  }

  @Test("that no push may bring fails at plan with the command that brings it, and so does one that no mirror has")
  func refused() throws {
    try run { sandbox, mirror in
      let project = try createApp(sandbox)
      try project.commit("One", Self.files([".nvmrc": "24"]))
      try sandbox.nextdeploy("config", "set", "runtime.auto", "off").expectSuccess()
      try project.push().expect(status: 1).expect(
        "FAILED at plan", "looking for Node 24 (.nvmrc)", "this server has 20.0.1", "nextdeploy runtime install node@24"
      )
      try sandbox.nextdeploy("config", "unset", "runtime.auto").expectSuccess()
      let plan = try sandbox.nextdeploy("plan", project.head(), "--app", "shop").expect(status: 1)
      plan.expect("Node 24 (.nvmrc) is not on this server: a push brings it")
      #expect(!Files.exists("\(sandbox.root)/runtimes"))
      try project.commit("Two", [".nvmrc": "22"])
      try project.push().expect(status: 1).expect(
        "FAILED at plan", "\(mirror.address)/node/index.json has none that fits", "Ask for another version in .nvmrc")
      let list = "\(mirror.directory)/node/v\(try RuntimeMirror.node)/SHASUMS256.txt"
      let text = try #require(try Files.text(list))
      try Files.remove(list)
      try Files.write("\(text.hasPrefix("0") ? "1" : "0")\(text.dropFirst())", to: list)
      try project.commit("Three", [".nvmrc": "24"])
      try project.push().expect(status: 1).expect("FAILED at plan", "has not the checksum that SHASUMS256.txt says")
      #expect(try sandbox.liveRelease() == nil)
    }
  }

  @Test("is brought, listed and removed by command; what is killed meanwhile does not count")
  func commands() throws {
    try run { sandbox, mirror in
      let version = try RuntimeMirror.node
      let archive = try #require(
        try Files.list("\(mirror.directory)/node/v\(version)").first { $0.hasSuffix(".tar.gz") })
      // A mirror that stops in the middle: a pipe nobody writes to.
      let file = "\(mirror.directory)/node/v\(version)/\(archive)"
      let whole = try #require(try Files.linkTarget(file))
      try Files.remove(file)
      try sandbox.run(["mkfifo", file]).expectSuccess()
      let install = try sandbox.start(["nextdeploy", "runtime", "install", "node@24"], name: "install")
      try wait(until: "the download to begin") {
        sandbox.processes().contains { $0.contains(archive) && $0.contains("curl") }
      }
      try sandbox.run(["kill", "-KILL", "\(install.child.id)"]).expectSuccess()
      _ = try install.wait()
      let curls = sandbox.processes().filter { $0.contains("curl") && $0.contains(archive) }
      try sandbox.run(["kill", "-KILL"] + curls.map { String($0.prefix { $0 != " " }) }).expectSuccess()
      try sandbox.nextdeploy("runtime", "list").expectSuccess().expect("None was brought yet")
      try Files.remove(file)
      try Files.link(file, to: whole)

      try sandbox.nextdeploy("runtime", "install", "node@24").expectSuccess().expect("node@\(version) is in")
      try sandbox.nextdeploy("runtime", "install", "node@lts/krypton").expectSuccess().expect("was there already")
      try sandbox.nextdeploy("runtime", "install", "node@22").expect(status: 1).expect("has none that fits")
      try sandbox.nextdeploy("runtime", "install", "deno@2").expect(status: 2)
      #expect(try Files.list("\(sandbox.root)/runtimes/node") == [version])
      #expect(!Files.exists("\(sandbox.root)/runtimes/unfinished"))

      try sandbox.nextdeploy("runtime", "remove", "node@24").expect(status: 3).expect("node@\(version)")
      try sandbox.nextdeploy("runtime", "remove", "node@\(version)").expectSuccess()
      try sandbox.nextdeploy("runtime", "list").expectSuccess().expect("None was brought yet")
    }
  }

  @Test("of Bun is brought for an app that Bun starts, where the PATH has none")
  func bun() throws {
    try run { sandbox, _ in
      let project = try createApp(sandbox)
      try project.commit(
        "One",
        [
          "package.json": #"{"name": "shop", "scripts": {"start": "bun server.ts"}}"#,
          "server.ts": """
          Bun.serve({ port: Number(process.env.PORT), hostname: '127.0.0.1', fetch: (): Response => new Response(process.execPath) })
          """,
        ])
      let path = try #require(sandbox.environment["PATH"]).split(separator: ":").map(String.init)
      let rest = path.filter { !Files.exists("\($0)/bun") }
      // What else is beside it is linked where there is no Bun.
      let others = "\(sandbox.home)/others"
      try Files.makeDirectory(others)
      for name in ["git", "node", "npm", "caddy", "curl", "unzip", "sh", "sha256sum", "timeout", "env"] {
        let program = try #require(Command.find(name, path: path.joined(separator: ":")), "\(name)")
        try Files.link("\(others)/\(name)", to: program)
      }

      let push = try sandbox.run(
        ["git", "push", "production", "main"], in: project.directory,
        environment: ["PATH": (rest + [others]).joined(separator: ":")])

      try push.expectSuccess().expect("Bun is not on this server: the newest Bun is brought", "Bun app")
      #expect(try sandbox.get()?.hasPrefix("\(sandbox.root)/runtimes/bun/") == true)
      try sandbox.nextdeploy("runtime", "list").expectSuccess().expect("bun@", "shop")
    }
  }
}
