import Deploy
import Posix
import TestKit
import Testing

@Suite("A push that is too large")
struct PushLimitTests {
  @Test("of thirteen objects that are billions of files is refused at once, with the limit and how to change it")
  func bomb() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      let bomb = HostileTree.bomb(levels: 10, width: 10)
      let commit = try bomb.commit(in: project.directory, beside: App.node("two"), environment: sandbox.environment)
      let began = ContinuousClock.now

      let push = try project.push("--force", "production", "\(commit):main").expect(status: 1)

      push.expect(
        "FAILED at plan", "the commit has more than 500000 files and directories, the most that this server takes",
        "'nextdeploy config set push.entries 1000000'")
      #expect(ContinuousClock.now - began < .seconds(10))
      try sandbox.nextdeploy("plan", commit, "--app", "shop").expect(status: 1).expect("more than 500000 files")
      #expect(try project.serverRef() == first)
    }
  }

  @Test("in files is refused where the server's admin says so")
  func entries() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "push.entries", "100").expectSuccess()
      let many = Dictionary(uniqueKeysWithValues: (1...50).map { ("d/\($0)/file", "") })
      try project.commit("One", App.node("one", extra: many))

      try project.push().expect(status: 1).expect("more than 100 files and directories")

      try sandbox.nextdeploy("config", "set", "push.entries", "103").expectSuccess()
      try project.push().expectSuccess()
      try sandbox.nextdeploy("config", "unset", "push.entries").expectSuccess()
      #expect(try sandbox.setting("push.entries") == "500000")
    }
  }

  @Test("in one file is refused, named with the limit and how to change it")
  func file() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "push.file", "20M").expectSuccess()
      try sandbox.run(["truncate", "-s", "30M", "\(project.directory)/movie"]).expectSuccess()
      try project.commit("One", App.node("one"))

      try project.push().expect(status: 1).expect(
        "FAILED at checkout", "'movie' has 30 MB, and this server takes files of at most 20M",
        "nextdeploy config set push.file 1G")

      #expect(!Files.exists("\(sandbox.app())/unbuilt/files/movie"))
      try sandbox.nextdeploy("config", "unset", "push.file").expectSuccess()
      try project.push().expectSuccess()
      #expect(try Files.status("\(sandbox.app())/unbuilt/files/movie")?.size == 30 << 20)
    }
  }

  @Test("in bytes is refused by git")
  func size() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "push.size", "1M").expectSuccess()
      try sandbox.run(
        ["dd", "if=/dev/urandom", "of=\(project.directory)/noise", "bs=1M", "count=2", "status=none"]).expectSuccess()
      try project.commit("One", App.node("one"))

      try project.push().expect(status: 1).expect("pack exceeds maximum allowed size")

      try sandbox.nextdeploy("config", "set", "push.size", "3M").expectSuccess()
      try project.push().expectSuccess()
    }
  }

  @Test("for the disk is refused before anything of it is written")
  func disk() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.run(["truncate", "-s", "64M", "\(project.directory)/movie"]).expectSuccess()
      try project.commit("Movie", App.node("one"))
      let blob = try project.git("rev-parse", "HEAD:movie").text.prefix(40)
      let copies = HostileTree.copies(of: String(blob), count: 100_000)
      let commit = try copies.commit(in: project.directory, beside: App.node("one"), environment: sandbox.environment)

      try project.push("production", "\(commit):refs/heads/main").expect(status: 1).expect(
        "FAILED at checkout", "100002 files of 6400000 MB are to be written, and ")

      #expect(try Files.list("\(sandbox.app())/unbuilt/files") == ["copies"], "no file")
      #expect(try Files.list("\(sandbox.app())/workspace/copies").isEmpty)
    }
  }

  @Test(
    "for memory does no harm: a large file is written as it is read, and what handles a push is held back, not the app")
  func memory() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "push.memory", "255M").expect(status: 2).expect("256M")
      try sandbox.nextdeploy("config", "set", "push.memory", "256M").expectSuccess()
      try sandbox.run(["truncate", "-s", "400M", "\(project.directory)/movie"]).expectSuccess()
      let look = "grep '^Max data' /proc/self/limits; echo score $(cat /proc/self/oom_score_adj)"
      try project.commit(
        "One",
        [
          "package.json": #"{"name": "shop", "scripts": {"start": "node server.js"}}"#,
          "server.js": App.server(
            "answer.end(require('fs').readFileSync('/proc/self/limits', 'utf8').match(/Max data size.*/)[0] + '; score '"
              + " + require('fs').readFileSync('/proc/self/oom_score_adj', 'utf8'))"),
          "nextdeploy.json": #"{"build": \#(App.quoted("\(look); \(hook)"))}"#,
        ])

      let push = try project.push().expectSuccess()

      // A build may take what it needs, and goes before a site.
      push.expect("Max data size             unlimited", "score 500", "hook: Max data size 268435456 unlimited bytes")
      let app = try #require(try sandbox.get())
      #expect(app.contains("Max data size             unlimited"))
      #expect(app.hasSuffix("; score 0\n"))
    }
  }

  /// Prints the limits of the process above the guard.
  private var hook: String {
    "guard=$(awk '/^PPid/ {print $2}' /proc/$$/status); hook=$(awk '/^PPid/ {print $2}' /proc/$guard/status); "
      + "echo hook: $(grep '^Max data' /proc/$hook/limits)"
  }
}
