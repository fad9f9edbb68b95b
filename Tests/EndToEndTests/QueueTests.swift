import Deploy
import Posix
import TestKit
import Testing

@Suite("Two deploys at once")
struct QueueTests {
  @Test("of one app wait for each other; of several pushes that wait only the newest is built")
  func superseded() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("First", released("first", by: waiting(sandbox)))
      let running = try project.startPush(name: "first")
      try wait(until: "the first release command") { try sandbox.lastDeploy()?["step"]?.string == "release" }

      let second = try project.commit("Second", App.built("second", build: "exit 1"))
      let waiting = try project.startPush(name: "second")
      try wait(until: "the second push to wait") {
        waiting.text.contains("waiting for the push of \(first.prefix(8)) First")
      }
      try project.commit("Third", App.built("third", build: "echo third is built"))
      let newest = try project.startPush(name: "third")
      let superseded = try waiting.wait().expectSuccess()
      try Files.write("", to: "\(sandbox.home)/go")

      superseded.expect("superseded: main is at", "\(second.prefix(8)) is not deployed")
      try running.wait().expectSuccess()
      try newest.wait().expectSuccess().expect("third is built")
      #expect(try sandbox.get() == "third")
      #expect(try sandbox.deploys().map { $0["outcome"]?.string } == ["live", "superseded", "live"])
    }
  }

  @Test("of one app: a failure does not take the branch from the push that waits")
  func failureBeforeWaiting() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("First", released("first", by: "\(waiting(sandbox)); exit 1"))
      let running = try project.startPush(name: "first")
      try wait(until: "the first release command") { try sandbox.lastDeploy()?["step"]?.string == "release" }
      let second = try project.commit("Second", App.node("second", extra: ["nextdeploy.json": "{}"]))
      let waiting = try project.startPush(name: "second")
      try wait(until: "the second push to wait") { waiting.text.contains("waiting for") }

      try Files.write("", to: "\(sandbox.home)/go")

      try running.wait().expect(status: 1)
      try waiting.wait().expectSuccess()
      #expect(try project.serverRef() == second)
      #expect(try sandbox.get() == "second")
    }
  }

  @Test("of different apps do not wait, and take different ports")
  func differentApps() throws {
    try Sandbox.run { sandbox in
      let shop = try sandbox.createApp("shop")
      let blog = try sandbox.createApp("blog")
      try shop.commit("Shop", App.built("shop", build: waiting(sandbox)))
      let running = try shop.startPush()
      try wait(until: "the shop's build") { try sandbox.lastDeploy("shop")?["step"]?.string == "build" }
      try blog.commit("Blog", App.node("blog"))

      try blog.push().expectSuccess().expectNo("waiting for")
      #expect(try sandbox.get(app: "blog") == "blog")
      try Files.write("", to: "\(sandbox.home)/go")
      try running.wait().expectSuccess()

      #expect(try sandbox.get(app: "shop") == "shop")
      #expect(try sandbox.get(app: "blog") == "blog")
      #expect(Set(try sandbox.instances().map { $0.split(separator: ":")[1] }).count == 2)
    }
  }

  @Test("a rollback waits for a push")
  func rollbackWaits() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try project.commit("Two", App.built("two", build: waiting(sandbox)))
      let running = try project.startPush()
      try wait(until: "the build") { try sandbox.lastDeploy()?["step"]?.string == "build" }

      let rollback = try sandbox.start(
        ["nextdeploy", "rollback", try #require(try sandbox.releases().first)], name: "rollback")
      try wait(until: "the rollback to wait") { rollback.text.contains("waiting for the push of") }
      try sandbox.nextdeploy("app", "remove", "shop").expect(status: 1).expect("a deploy of it is running")
      try Files.write("", to: "\(sandbox.home)/go")

      try running.wait().expectSuccess()
      try rollback.wait().expectSuccess()
      #expect(try sandbox.get() == "one")
    }
  }

  @Test("a rollback without a name goes back from what is live when its turn has come")
  func rollbackDecidesLate() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      for text in ["one", "two"] {
        try project.commit(text, App.node(text))
        try project.push().expectSuccess()
      }
      try project.commit("Three", App.built("three", build: waiting(sandbox)))
      let running = try project.startPush()
      try wait(until: "the build") { try sandbox.lastDeploy()?["step"]?.string == "build" }
      let rollback = try sandbox.start(["nextdeploy", "rollback"], name: "rollback")
      try wait(until: "the rollback to wait") { rollback.text.contains("waiting for the push of") }
      try Files.write("", to: "\(sandbox.home)/go")

      try running.wait().expectSuccess()
      try rollback.wait().expectSuccess()

      #expect(try sandbox.get() == "two")
    }
  }

  @Test("a push and an archive wait for each other, and the newer one is live in the end, whichever that is")
  func archiveAndPush() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let archive = "\(sandbox.home)/app.tar"
      try Files.makeDirectory("\(sandbox.home)/built")
      for (name, text) in App.node("shipped") {
        try Files.write(text, to: "\(sandbox.home)/built/\(name)", durable: false)
      }
      try sandbox.run(["tar", "cf", archive, "-C", "\(sandbox.home)/built", "."]).expectSuccess()
      func ship(after file: String) throws -> Running {
        let feed = "until [ -e \(file) ]; do sleep 0.02; done; cat \(archive)"
        return try sandbox.start(["sh", "-c", "(\(feed)) | nextdeploy ship shop"], name: "ship")
      }

      try project.commit("One", released("pushed", by: waiting(sandbox)))
      var push = try project.startPush()
      try wait(until: "the release command") { try sandbox.lastDeploy()?["step"]?.string == "release" }
      var shipment = try ship(after: archive)
      try wait(until: "the archive to wait") { shipment.text.contains("waiting for the push of") }
      try Files.write("", to: "\(sandbox.home)/go")
      try push.wait().expectSuccess()
      try shipment.wait().expectSuccess()
      #expect(try sandbox.get() == "shipped")

      try project.commit("Two", App.node("pushed again"))
      shipment = try ship(after: "\(sandbox.home)/arrives")
      try wait(until: "the archive to be read") { try sandbox.lastDeploy()?["step"]?.string == "unpack" }
      push = try project.startPush()
      try wait(until: "the push to wait") { push.text.contains("waiting for") }
      try Files.write("", to: "\(sandbox.home)/arrives")
      try shipment.wait().expectSuccess()
      try push.wait().expectSuccess()
      #expect(try sandbox.get() == "pushed again")
      #expect(try sandbox.deploys().map { $0["outcome"]?.string } == ["live", "live", "live", "live"])
    }
  }

  @Test("of several apps do not disturb each other's way to Caddy")
  func oneCaddy() throws {
    try Sandbox.run { sandbox in
      let names = ["a", "b", "c", "d"]
      let pushes = try names.map { name in
        let project = try sandbox.createApp(name)
        try project.commit(name, App.node(name))
        return project
      }.map { try $0.startPush(name: "push-\($0.app)") }

      for push in pushes { try push.wait().expectSuccess() }

      for name in names { #expect(try sandbox.get(app: name) == name) }
    }
  }

  @Test("of one app: a newer push ends the older one's build, with all that it has started")
  func newer() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("First", App.built("first", build: "sleep 1234 & setsid sleep 1234 & sleep 1234"))
      let older = try project.startPush(name: "first")
      try wait(until: "the first build") { try sandbox.lastDeploy()?["step"]?.string == "build" }
      let second = try project.commit("Second", App.built("second", build: "echo second is built"))

      try project.push().expectSuccess().expect("second is built", "live: ")

      // Not a failure: its changes are in the newer one (decision 0004).
      try older.wait().expectSuccess().expect(
        "superseded: main is at \(second.prefix(8)) now; \(first.prefix(8)) is not deployed")
      #expect(try sandbox.get() == "second")
      #expect(try sandbox.deploys().map { $0["outcome"]?.string } == ["superseded", "live"])
      #expect(try project.serverRef() == second)
      #expect(try Files.list("\(sandbox.app())/releases").count == 1)
    }
  }

  private func released(_ text: String, by command: String) -> [String: String] {
    App.node(text, extra: ["nextdeploy.json": #"{"release": \#(App.quoted(command))}"#])
  }

  private func waiting(_ sandbox: Sandbox) -> String {
    "until test -e \(sandbox.home)/go; do sleep 0.01; done"
  }
}
