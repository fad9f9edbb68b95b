import Posix
import TestKit
import Testing

@Suite("A push to a repository")
struct HookTests {
  /// Everything that git can run for a push, by name.
  private static let names = [
    "pre-receive", "update", "proc-receive", "post-update", "reference-transaction", "pre-auto-gc", "push-to-checkout",
    "fsmonitor-watchman",
  ]

  @Test("runs no hook that is in it, but nextdeploy's own")
  func hooks() throws {
    try SSHServer.run { server in
      let sandbox = server.sandbox
      let path = try sandbox.createApp()
      let overSSH = try server.addKey("ci", apps: "shop").project()
      let canary = "\(sandbox.home)/canary"
      for name in Self.names {
        try Files.write("#!/bin/sh\ntouch \(canary)\n", to: "\(sandbox.app())/repo.git/hooks/\(name)", mode: 0o755)
      }

      try path.commit("One", App.node("one"))
      try path.push().expectSuccess().expect("live: ")
      try overSSH.commit("Two", App.node("two"))
      try overSSH.push("--force", "production", "main").expectSuccess().expect("live: ")

      #expect(try sandbox.get() == "two")
      #expect(!Files.exists(canary))
    }
  }

  @Test("that is not made through nextdeploy's receive-pack deploys as well")
  func plain() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.git("config", "--unset", "remote.production.receivepack")
      try project.commit("One", App.node("one"))

      try project.push().expectSuccess().expect("live: ")

      #expect(try sandbox.get() == "one")
    }
  }

  @Test("of a history that old clients and conversions got wrong goes live")
  func oldHistory() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let tree = try project.commit("One", App.node("one"))
      let id = try project.git("rev-parse", "\(tree)^{tree}").text.prefix(40)
      let right = "A <a@example.com> 1 +0000"
      var parent = ""
      for (author, committer) in [
        ("A <a@example.com>1 +0000", right), ("A <a@example.com> 1 +051800", right),
        ("A<a@example.com> 1 +0000", right),
        ("<a@example.com> 1 +0000", right), ("A 1 +0000", right), ("A <a@<example>.com> 1 +0000", right),
        ("A> <a@example.com> 1 +0000", right), ("A <a@example.com> 01 +0000", right),
        (right, "A <a@example.com> x +0000"),
        ("A <a@example.com> 99999999999999999999 +0000", right), ("\(right)\nauthor \(right)", right),
      ] {
        let text = "tree \(id)\n\(parent)author \(author)\ncommitter \(committer)\n\nOld\n"
        try Files.write(text, to: "\(project.directory)/commit", durable: false)
        let old = try project.git("hash-object", "-t", "commit", "-w", "--literally", "commit").text.prefix(40)
        parent = "parent \(old)\n"
      }
      let last = String(parent.dropFirst("parent ".count).prefix(40))
      let head = try project.git("commit-tree", String(id), "-p", last, "-m", "Now").text.prefix(40)

      try project.push("--force", "production", "\(head):refs/heads/main").expectSuccess().expect("live: ")

      #expect(try sandbox.get() == "one")
    }
  }
}
