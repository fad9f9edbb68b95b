import Git
import Posix
import TestKit
import Testing

@testable import Adapters
@testable import Deploy

/// The promises of the seam FileAccess, which every backend keeps.
@Suite("Access to files on every backend")
struct FilesContract {
  /// What there is in a directory, and how.
  private func modes(_ directory: String) throws -> [String: String] {
    try Dictionary(
      uniqueKeysWithValues: Files.list(directory).map { name in
        let status = try #require(try Files.status("\(directory)/\(name)"))
        return (name, "\(status.inode) \(status.owner):\(status.group) \(String(status.mode, radix: 8))")
      })
  }

  // MARK: What is made

  @Test("is prepared once, and stays as it is the second time", arguments: TestedBackends.all)
  func prepare(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let own = stage.layout.app(stage.app()).directory
      try stage.checkOut()
      try stage.files().prepare()
      let before = try modes(own)

      try stage.files().prepare()

      #expect(try modes(own) == before)
      // Builds and instances have all that they need.
      #expect(try stage.run("cat file; touch made; ls") == "textfile\nmade\n")
      _ = try stage.process(of: try stage.start(stage.shell(Stage.idle)))
    }
  }

  @Test("checks a commit out for the builds, whose files it gives them to change", arguments: TestedBackends.all)
  func checkOut(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      #expect(try stage.checkOut(["one": "1", "dir/two": "2"]) == 2)
      #expect(try stage.checkOut(["one": "1", "dir/two": "2"]) == 0)

      try stage.run("chmod 755 one; chmod 700 dir; echo changed > dir/two; mkdir made; touch made/x")

      // The file that is no longer there, the one that the build changed, and those that it made.
      _ = try stage.checkOut(["dir/two": "22", "three": "3"])
      #expect(try stage.run("cat dir/two three; find . -type f | sort") == "223./dir/two\n./three\n")
    }
  }

  @Test("checks out by itself exactly where nextdeploy cannot", arguments: TestedBackends.all)
  func checkOutAsOwner(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut(["one": "1"])
      let commit = try BareRepository(path: stage.layout.app(stage.app()).repository).commit("main")
      try stage.run("rm one")

      let count = try stage.files().checkOut(commit, PushLimits())

      #expect(count == (stage.files().isForOtherUsers ? 1 : nil))
      #expect(Files.exists("\(stage.workspace)/one") == stage.files().isForOtherUsers)
    }
  }

  @Test("says which limit a commit is beyond", arguments: TestedBackends.all)
  func limits(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut(["large": String(repeating: "x", count: 2 << 20)])
      try stage.run("rm large")
      let path = stage.layout.app(stage.app()).repository
      let files = stage.files()
      var limits = PushLimits()
      limits.file = Size(megabytes: 1)
      let repository = BareRepository(
        path: path, byAnother: { [limits] commit, _ in try files.checkOut(commit, limits) },
        limits: { [limits] in limits })

      let failure = #expect(throws: Failure.self) {
        try repository.checkout(repository.commit("main"), into: stage.workspace)
      }

      #expect(failure?.cause.contains("has 2 MB") == true, "\(String(describing: failure))")
    }
  }

  // MARK: What builds left

  /// Closes what it leaves in every way that builds are known to.
  private static let closing = """
    umask 077; mkdir -p private/a umask; echo p > private/a/file; echo u > umask/file
    mkdir -p closed/a; echo c > closed/a/file; chmod 0 closed/a/file closed/a closed
    mkdir -p read-only/a; echo r > read-only/a/file; chmod 0400 read-only/a/file; chmod 0500 read-only/a read-only
    """
  private static let left = ["private/a/file": "p", "umask/file": "u", "closed/a/file": "c", "read-only/a/file": "r"]

  @Test("lets nextdeploy read what builds have closed", arguments: TestedBackends.all)
  func open(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      try stage.run(Self.closing)

      _ = try stage.files().open()

      for (path, text) in Self.left { #expect(try Files.text("\(stage.workspace)/\(path)") == "\(text)\n", "\(path)") }
    }
  }

  @Test("lets a workspace that builds have closed be read, emptied and used again", arguments: TestedBackends.all)
  func workspace(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      try stage.run("\(Self.closing)\nchmod 0 .")
      let workspace = WorkspaceDirectory(
        layout: stage.layout.app(stage.app()), leftovers: stage.leftovers(of: stage.app()))

      for (path, text) in Self.left { #expect(try workspace.text(path) == "\(text)\n", "\(path)") }
      #expect(try workspace.list("closed") == ["a"])
      try workspace.remove("read-only/a")
      #expect(!workspace.exists("read-only/a"))
      try workspace.empty()

      #expect(try Files.list(stage.workspace) == [])
      try stage.checkOut(["again": "2"])
      #expect(try stage.run("ls") == "again\n")
    }
  }

  @Test("removes what only who made it can", arguments: TestedBackends.all, ["closed", "read-only", "private"])
  func remove(backend: any TestedBackend, name: String) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      try stage.run(Self.closing)
      let path = "\(stage.workspace)/\(name)"
      try #require(Files.exists(path))

      try stage.files().remove(path)
      // Of what it leaves, nothing is in nextdeploy's way.
      try Files.remove(path)

      #expect(!Files.exists(path))
      #expect(try stage.run("cat file") == "text")
    }
  }

  @Test("removes nothing of another app's", arguments: TestedBackends.all)
  func removeOther(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      try stage.checkOut(of: "shop-admin")
      let (files, own) = (stage.files(of: "shop-admin"), stage.layout.app(stage.app("shop-admin")).directory)

      for path in [stage.workspace, "\(own)/../\(stage.app())/workspace"] { try files.remove(path) }

      #expect(try stage.run("cat file") == "text")
    }
  }

  // MARK: What apps may write

  @Test(
    "lets an app write to what is opened to it, and to nothing else where it has a user of its own",
    arguments: TestedBackends.all)
  func openToApp(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      let (files, own) = (stage.files(), stage.layout.app(stage.app()))
      let shared = try Directory(own.shared)
      for path: PathBelow in ["way/kept/deep", "way/beside", "own"] { _ = try shared.made(path) }
      try shared.create("way/kept/deep/file").write("x".utf8)
      try shared.create("way/beside/file").write("x".utf8)
      try files.openWay("way", in: shared)
      try files.openToApp("way/kept", in: shared)
      let release = try Directory(stage.directory)
      try release.makeDirectory("cache")
      try release.create("server.js").write("x".utf8)
      try files.openToApp("cache", in: release)
      let places = [
        "\(own.shared)/way/kept/new": true, "\(own.shared)/way/kept/deep/new": true,
        "\(own.shared)/way/kept/deep/file": true, "\(stage.directory)/cache/new": true,
        "\(own.shared)/new": false, "\(own.shared)/way/new": false, "\(own.shared)/way/beside/new": false,
        "\(own.shared)/way/beside/file": false, "\(own.shared)/own/new": false, "\(stage.directory)/new": false,
        "\(stage.directory)/server.js": false,
      ]
      let tries = places.keys.map { "try \($0) \(backend.seen($0))" }.joined(separator: "; ")
      let script = "try() { if (echo written >> $2) 2>/dev/null; then echo $1; fi; }; \(tries); echo done"

      _ = try stage.start(stage.shell("\(script); \(Stage.idle)"))

      try wait(until: "the end of its tries") { try stage.lines().last == "done" }
      let written = Set(try stage.lines().dropLast())
      #expect(written == Set(places.filter { $0.value || !backend.capabilities.isolation }.keys))
      // nextdeploy reads it, and removes it.
      #expect(try Files.text("\(own.shared)/way/kept/deep/file") == "xwritten\n")
      try Files.remove("\(own.shared)/way")
    }
  }

  @Test("opens a single file to the app", arguments: TestedBackends.all)
  func openFile(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let shared = try Directory(stage.layout.app(stage.app()).shared)
      try stage.files().prepare()
      try shared.create("data.db").write("x".utf8)
      try stage.files().openToApp("data.db", in: shared)
      let path = "\(stage.layout.app(stage.app()).shared)/data.db"

      _ = try stage.start(stage.shell("echo y >> \(backend.seen(path)) && echo done; \(Stage.idle)"))

      try wait(until: "the line that it adds") { try stage.lines() == ["done"] }
      #expect(try Files.text(path) == "xy\n")
    }
  }

  @Test("removes what the app has closed", arguments: TestedBackends.all)
  func removeOfApp(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      let own = stage.layout.app(stage.app())
      let shared = try Directory(own.shared)
      try shared.makeDirectory("kept")
      try stage.files().openToApp("kept", in: shared)
      let place = "\(own.shared)/kept"
      let closing = "umask 077 && mkdir -p a/b && touch a/b/c && chmod 00000 a/b a && echo done"
      _ = try stage.start(stage.shell("cd \(backend.seen(place)) && \(closing); \(Stage.idle)"))
      try wait(until: "what it leaves") { try stage.lines() == ["done"] }

      try stage.leftovers(of: stage.app()).remove("\(place)/a")

      #expect(try Files.list(place) == [])
    }
  }
}
