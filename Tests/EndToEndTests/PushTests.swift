import Deploy
import Posix
import TestKit
import Testing

@Suite("A push")
struct PushTests {
  @Test("puts the first commit live and tells the pusher all of it")
  func firstPush() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let commit = try project.commit("Open the shop", App.node("hello"))

      let push = try project.push().expectSuccess()

      let release = try #require(try sandbox.liveRelease())
      push.expect("shop (main): \(commit.prefix(8)) Open the shop", "Node app", "Node 2")
      push.expect("checkout", "install", "build", "release", "boot", "health", "route")
      push.expect("live: \(try sandbox.url())", "release \(release), total ")
      #expect(try sandbox.get() == "hello")
      let log = try #require(try Files.text("\(sandbox.app())/deploys/\(release).log"))
      for line in log.split(separator: "\n") { push.expect(String(line)) }
      #expect(try project.serverRef("refs/nextdeploy/live") == commit)
      #expect(try project.serverRef("refs/nextdeploy/releases/\(release)") == commit)
    }
  }

  @Test("ends with a timeline where NEXTDEPLOY_TRACE asks for one, which holds nothing of the app's")
  func timeline() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "Time it", App.node("hello").merging(["nextdeploy.json": #"{"build": "echo a-secret >/dev/null"}"#]) { $1 })

      let push = try sandbox.run(
        ["git", "push", "--quiet", "production", "main"], in: project.directory,
        environment: ["NEXTDEPLOY_TRACE": "1"]
      ).expectSuccess()

      let lines = push.text.split(separator: "\n").drop { !$0.hasPrefix("{\"traceEvents\":") }
      let events = try #require(try JSON.parse(lines.joined(separator: "\n"))["traceEvents"]?.elements)
      let names = events.compactMap { $0["name"]?.string }
      let expected = ["nextdeploy receive-pack", "git receive-pack", "nextdeploy hook", "step build", "step route"]
      #expect(Set(expected).subtracting(names).isEmpty, "\(names)")
      #expect(!names.contains { $0.contains("secret") })
      for event in events { #expect(event["ph"] == .string("X") && event["ts"] != nil && event["dur"] != nil) }
      #expect(try sandbox.get() == "hello")
    }
  }

  @Test("of an edit drains the old release and leaves one instance")
  func edit() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try project.commit("Two", App.node("two"))

      let push = try project.push().expectSuccess()

      push.expect("1 file changed", "finishes its requests, then stops")
      #expect(try sandbox.get() == "two")
      try wait(until: "the old instance's end") { try sandbox.instances().count == 1 }
      #expect(try sandbox.releases().count == 2)
    }
  }

  @Test("of another branch, of a tag or a deletion is received and said to deploy nothing")
  func otherRefs() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let live = try sandbox.liveRelease()
      try project.git("tag", "v1")

      let branch = try project.push("production", "main:feature").expectSuccess()
      let tag = try project.push("production", "v1").expectSuccess()
      let removal = try project.push("production", ":feature").expectSuccess()
      let main = try project.push("production", ":main").expectSuccess()

      branch.expect("feature: received; only main is deployed.")
      tag.expect("tag v1: received; only main is deployed.")
      removal.expect("feature: received; only main is deployed.")
      main.expect("main: deleted; what is live stays live.")
      #expect(try sandbox.liveRelease() == live)
      #expect(try sandbox.get() == "one")
    }
  }

  @Test("deploys the branch that the app was made with, from a rewritten history too")
  func otherBranchAndForce() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp(branch: "live/site")
      try project.commit("One", App.node("one"))
      try project.push("production", "main:live/site").expectSuccess()
      try project.write(["server.js": App.server("answer.end('rewritten')")])
      try project.git("commit", "--quiet", "--all", "--amend", "--message", "Rewritten")

      try project.push("--force", "production", "main:live/site").expectSuccess()

      #expect(try sandbox.get() == "rewritten")
    }
  }

  @Test("that fails exits 1, leaves the old release live and nothing else, and can be made again")
  func failure() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let good = try project.commit("Good", App.node("good"))
      try project.push().expectSuccess()
      let live = try #require(try sandbox.liveRelease())
      let bad = try project.commit("Bad", ["server.js": "console.log('no database'); process.exit(3)"])

      for _ in 1...2 {
        let push = try project.push().expect(status: 1)

        push.expect("FAILED at health", "the app ended before it answered (exit code 3)", "no database")
        push.expect("next: ", "The old release \(live) is still live.", "failed to push some refs")
        #expect(try sandbox.get() == "good")
        #expect(try sandbox.releases() == [live])
        #expect(try sandbox.instances().count == 1)
        #expect(try project.serverRef() == good)
        let id = try #require(try sandbox.lastDeploy()?["id"]?.string)
        #expect(try project.serverRef("refs/nextdeploy/failed/\(id)") == bad)
      }
      try project.commit("Mended", App.node("mended"))
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "mended")
    }
  }

  @Test("whose first deploy fails leaves no branch, so that the same commit can be pushed again")
  func firstFailure() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp(environment: [:])
      try project.commit(
        "Needs a key",
        [
          "package.json": App.node("")["package.json"],
          "server.js": """
          if (!process.env.KEY) { console.error('KEY is missing'); process.exit(1) }
          \(App.server("answer.end(process.env.KEY)"))
          """,
        ])

      let push = try project.push().expect(status: 1)
      #expect(try project.serverRef() == nil)
      let environment = "\(sandbox.app())/env"
      try Files.write("\(try Files.text(environment) ?? "")KEY=found\n", to: environment, mode: 0o600)
      try project.push().expectSuccess()

      push.expect("KEY is missing", "No release of this app is live yet.")
      #expect(try sandbox.get() == "found")
    }
  }

  @Test("of a tree that was built before boots that release and builds nothing")
  func builtBefore() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let build = "echo built >> \(sandbox.home)/builds"
      try project.commit("One", App.built("one", build: build))
      try project.push().expectSuccess()
      let first = try #require(try sandbox.liveRelease())
      try project.commit("Two", App.built("two", build: build))
      try project.push().expectSuccess()
      try project.git("revert", "--no-edit", "HEAD")

      let push = try project.push().expectSuccess()

      push.expect("release   \(first), built before from the same files")
      push.expectNo("checkout", "install ")
      #expect(try sandbox.get() == "one")
      #expect(try sandbox.liveRelease() == first)
      #expect(try Files.text("\(sandbox.home)/builds") == "built\nbuilt\n")
      #expect(try project.serverRef("refs/nextdeploy/live") == project.head())
    }
  }

  @Test("is built again where the app's environment has changed")
  func otherEnvironment() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.built("one", build: "echo built >> \(sandbox.home)/builds"))
      try project.push().expectSuccess()
      try Files.write("COLOUR=blue\n", to: "\(sandbox.app())/env", mode: 0o600)
      try project.commit("The same files")

      try project.push().expectSuccess()

      #expect(try Files.text("\(sandbox.home)/builds") == "built\nbuilt\n")
    }
  }

  @Test("goes on when the pusher's connection drops")
  func droppedConnection() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One", App.built("one", build: "until test -e \(sandbox.home)/go; do sleep 0.01; done; yes | head -n 50000"))
      let push = try project.startPush()
      try wait(until: "the build") { try sandbox.lastDeploy()?["step"]?.string == "build" }

      // git push and the git-receive-pack that it started, with the hook's reader in it.
      for process in try processTree(of: push.child.id)
      where process.name.hasPrefix("git") || process.name == "nextdeploy receive-pack" {
        process.identity.signal(.kill)
      }
      _ = try push.wait()
      // git calls it up to date; its deploy may still fail.
      let again = try project.startPush(name: "again")
      try wait(until: "it to wait") { again.text.contains("is being deployed since") }
      try Files.write("", to: "\(sandbox.home)/go")

      try again.wait().expectSuccess().expect("Everything up-to-date", "live: http")
      #expect(try sandbox.lastDeploy()?["outcome"]?.string == "live")
      #expect(try sandbox.get() == "one")
    }
  }

  @Test("shows the build's output while it happens, and no colours")
  func streams() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One", App.built("one", build: "echo one moment; until test -e \(sandbox.home)/go; do sleep 0.01; done"))

      let push = try project.startPush()
      try wait(until: "the build's output") { push.text.contains("    one moment") }
      try Files.write("", to: "\(sandbox.home)/go")

      let output = try push.wait().expectSuccess()
      output.expectNo("\u{1B}[3")
    }
  }

  @Test("shows a build's output without what would steer a terminal")
  func escapes() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.built("one", build: "printf '\\033[31mred\\033[0m \\033[2J%s\\n' $NO_COLOR"))

      try project.push().expectSuccess().expect("    red 1")
    }
  }

  @Test("deploys where the hook names a program that has moved")
  func movedProgram() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      let hook = "\(sandbox.app())/repo.git/hooks/post-receive"
      try Files.write("#!/bin/sh\nexec /gone/nextdeploy hook post-receive\n", to: hook, mode: 0o755)

      try project.push().expectSuccess().expect("live: ")

      #expect(try sandbox.get() == "one")
    }
  }

  @Test("that fails puts the branch back where it was, whatever is live")
  func branchGoesBack() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push("production", "main", "main:old").expectSuccess()
      let second = try project.commit("Two", App.node("two"))
      try project.push().expectSuccess()
      try sandbox.nextdeploy("rebuild", "old").expectSuccess()
      try project.commit("Bad", ["server.js": "process.exit(1)"])

      try project.push().expect(status: 1)

      #expect(try project.serverRef() == second)
      try project.push().expect(status: 1).expect("FAILED at health")
      #expect(try sandbox.get() == "one")
    }
  }

  private struct TreeProcess {
    let identity: ProcessIdentity
    let name: String
  }

  private func processTree(of id: Int32) throws -> [TreeProcess] {
    guard let identity = ProcessIdentity(of: id) else { return [] }
    let words = (try Files.text("/proc/\(id)/cmdline") ?? "").split(separator: "\0").map(String.init)
    let name = ([words.first?.split(separator: "/").last.map(String.init) ?? ""] + words.dropFirst().prefix(1)).joined(
      separator: " ")
    let children = (try Files.text("/proc/\(id)/task/\(id)/children") ?? "").split(separator: " ").compactMap {
      Int32($0)
    }
    return try [TreeProcess(identity: identity, name: name)] + children.flatMap { try processTree(of: $0) }
  }
}
