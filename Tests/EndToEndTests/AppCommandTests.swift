import Deploy
import Posix
import TestKit
import Testing

@Suite("The commands of a live app")
struct LiveAppCommandTests {
  @Test("an app whose name begins with another's is never touched for it")
  func prefix() throws {
    try Sandbox.run { sandbox in
      let shop = try sandbox.createApp("shop")
      let admin = try sandbox.createApp("shop-admin")
      for (project, text) in [(shop, "shop"), (admin, "admin")] {
        try project.commit("One", App.node(text))
        try project.push().expectSuccess()
      }

      try sandbox.nextdeploy("app", "remove", "shop").expectSuccess()

      #expect(try sandbox.get(app: "shop-admin") == "admin")
      #expect(try sandbox.instances().count == 1)
    }
  }

  @Test("commands may name nextdeploy's root through a symlink, which pushes do not see")
  func linkedRoot() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let link = "\(sandbox.home)/link"
      try Files.link(link, to: sandbox.root)
      for text in ["one", "two"] {
        try project.commit(text, App.node(text))

        try project.push().expectSuccess()
        for _ in 0..<2 { try sandbox.nextdeploy("rebuild", environment: ["NEXTDEPLOY_ROOT": link]).expectSuccess() }

        #expect(try sandbox.get() == text)
      }
    }
  }

  @Test("config changes what the server says, at once where that can be seen")
  func config() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let port = try #require(Int(try sandbox.url().split(separator: ":").last ?? "")) + 5

      try sandbox.nextdeploy("config", "set", "port", String(port)).expectSuccess()
      #expect(try sandbox.url() == "http://localhost:\(port)")
      #expect(try sandbox.get() == "one")
      try sandbox.nextdeploy("config", "set", "domains", "shop.example.com,www.example.com").expectSuccess()
      let http = try #require(try sandbox.url().split(separator: ":").last)
      let page = try sandbox.run([
        "curl", "-sf", "--resolve", "www.example.com:\(http):127.0.0.1", "http://www.example.com:\(http)/",
      ])
      #expect(page.text == "one")

      try sandbox.nextdeploy("config", "set", "keep", "0").expect(status: 2)
      try sandbox.nextdeploy("config", "set", "switch", "never").expect(status: 2).expect(
        "neither 'rename' nor 'reload'")
      try sandbox.nextdeploy("config", "set", "domans", "x").expect(status: 2).expect("Did you mean 'domains'?")
      try sandbox.nextdeploy("config", "unset", "domains").expectSuccess()
      try sandbox.nextdeploy("config", "show").expectSuccess().expect("branch", "main", "keep", "5")
    }
  }

  @Test("plan says what a deploy would do, and touches nothing")
  func plan() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("plan").expect(status: 3).expect("nothing has been pushed to main yet")
      try project.commit("One", App.built("one", build: "echo building"))
      try project.push().expectSuccess()
      try project.commit("Two", App.built("two", build: "echo building"))
      try project.push("production", "main:other").expectSuccess()
      // git looks after each push whether there is anything to pack.
      try wait(until: "the end of git") { !sandbox.processes().contains { $0.contains(" maintenance run ") } }
      let before = try sandbox.run(["find", sandbox.app(), "-newermt", "2000-01-01", "-printf", "%p %T@ %s\n"]).text

      let same = try sandbox.nextdeploy("plan").expectSuccess()
      let other = try sandbox.nextdeploy("plan", "other").expectSuccess()

      same.expect("built before from the same files")
      other.expect("1 file differs", "echo building", "node server.js", "GET /, 200-399 within 60 s")
      #expect(
        try sandbox.run(["find", sandbox.app(), "-newermt", "2000-01-01", "-printf", "%p %T@ %s\n"]).text == before)
    }
  }

  @Test("logs shows what the live app writes, and a deploy's log")
  func logs() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("logs").expect(status: 3).expect("nothing is live yet")
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let id = try #require(try sandbox.lastDeploy()?["id"]?.string)

      try sandbox.nextdeploy("logs").expectSuccess().expect("listening")
      try sandbox.nextdeploy("logs", "--deploy", id).expectSuccess().expect("live: http://")
      try sandbox.nextdeploy("logs", "--deploy", "20000101-000000").expect(status: 3)
      let following = try sandbox.start(["nextdeploy", "logs", "-f"], name: "logs")
      try wait(until: "the log") { following.text.contains("listening") }
      try project.commit("Two", ["server.js": "console.log('the second release');" + App.server("answer.end('two')")])
      try project.push().expectSuccess()
      try wait(until: "the new release's log") { following.text.contains("the second release") }
      ProcessIdentity(of: following.child.id)?.signal(.terminate)
      _ = try following.wait()
    }
  }

  @Test("status tells the truth about an app that crashes, and the app is started again")
  func restarts() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        App.node("").merging(["server.js": App.server("if (request.url === '/die') process.exit(5); answer.end('one')")]
        ) { $1 })
      try project.push().expectSuccess()

      _ = try sandbox.get("/die")

      try wait(until: "the restart") { try sandbox.nextdeploy("status").text.contains("restarted 1 times") }
      try wait(until: "the app to answer") { try sandbox.get() == "one" }
    }
  }
}
