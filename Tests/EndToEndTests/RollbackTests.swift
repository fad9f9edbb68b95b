import Deploy
import Posix
import TestKit
import Testing

@Suite("A rollback or rebuild")
struct RollbackTests {
  @Test("goes back one release at a time, without a build, and forward by name")
  func rollback() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      var releases: [String] = []
      for text in ["one", "two", "three"] {
        try project.commit(text, App.built(text, build: "echo built >> \(sandbox.home)/builds"))
        try project.push().expectSuccess()
        releases.append(try #require(try sandbox.liveRelease()))
      }

      try sandbox.nextdeploy("rollback").expectSuccess().expect("live: ", releases[1])
      #expect(try sandbox.get() == "two")
      try sandbox.nextdeploy("rollback").expectSuccess()
      #expect(try sandbox.get() == "one")
      try sandbox.nextdeploy("rollback").expect(status: 3).expect("no release was live before")
      try sandbox.nextdeploy("rollback", releases[2]).expectSuccess()
      // A mistyped id is no deploy that failed.
      let deploys = try Files.list("\(sandbox.root)/apps/shop/deploys")
      let unknown = try sandbox.nextdeploy("rollback", "20200101-000000").expect(status: 3)
      unknown.expect("there is no such release", "\(releases[2]), \(releases[1]), \(releases[0])")
      #expect(try Files.list("\(sandbox.root)/apps/shop/deploys") == deploys)

      #expect(try sandbox.get() == "three")
      #expect(try sandbox.releases() == releases)
      #expect(try Files.text("\(sandbox.home)/builds") == "built\nbuilt\nbuilt\n")
    }
  }

  @Test("to a release that does not start leaves the live one")
  func failingRollback() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let marker = "\(sandbox.home)/breaks"
      try project.commit(
        "One",
        App.node("one").merging([
          "server.js": "if (require('fs').existsSync('\(marker)')) process.exit(9)\n" + App.server("answer.end('one')")
        ]) {
          $1
        })
      try project.push().expectSuccess()
      try project.commit("Two", App.node("two"))
      try project.push().expectSuccess()
      let live = try #require(try sandbox.liveRelease())
      try Files.write("", to: marker)

      let rollback = try sandbox.nextdeploy("rollback").expect(status: 1)

      rollback.expect("exit code 9", "The old release \(live) is still live.")
      #expect(try sandbox.get() == "two")
      #expect(try sandbox.releases().count == 2)
    }
  }

  @Test("never lets the live release be pruned, and keeps as many as is set")
  func prune() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "keep", "2").expectSuccess()
      try sandbox.nextdeploy("config", "set", "archive.keep", "0").expectSuccess()
      try project.commit("one", App.node("one"))
      try project.push().expectSuccess()
      let first = try #require(try sandbox.liveRelease())
      try project.commit("two", App.node("two"))
      try project.push().expectSuccess()
      try sandbox.nextdeploy("rollback").expectSuccess()
      #expect(try sandbox.liveRelease() == first)

      for text in ["three", "four"] {
        // What still drains is kept too.
        try wait(until: "the drain") { try sandbox.instances().count == 1 }
        try project.commit(text, App.node(text))
        try project.push().expectSuccess()
        #expect(try sandbox.releases().count == 2)
        #expect(try sandbox.releases().contains(try #require(try sandbox.liveRelease())))
      }

      let id = try #require(try sandbox.releases().first)
      #expect(try project.serverRef("refs/nextdeploy/releases/\(first)") == nil)
      #expect(try project.serverRef("refs/nextdeploy/releases/\(id)") != nil)
    }
  }

  @Test("of any commit builds it, whether it was built before or not", arguments: ["main~1", "v1", "short", "full"])
  func rebuild(name: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let commit = try project.commit("one", App.built("one", build: "echo built >> \(sandbox.home)/builds"))
      try project.git("tag", "v1")
      try project.push("production", "main", "v1").expectSuccess()
      try project.commit("two", App.node("two"))
      try project.push().expectSuccess()
      let names = ["short": String(commit.prefix(7)), "full": commit]

      let rebuild = try sandbox.nextdeploy("rebuild", names[name] ?? name).expectSuccess()

      rebuild.expect("\(commit.prefix(8)) one", "build", "live: ")
      #expect(try sandbox.get() == "one")
      #expect(try Files.text("\(sandbox.home)/builds") == "built\nbuilt\nbuilt\n")
      #expect(try project.serverRef() == project.head())
      #expect(try project.serverRef("refs/nextdeploy/live") == commit)
    }
  }

  @Test("--clean starts from an empty workspace")
  func clean() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let build = "ls node_modules/left 2>/dev/null && echo found-it; mkdir -p node_modules/left"
      try project.commit("one", App.built("one", build: build))
      try project.push().expectSuccess()

      try sandbox.nextdeploy("rebuild", "main").expectSuccess().expect("    found-it")
      try sandbox.nextdeploy("rebuild", "main", "--clean").expectSuccess().expectNo("    found-it")
    }
  }

  @Test(
    "of a commit that is unknown or ambiguous is told and exits 3",
    arguments: ["nope", "main~7", "deadbeef", "-x", "e", "../../etc"])
  func unknownCommit(name: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("one", App.node("one"))
      try project.push().expectSuccess()

      let output = try sandbox.nextdeploy("rebuild", "--", name).expect(status: 3)

      output.expect("looking for the commit '\(name)'", "next: ")
      #expect(try sandbox.get() == "one")
    }
  }
}
