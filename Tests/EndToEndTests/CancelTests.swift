import Deploy
import Posix
import TestKit
import Testing

@Suite("A deploy that does not end by itself")
struct CancelTests {
  /// A build that starts all kinds of processes and waits for good.
  private static let endless = "sleep 4321 & setsid sleep 4321 & trap '' TERM; sleep 4321"

  @Test(
    "is ended after the time that it may take, and says at which step and by which setting",
    arguments: ["install", "build", "release"])
  func timeout(step: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try sandbox.nextdeploy("config", "set", "build.timeout", "1s").expectSuccess()
      try project.commit(
        "Two", App.node("two", extra: ["nextdeploy.json": #"{"\#(step)": \#(App.quoted(Self.endless))}"#]))
      let began = ContinuousClock.now

      let push = try project.push().expect(status: 1)

      push.expect(
        "FAILED at \(step)", "it had not ended after 1s, which is the limit",
        "'nextdeploy config set build.timeout 2h --app shop'", "is still live")
      #expect(ContinuousClock.now - began < .seconds(20))
      #expect(!sandbox.processes().contains { $0.contains("guard") || $0.contains("sleep") })
      #expect(try project.serverRef() == first)
      #expect(try sandbox.get() == "one")
      try sandbox.nextdeploy("config", "unset", "build.timeout").expectSuccess()
      #expect(try sandbox.setting("build.timeout") == "30m")
    }
  }

  @Test("is cancelled, as are those that wait for it; the branch goes back, and the next push goes live")
  func cancel() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try sandbox.nextdeploy("cancel", "shop").expectSuccess().expect("shop: nothing is being deployed.")
      let second = try project.commit("Two", App.built("two", build: Self.endless))
      let push = try project.startPush()
      try wait(until: "the build") { try sandbox.lastDeploy()?["step"]?.string == "build" }
      let waiting = try sandbox.start(["nextdeploy", "restart", "shop"], name: "restart")
      try wait(until: "the restart to wait") { waiting.text.contains("waiting for the push of") }

      try sandbox.nextdeploy("cancel", "shop").expectSuccess().expect(
        "the push of \(second.prefix(8)) is cancelled.", "the restart of", "is cancelled.")

      try push.wait().expect(status: 1).expect("FAILED at build", "it was cancelled by somebody on the server")
      try waiting.wait().expect(status: 1).expect("it was cancelled by somebody on the server")
      #expect(try project.serverRef() == first)
      #expect(try sandbox.get() == "one")
      try project.commit("Three", App.node("three", extra: ["nextdeploy.json": "{}"]))
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "three")
    }
  }

  @Test("is ended from outside where it does not look whether it is cancelled, and recovered")
  func stuck() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try project.commit("Two", App.built("two", build: Self.endless))
      let push = try project.startPush()
      try wait(until: "the build") { try sandbox.lastDeploy()?["step"]?.string == "build" }
      let builder = try #require(try sandbox.lastDeploy()?["builder"]?.string)
      try sandbox.run(["kill", "-STOP", String(builder.prefix { $0 != "@" })]).expectSuccess()

      try sandbox.nextdeploy("cancel", "shop").expectSuccess().expect("is cancelled.")

      try push.wait().expect(status: 1)
      #expect(try sandbox.lastDeploy()?["outcome"]?.string == "failed")
      #expect(try project.serverRef() == first)
      #expect(try sandbox.get() == "one")
    }
  }

  @Test("is cancelled over ssh, by a key that is bound to its app and by no other")
  func ssh() throws {
    try SSHServer.run { server in
      let sandbox = server.sandbox
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("app", "create", "blog").expectSuccess()
      try project.commit("Two", App.built("two", build: Self.endless))
      let push = try project.startPush()
      try wait(until: "the build") { try sandbox.lastDeploy()?["step"]?.string == "build" }
      let other = try server.addKey("other", apps: "blog")
      let own = try server.addKey("ci", apps: "shop")

      try other.ssh("cancel shop").expect(status: 1).expect("the key other is only for blog")
      try other.ssh("cancel").expectSuccess().expect("blog: nothing is being deployed.")
      try own.ssh("cancel").expectSuccess().expect("is cancelled.")

      try push.wait().expect(status: 1).expect("it was cancelled by the key ci")
    }
  }

  @Test("is not held up by a pusher who does not read, and can be read in its log later")
  func silence() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      // More than fits between the two: pipes, git's own buffers.
      try project.commit(
        "One",
        App.built(
          "one",
          build: "touch \(sandbox.home)/began; until test -e \(sandbox.home)/go; do sleep 0.01; done; seq 100000"))
      let push = try project.startPush()
      try wait(until: "the build") { Files.exists("\(sandbox.home)/began") }
      // git and whatever it has started for the transport.
      try sandbox.run(["kill", "-STOP", String(push.child.id)]).expectSuccess()
      try Files.write("", to: "\(sandbox.home)/go")

      try wait(until: "the deploy to be live") { try sandbox.lastDeploy()?["outcome"]?.string == "live" }

      #expect(try sandbox.get() == "one")
      let id = try #require(try sandbox.lastDeploy()?["id"]?.string)
      let log = try sandbox.nextdeploy("logs", "--deploy", id, "shop").expectSuccess().text
      #expect(log.contains("\n    100000\n"))
      #expect(log.contains("nobody has read what is written here for 10 s"))
      #expect(log.contains("live: "))
      try sandbox.run(["kill", "-CONT", String(push.child.id)]).expectSuccess()
      // What it is told then is cut off, and how the deploy ended is not.
      try push.wait().expectSuccess()
    }
  }
}
