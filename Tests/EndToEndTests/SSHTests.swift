import Deploy
import Posix
import TestKit
import Testing

@Suite("A key over ssh")
struct SSHTests {
  @Test("makes an app with its first push, and fetches what is live")
  func firstPush() throws {
    try SSHServer.run { server in
      let client = try server.addKey()
      let project = try client.project()
      let commit = try project.commit("Open the shop", App.node("hello"))

      let push = try project.push().expectSuccess()
      try project.git("fetch", "production", "refs/nextdeploy/*:refs/nextdeploy/*")

      push.expect("Made the app shop.", "remote: live: \(try server.sandbox.url())")
      #expect(try server.sandbox.get() == "hello")
      #expect(try project.git("rev-parse", "refs/nextdeploy/live").text == "\(commit)\n")
      try project.commit("Two", ["server.js": App.server("answer.end('two')")])
      let second = try project.push().expectSuccess()
      second.expectNo("Made the app")
      #expect(try server.sandbox.get() == "two")
    }
  }

  @Test("pushes to every form of an app's name", arguments: ["/shop", "shop.git", "/shop.git"])
  func forms(path: String) throws {
    try SSHServer.run { server in
      let project = try server.addKey().project(path: path)
      try project.commit("One", App.node("one"))

      try project.push().expectSuccess()

      #expect(try server.sandbox.get() == "one")
      #expect(try Files.list("\(server.sandbox.root)/apps") == ["shop"])
    }
  }

  @Test("is told with exit 1 that a deploy failed, and can push the same commit again")
  func failedPush() throws {
    try SSHServer.run { server in
      let project = try server.addKey().project()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let live = try project.head()
      try project.commit("Broken", App.built("two", build: "test -e \(server.sandbox.home)/mended"))

      let push = try project.push()
      let branch = try project.serverRef()
      try Files.write("", to: "\(server.sandbox.home)/mended")
      let again = try project.push()

      try push.expect(status: 1).expect("FAILED at build", "is still live", "failed to push some refs")
      #expect(branch == live)
      try again.expectSuccess()
      #expect(try server.sandbox.get() == "two")
    }
  }

  @Test("runs the same commands as on the server")
  func commands() throws {
    try SSHServer.run { server in
      let client = try server.addKey()
      let project = try client.project()
      let first = try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let release = try #require(try server.sandbox.liveRelease())
      try project.commit("Two", ["server.js": App.server("answer.end('two')")])
      try project.push().expectSuccess()
      let sandbox = server.sandbox

      try client.ssh("app", "create", "blog").expectSuccess().expect("git remote add production nextdeploy@HOST:blog")
      try client.ssh("app list").expectSuccess().expect("blog", "shop")
      try client.ssh("status", "shop").expectSuccess().expect("Two", "running")
      try client.ssh("nextdeploy status --app shop --json").expectSuccess().expect(#""app" : "shop""#)
      try client.ssh("status").expect(status: 2).expect("there are several: blog, shop")
      try client.ssh("app show shop").expectSuccess().expect("http://localhost:")
      try client.ssh("releases shop").expectSuccess().expect(release)
      try client.ssh("plan shop").expectSuccess().expect("built before from the same files")
      try client.ssh("logs shop").expectSuccess().expect("listening")
      try client.ssh("config set shop keep '3'").expectSuccess()
      try client.ssh("config show shop").expectSuccess().expect("keep", "3")
      try client.ssh("rollback shop").expectSuccess().expect("live: ")
      #expect(try sandbox.get() == "one")
      try client.ssh("rollback", "shop", release).expectSuccess()
      try client.ssh("rebuild shop \(first)").expectSuccess().expect("install", "live: ")
      try client.ssh("rollback shop 20000101-000000").expect(status: 3)
      try client.ssh("status shpo").expect(status: 3).expect("Did you mean 'shop'?")
      try client.ssh("--version").expectSuccess().expect("nextdeploy ")
      try client.ssh("help").expectSuccess().expect("The key laptop is for every app", "rollback")
    }
  }

  @Test("follows an app's log, and leaves nothing running when it goes away")
  func follow() throws {
    try SSHServer.run { server in
      let client = try server.addKey()
      let project = try client.project()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()

      let logs = try client.start("logs", "-f", "shop", name: "logs")
      try wait(until: "the log") { logs.text.contains("listening") }
      try project.commit("Two", ["server.js": "console.log('the second');" + App.server("answer.end('two')")])
      try project.push().expectSuccess()
      try wait(until: "the new release's log") { logs.text.contains("the second") }
      ProcessIdentity(of: logs.child.id)?.signal(.kill)
      _ = try logs.wait()

      try wait(until: "tail's end") {
        !server.sandbox.processes().contains { $0.contains(" tail -n") || $0.contains("nextdeploy logs") }
      }
    }
  }

  @Test("that is bound to an app reaches no other, and cannot tell whether there is one")
  func bound() throws {
    try SSHServer.run { server in
      let owner = try server.addKey()
      for app in ["shop", "shop-admin"] {
        let project = try owner.project(app)
        try project.commit("One", App.node(app))
        try project.push().expectSuccess()
      }
      let client = try server.addKey("ci", apps: "shop")
      let own = try client.project("shop", path: "shop.git/")
      let before = try server.sandbox.deploys("shop-admin").count

      try own.git("fetch", "--quiet", "production", "main")
      try own.git("reset", "--quiet", "--hard", "FETCH_HEAD")
      try own.commit("Two", ["server.js": App.server("answer.end('two')")])
      try own.push().expectSuccess()
      for app in ["shop-admin", "nothing"] {
        let other = "the key ci is only for shop"
        try own.git("remote", "set-url", "production", "\(server.user)@127.0.0.1:\(app)")
        #expect(try own.push().expect(status: 128).text.contains(other))
        #expect(try server.sandbox.run(["git", "fetch", "production"], in: own.directory).text.contains(other))
        for line in [
          "status \(app)", "status --app \(app)", "logs -f \(app)", "releases \(app)", "app show \(app)",
          "plan \(app) main", "rebuild \(app) main", "rollback \(app) 20000101-000000", "config show \(app)",
          "config set \(app) keep 1", "config unset --app=\(app) keep", "app create \(app)",
        ] {
          try client.ssh(line).expect(status: 1).expect(other)
        }
      }
      for line in ["runtime list", "runtime install node@24", "runtime remove node@24.1.0"] {
        try client.ssh(line).expect(status: 1).expect("the key ci is only for shop")
      }
      let settings = try JSON.parse(try client.ssh("config show --json").expectSuccess().text)
      let values = [
        "domains": "bank.example.com", "port": "8443", "ports": "3000-3001", "http.port": "80", "builds": "2",
        "switch": "reload",
        "memory": "8G", "cpu": "800%", "tasks": "9999", "build.timeout": "24h", "push.size": "99G", "push.file": "99G",
        "push.entries": "9999999", "push.memory": "99G", "ship.size": "99G", "ship.entries": "9999999",
        "ship.depth": "999", "ship.ratio": "9999",
        "ship.time": "24h", "node": "18",
        "open-tabs": "24h", "archive.keep": "9", "archive.max-size": "99G", "cache.size": "99G", "cache.days": "3650",
        "allow-vulnerable": "CVE-2025-55182",
        "audit": "off",
        "runtime.auto": "on", "runtime.mirror": "https://mirror.example.com",
        "runtime.bun-mirror": "https://mirror.example.com",
      ]
      // All that there is but these two; a setting that is new is listed here, or the bound key's.
      for key in (settings.members ?? []).map(\.key) where !["branch", "keep"].contains(key) {
        let value = try #require(values[key], "the setting \(key)")
        try client.ssh("config set \(key) \(value)").expect(status: 1).expect("the key ci is only for shop")
        try client.ssh("config unset \(key)").expect(status: 1).expect("the key ci is only for shop")
      }
      #expect(try JSON.parse(try client.ssh("config show --json").text) == settings)
      try client.ssh("config unset domains").expect(status: 1)
      try client.ssh("config set keep 4").expectSuccess()
      try client.ssh("status").expectSuccess().expect("shop")
      try client.ssh("app list").expectSuccess().expectNo("shop-admin")
      #expect(try Files.list("\(server.sandbox.root)/apps") == ["shop", "shop-admin"])
      #expect(try server.sandbox.deploys("shop-admin").count == before)

      try server.sandbox.nextdeploy("app", "remove", "shop").expectSuccess()
      try server.sandbox.nextdeploy("app", "create", "shop").expectSuccess()
      try client.ssh("status shop").expect(status: 1).expect("the key ci is bound to no app any more")
    }
  }

  @Test("that was removed, or whose apps are not known, does nothing")
  func removed() throws {
    try SSHServer.run { server in
      let client = try server.addKey()
      let other = try server.addKey("desk")
      try Files.remove("\(server.sandbox.root)/keys.json")

      let unknown = try client.ssh("app list")
      try server.key(["remove", "laptop"]).expectSuccess()
      let gone = try client.ssh("app list")

      try unknown.expect(status: 1).expect("it is not among nextdeploy's keys")
      try gone.expect(status: 255).expect("Permission denied")
      try other.ssh("app list").expect(status: 1)
      try server.key(["list"]).expectSuccess().expect("desk", "it can do nothing")
      try server.key(["remove", "dsk"]).expect(status: 3).expect("Did you mean 'desk'?")
    }
  }
}
