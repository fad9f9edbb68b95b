import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

/// A workspace in which a build left symlinks, beside another app's files.
private func withVictim(_ test: (Bench) throws -> Void) async throws {
  try await Bench.run(["package.json": "{}"]) { bench in
    try bench.scratch.write(["other/static/secret": "s", "other/standalone/server.js": "s"])
    try test(bench)
    #expect(try bench.files("other") == ["static/secret": "s", "standalone/server.js": "s"])
  }
}

@Suite("A symlink that a build left")
struct HostileWorkspaceTests {
  @Test("moves nothing of another app into a release", arguments: [".next/standalone", ".next/static"])
  func moved(path: String) async throws {
    try await withVictim { bench in
      try Files.link(bench.path("workspace/.next"), to: bench.path("other"))

      try bench.assemble([.copy(from: path, to: "moved"), .copy(from: path, to: "copied")])

      #expect(!Files.exists(bench.path("release")))
    }
  }

  @Test("makes no release of the directory that it points at")
  func standalone() async throws {
    try await withVictim { bench in
      try Files.makeDirectory(bench.path("workspace/.next"))
      try Files.link(bench.path("workspace/.next/standalone"), to: bench.path("other"))

      #expect(throws: Failure.self) { try bench.assemble([.copy(from: ".next/standalone", to: "")]) }
    }
  }

  @Test("is not followed where a later part of the release goes")
  func target() async throws {
    try await withVictim { bench in
      try bench.scratch.write(["workspace/out/server.js": "s", "workspace/static/a.css": "a"])
      try Files.link(bench.path("workspace/out/.next"), to: bench.path("other"))

      #expect(throws: Failure.self) {
        try bench.assemble([.copy(from: "out", to: ""), .copy(from: "static", to: ".next/static")])
      }
    }
  }

  @Test(
    "is not followed to a pipe, a directory or a file that is too large, nor is one of these read",
    .timeLimit(.minutes(1)))
  func noText() async throws {
    try await Bench.run(["package.json": "{}"]) { bench in
      let workspace = WorkspaceDirectory(layout: AppLayout(directory: bench.scratch.path))
      try Files.makeDirectory(bench.path("workspace/web.env"))
      try runProgram(["mkfifo", bench.path("workspace/.env")])
      try runProgram(["truncate", "-s", "1G", bench.path("workspace/large.env")])

      #expect(try workspace.text(".env") == nil)
      #expect(try workspace.text("web.env") == nil)
      #expect(throws: Failure.self) { try workspace.text("large.env") }
    }
  }

  @Test("shows nothing outside of the workspace, and lets nothing there be removed")
  func workspace() async throws {
    try await withVictim { bench in
      let workspace = WorkspaceDirectory(layout: AppLayout(directory: bench.scratch.path))
      try Files.link(bench.path("workspace/.next"), to: bench.path("other"))
      try Files.link(bench.path("workspace/file"), to: bench.path("other/static/secret"))

      #expect(try workspace.text(".next/static/secret") == nil)
      #expect(try workspace.text("file") == nil)
      #expect(!workspace.exists(".next/static"))
      #expect(try workspace.list(".next") == [])
      try workspace.remove(".next/static")
      try workspace.remove("file")
      #expect(!Files.exists(bench.path("workspace/file")))
    }
  }

  @Test("that stays inside is followed, as package managers make them")
  func inside() async throws {
    try await Bench.run(["node_modules/.store/next/package.json": "{}"]) { bench in
      try Files.link(bench.path("workspace/node_modules/next"), to: ".store/next")
      let workspace = WorkspaceDirectory(layout: AppLayout(directory: bench.scratch.path))

      #expect(try workspace.text("node_modules/next/package.json") == "{}")
      #expect(workspace.exists("node_modules/next"))
    }
  }

  @Test("is not followed where a persistent path is kept")
  func kept() async throws {
    try await withVictim { bench in
      try bench.scratch.write(["workspace/data/uploads/a": "a"])
      try Files.link(bench.path("shared/data"), to: bench.path("other"))

      let failure = #expect(throws: Failure.self) {
        try bench.assemble([.everything(without: [])], persist: ["data/uploads"])
      }

      #expect(failure?.cause == "data in it is no directory any more")
    }
  }
}

@Suite("What a build left in the workspace")
struct LeftoverTests {
  @Test("is read only where it is a file of a likely size, and never waited for", .timeLimit(.minutes(1)))
  func read() async throws {
    try await Bench.run(["dir/x": "x"]) { bench in
      let workspace = WorkspaceDirectory(layout: AppLayout(directory: bench.scratch.path))
      try runProgram(["mkfifo", bench.path("workspace/pipe")])
      try runProgram(["truncate", "--size=4G", bench.path("workspace/large")])

      #expect(try workspace.text("pipe") == nil)
      #expect(try workspace.text("dir") == nil)
      #expect(try workspace.list("pipe") == [])
      let failure = #expect(throws: Failure.self) { try workspace.text("large") }
      #expect(failure?.description == "reading large: it has more than 16 MB")
    }
  }

  @Test("is copied into a release whatever its names are, but for pipes", .timeLimit(.minutes(1)))
  func copied() async throws {
    try await Bench.run(["a": "a"]) { bench in
      let top = try Directory(bench.path("workspace"))
      let name = try #require(PathBelow([0x66, 0xFF]))
      try top.made(name).create(name).write("odd".utf8)
      try top.link("link", to: [0xFE])
      try runProgram(["mkfifo", bench.path("workspace/pipe")])
      try runProgram(["mkfifo", bench.path("workspace/public")])

      try bench.assemble([.everything(without: []), .copy(from: "public", to: "public")])

      let release = try Directory(bench.path("release"))
      #expect(try release.read(name.appending(name), atMost: 10) == Array("odd".utf8))
      #expect(try release.linkTarget("link") == [0xFE])
      #expect(try Set(release.entries().map(\.name)) == ["a", name, "link"])
    }
  }

  @Test("is refused where it is deeper than any path can be, and can be removed", .timeLimit(.minutes(1)))
  func deep() async throws {
    try await Bench.run([:]) { bench in
      let name: PathBelow = "a-directory-with-a-long-name"
      var inner = try Directory(bench.path("workspace")).made(name)
      for _ in 0..<300 {
        let next = try inner.made(name)
        inner = next
      }

      #expect(throws: SystemError.self) { try bench.assemble([.everything(without: [])]) }

      try WorkspaceDirectory(layout: AppLayout(directory: bench.scratch.path)).empty()
      #expect(try Files.list(bench.path("workspace")) == [])
    }
  }

  @Test("gives a release no program that runs as its owner")
  func setuid() async throws {
    try await Bench.run([:]) { bench in
      try Files.write("x", to: bench.path("workspace/run"), mode: 0o6755)

      try bench.assemble([.everything(without: [])])

      #expect(try Files.status(bench.path("release/run"))?.mode == 0o755)
    }
  }
}
