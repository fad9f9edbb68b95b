import Deploy
import Posix
import TestKit
import Testing

@Suite("A push of a tree that no git would write")
struct HostileTreeTests {
  /// What is outside of the files of "shop", beside a second app that is live.
  private struct Outside: Equatable {
    let files: [String: String]

    init(_ sandbox: Sandbox) throws {
      var files: [String: String] = [:]
      func look(_ path: String) throws {
        let place = "\(sandbox.root)/\(path)"
        switch try Files.status(place)?.kind {
        case .directory:
          for name in try Files.list(place) { try look("\(path)/\(name)") }
        case .link: files[path] = "-> \(try Files.linkTarget(place) ?? "")"
        case .file: files[path] = try Files.text(place)
        default: files[path] = "?"
        }
      }
      let app = "apps/shop"
      for path in ["apps/blog", "caddy/sites", "\(app)/repo.git/hooks", "\(app)/repo.git/config", "\(app)/shared"] {
        try look(path)
      }
      for path in ["\(app)/env", "\(app)/config.json", "\(app)/live.json", "\(app)/current", "config.json"] {
        try look(path)
      }
      for name in try Files.list("\(sandbox.root)/instances") { try look("instances/\(name)/release") }
      for directory in [sandbox.home, sandbox.root, "\(sandbox.root)/apps", "\(sandbox.root)/apps/shop"] {
        // What each push makes anew.
        let names = try Files.list(directory).filter { !["workspace", "unbuilt", "reserve"].contains($0) }
        files["in \(directory)"] = names.joined(separator: " ")
      }
      files["canary"] = String(Files.exists("/tmp/nextdeploy-hostile-canary"))
      self.files = files
    }
  }

  /// "shop" and "blog", live, and a way to push to "shop".
  private func start(_ sandbox: Sandbox, _ project: PushedProject) throws -> [HostileTree] {
    let blog = try sandbox.createApp("blog")
    try blog.commit("One", App.node("blog"))
    try blog.push().expectSuccess()
    try project.commit("One", App.node("one"))
    try project.push().expectSuccess()
    let instance = try #require(try sandbox.instances().first { $0.hasPrefix("blog:") })
    return HostileTree.all(victim: "../../../instances/\(instance)/release")
  }

  private func push(_ tree: HostileTree, _ project: PushedProject) throws -> Output {
    let commit = try tree.commit(
      in: project.directory, beside: App.node("hostile"), environment: project.sandbox.environment)
    return try project.push("--force", "production", "\(commit):refs/heads/main")
  }

  private func empty(_ sandbox: Sandbox) throws {
    try Files.remove("\(sandbox.app())/unbuilt")
  }

  private func finish(_ sandbox: Sandbox, _ project: PushedProject) throws {
    #expect(try sandbox.get(app: "blog") == "blog")
    try sandbox.nextdeploy("restart", "--app", "blog").expectSuccess()
    #expect(try sandbox.get(app: "blog") == "blog")
    try project.commit("Two", App.node("two"))
    try project.push("--force", "production", "main").expectSuccess()
    #expect(try sandbox.get() == "two")
  }

  @Test("over ssh with a bound key is refused by git, and nothing outside of its files changes")
  func ssh() throws {
    try SSHServer.run { server in
      let sandbox = server.sandbox
      try sandbox.nextdeploy("app", "create", "shop").expectSuccess()
      let client = try server.addKey("ci", apps: "shop")
      let project = try client.project()
      // One connection for all pushes: to make one takes most of the time.
      let shared = ["-o", "ControlPath=\(sandbox.home)/connection"]
      let connection = try sandbox.start(client.words(shared + ["-M", "-N"]) + [client.host], name: "connection")
      defer { connection.end() }
      try wait(until: "the connection") { Files.exists("\(sandbox.home)/connection") }
      try project.git("config", "core.sshCommand", client.sshCommand(options: shared))
      let trees = try start(sandbox, project)
      let live = try sandbox.liveRelease()

      for tree in trees where tree.verdict != .harmless {
        let before = try Outside(sandbox)

        let push = try push(tree, project)

        #expect(push.status != 0, "\(tree): \(push.text)")
        #expect(try Outside(sandbox) == before, "\(tree)")
      }

      #expect(try sandbox.liveRelease() == live)
      for tree in trees where tree.verdict == .harmless {
        #expect(try push(tree, project).expectSuccess().text.contains("live: "), "\(tree)")
        #expect(try sandbox.get() == "hostile", "\(tree)")
      }
      try finish(sandbox, project)
    }
  }

  @Test("that git was not told to look at is refused by the deploy, and nothing outside of its files changes")
  func unchecked() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let trees = try start(sandbox, project)
      // As a repository of an older nextdeploy, pushed to without a receive-pack of ours.
      try project.git("config", "--unset", "remote.production.receivepack")
      try sandbox.run(["git", "config", "receive.fsckObjects", "false"], in: "\(sandbox.app())/repo.git")
        .expectSuccess()
      let live = try sandbox.liveRelease()

      for tree in trees where tree.verdict == .refused || tree.verdict == .useless {
        // Where nothing is, all is written; of what is there something may be removed.
        if tree.description.hasPrefix("a hook") { try empty(sandbox) }
        let before = try Outside(sandbox)

        let push = try push(tree, project)

        #expect(push.status != 0 || push.text.contains("FAILED at "), "\(tree): \(push.text)")
        #expect(try Outside(sandbox) == before, "\(tree)")
      }

      #expect(try sandbox.liveRelease() == live)
      try finish(sandbox, project)
    }
  }
}
