import Deploy
import Posix
import TestKit
import Testing

/// Releases that were built somewhere else, and arrive as archives.
@Suite("An archive that is shipped", .serialized)
struct ShipTests {
  /// Packs a directory as a user would.
  private func pack(_ sandbox: Sandbox, _ directory: String, _ options: String = "z", as name: String = "app.tar")
    throws -> String
  {
    let file = "\(sandbox.home)/\(name)"
    try sandbox.run(["tar", "c\(options)f", file, "-C", directory, "."]).expectSuccess()
    return file
  }

  private func ship(_ sandbox: Sandbox, _ file: String, _ options: String...) throws -> Output {
    try sandbox.run(["nextdeploy", "ship", "shop"] + options, reading: file)
  }

  private func directory(_ sandbox: Sandbox, _ name: String, _ files: [String: String]) throws -> String {
    let directory = "\(sandbox.home)/\(name)"
    for (path, text) in files {
      try Files.makeDirectory(Files.parent("\(directory)/\(path)"))
      try Files.write(text, to: "\(directory)/\(path)", durable: false)
    }
    return directory
  }

  private func built(_ text: String) -> [String: String] {
    App.node(
      "",
      extra: [
        "server.js": App.server("answer.end(require('word') + ' ' + \(App.quoted(text)))"),
        "node_modules/word/index.js": "module.exports = 'built'",
        "node_modules/word/package.json": #"{"name": "word", "version": "1.0.0"}"#,
      ])
  }

  /// The first one of a tree as it is, with nothing that is left of another.
  private func releases(_ sandbox: Sandbox) throws -> [String] { try Files.list("\(sandbox.app())/releases").sorted() }

  @Test("of an app with its node_modules goes live, is known by its sum, is rolled back to, and followed by a push")
  func app() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try pack(sandbox, directory(sandbox, "one", built("one")), "z")
      let commit = String(repeating: "c0ffee77", count: 5)

      let shipped = try ship(sandbox, first, "--commit", commit).expectSuccess()

      let sum = String(try sandbox.run(["sha256sum", first]).expectSuccess().text.prefix(12))
      shipped.expect("unpack", "archive \(sum): ", "Archive \(sum) of c0ffee7", "HTTP 200", "live: ")
      shipped.expect("Node app, built elsewhere")
      shipped.expectNo("install ", "nothing to build")
      #expect(try sandbox.get() == "built one")
      let release = try #require(try sandbox.liveRelease())
      #expect(try releases(sandbox) == [release])
      let record = try JSON.parse(try Files.text("\(sandbox.app())/releases/\(release)/release.json") ?? "")
      #expect(record["archive"]?["sha256"]?.string?.hasPrefix(sum) == true)
      #expect(record["archive"]?["commit"]?.string == commit)
      try sandbox.nextdeploy("releases", "--app", "shop").expectSuccess().expect("Archive \(sum)")
      try sandbox.nextdeploy("rebuild", "--app", "shop").expect(status: 1).expect(
        "built elsewhere", "Ship it again")

      try ship(sandbox, pack(sandbox, directory(sandbox, "two", built("two")), "J")).expectSuccess()
      #expect(try sandbox.get() == "built two")
      try sandbox.nextdeploy("rollback", "--app", "shop").expectSuccess()
      #expect(try sandbox.get() == "built one")

      try project.commit("A push", App.node("pushed").mapValues { $0 })
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "pushed")
      try sandbox.nextdeploy("rollback", release, "--app", "shop").expectSuccess()
      #expect(try sandbox.get() == "built one")
      try sandbox.nextdeploy("doctor").expectSuccess()
    }
  }

  @Test("of pages is served by Caddy")
  func pages() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let pages = ["index.html": "<h1>pages</h1>", "about.html": "about", "404.html": "nothing", ".env": "SECRET=1"]
      try ship(sandbox, pack(sandbox, directory(sandbox, "out", pages), "")).expectSuccess().expect(
        "files that Caddy serves without a process")
      #expect(try sandbox.get() == "<h1>pages</h1>")
      #expect(try sandbox.get("/about") == "about")
      #expect(try sandbox.get("/.env") == nil)
    }
  }

  @Test(
    "runs its release command in a copy that goes, also where it fails or is killed, and leaves the workspace alone")
  func releaseCommand() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("A push", App.node("pushed"))
      try project.push().expectSuccess()
      try sandbox.nextdeploy(input: "hidden-secret-9", "env", "set", "SECRET", "--run").expectSuccess()
      let place = "\(sandbox.app())/cache/shipped"
      func ship(_ text: String, _ command: String) throws -> [String] {
        let settings = #"{"release": \#(App.quoted(command))}"#
        let files = built(text).merging(["nextdeploy.json": settings]) { $1 }
        let file = try pack(sandbox, directory(sandbox, text, files), as: "\(text).tar")
        return ["/bin/sh", "-c", "exec nextdeploy ship shop < \"$0\"", file]
      }
      func workspace() throws -> String {
        try sandbox.run(["find", "\(sandbox.app())/workspace", "-printf", #"%p %i %T@\n"#]).expectSuccess().text
      }
      let before = try workspace()

      let command = "pwd; echo $SECRET; node -p \"require('word')\"; echo other > server.js; rm -r node_modules"
      let shipped = try sandbox.run(ship("one", command)).expectSuccess()

      shipped.expect("release   \(command)", "\(place)\n", "built\n", "release command done", "live: ")
      shipped.expectNo("hidden-secret-9")
      #expect(try sandbox.get() == "built one", "the release is what was shipped")
      let live = try releases(sandbox)
      try sandbox.run(ship("two", "exit 3")).expect(status: 1).expect(
        "FAILED at release: running the release command 'exit 3'", "it ended with exit code 3", "then ship again.",
        "is still live")
      let killed = try sandbox.start(
        ship("three", "touch '\(sandbox.home)/reached'; while :; do sleep 0.1; done"), name: "killed")
      try wait(until: "the command") { Files.exists("\(sandbox.home)/reached") }
      #expect(Files.exists("\(place)/server.js"))
      let builder = try #require(try sandbox.lastDeploy()?["builder"]?.string)
      ProcessIdentity(of: Int32(builder.prefix { $0 != "@" }) ?? 0)?.signal(.kill)
      #expect(try killed.wait().status != 0)
      try sandbox.nextdeploy("status").expectSuccess()
      #expect(!Files.exists(place))
      #expect(try releases(sandbox) == live)
      #expect(try workspace() == before)
      #expect(try sandbox.get() == "built one")
    }
  }

  @Test("that is none, ends too early, has nothing to start or does not start changes nothing")
  func refused() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      try ship(sandbox, pack(sandbox, directory(sandbox, "one", built("one")))).expectSuccess()
      let live = try releases(sandbox)
      let text = "\(sandbox.home)/text"
      try Files.write("not an archive at all", to: text, durable: false)
      try ship(sandbox, text).expect(status: 1).expect("FAILED at unpack", "The old release \(live[0]) is still live.")
      let whole = try pack(sandbox, directory(sandbox, "two", built("two")), "", as: "two.tar")
      try sandbox.run(["truncate", "-s", "-9000", whole]).expectSuccess()
      try ship(sandbox, whole).expect(status: 1).expect("FAILED at unpack")
      try ship(sandbox, pack(sandbox, directory(sandbox, "none", ["a.txt": "a"]))).expect(status: 1).expect(
        "FAILED at plan", "package.json")
      var broken = built("three")
      broken["server.js"] = "throw new Error('no shop today')"
      try ship(sandbox, pack(sandbox, directory(sandbox, "three", broken))).expect(status: 1).expect(
        "FAILED at ", "no shop today")
      try ship(sandbox, "/dev/null").expect(status: 1).expect("FAILED at unpack")
      try sandbox.nextdeploy("config", "set", "ship.entries", "100").expectSuccess()
      let many = Dictionary(uniqueKeysWithValues: (1...101).map { ("\($0).txt", "text") })
      try ship(sandbox, pack(sandbox, directory(sandbox, "many", built("four").merging(many) { $1 }))).expect(status: 1)
        .expect("FAILED at unpack", "more entries", "nextdeploy config set ship.entries")
      #expect(try sandbox.get() == "built one")
      #expect(try releases(sandbox) == live)
    }
  }

  @Test("comes over ssh with a key, which the release remembers, and no other app's key can send one")
  func ssh() throws {
    try SSHServer.run { server in
      _ = try server.sandbox.createApp()
      _ = try server.sandbox.createApp("blog")
      let own = try server.addKey("laptop", apps: "shop")
      let other = try server.addKey("other", apps: "blog")
      let file = try pack(server.sandbox, directory(server.sandbox, "one", built("one")))
      func send(_ client: SSHClient) throws -> Output {
        try server.sandbox.run(
          client.words([]) + [client.host, "--", "ship shop"], reading: file)
      }
      try send(other).expect(status: 1).expect("the key other is only for blog")
      try send(own).expectSuccess().expect("shipped with the key laptop", "live: ")
      #expect(try server.sandbox.get() == "built one")
      // And back again, as from one server to another.
      let exported = "\(server.sandbox.home)/exported.tar.zst"
      func export(_ client: SSHClient, _ more: String = "") throws -> Output {
        let words = client.words([]) + [client.host, "--", "export shop\(more)"]
        return try server.sandbox.run(["/bin/sh", "-c", "\"$@\" > \(exported)", "sh"] + words)
      }
      try export(other).expect(status: 1).expect("the key other is only for blog")
      try export(own, " --output x.tar.zst").expect(status: 2).expect("a file on the server is of no use to a key")
      try export(own).expectSuccess().expect("Exported the release ", "Node app")
      try server.sandbox.run(client(own, "ship shop"), reading: exported).expectSuccess().expect("live: ")
      #expect(try server.sandbox.get() == "built one")
    }
  }

  private func client(_ client: SSHClient, _ command: String) -> [String] {
    client.words([]) + [client.host, "--", command]
  }
}

@Suite("An archive of Next.js", .enabled(if: Registry.answers, "no npm registry answers"), .serialized)
struct ShipNextTests {
  @Test("goes live from a standalone directory and from a whole build, with the id that it was built with")
  func next() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let place = "\(sandbox.home)/runner"
      for (path, text) in try Fixture.files("next-app") {
        try Files.makeDirectory(Files.parent("\(place)/\(path)"))
        try Files.write(text, to: "\(place)/\(path)", durable: false)
      }
      try sandbox.run(["npm", "ci", "--no-audit", "--no-fund"], in: place).expectSuccess()
      try sandbox.run(
        ["npx", "next", "build"], in: place,
        environment: ["NEXT_PRIVATE_STANDALONE": "true", "NEXT_DEPLOYMENT_ID": "runner-7"]
      ).expectSuccess()
      let whole = "\(sandbox.home)/whole.tar.gz"
      try sandbox.run(["tar", "czf", whole, "-C", place, "."]).expectSuccess()
      let standalone = "\(place)/.next/standalone"
      let bare = "\(sandbox.home)/bare.tar.gz"
      try sandbox.run(["tar", "czf", bare, "-C", standalone, "."]).expectSuccess()
      try sandbox.run(["cp", "-a", "\(place)/.next/static", "\(standalone)/.next/static"]).expectSuccess()
      try sandbox.run(["cp", "-a", "\(place)/public", "\(standalone)/public"]).expectSuccess()
      let traced = "\(sandbox.home)/traced.tar.gz"
      try sandbox.run(["tar", "czf", traced, "-C", standalone, "."]).expectSuccess()
      func ship(_ file: String) throws -> Output {
        try sandbox.run(["nextdeploy", "ship", "shop"], reading: file)
      }

      try ship(bare).expect(status: 1).expect("FAILED at ", ".next/static is not there", "public/")
      for file in [traced, whole] {
        try ship(file).expectSuccess().expect(
          "Next.js 16.4.5 (standalone)", "of public/ that Caddy serves from the disk", "live: ")
        let page = try #require(try sandbox.get())
        #expect(page.contains("version 1") && page.contains("runner-7"), "it has the id that it was built with")
        #expect(try sandbox.get("/hello.txt") == "served from public\n")
        let chunk = try #require(page.firstMatch(of: /\/_next\/static\/[^"?]+\.js/)?.output)
        #expect(try sandbox.get(String(chunk)) != nil)
      }
    }
  }
}
