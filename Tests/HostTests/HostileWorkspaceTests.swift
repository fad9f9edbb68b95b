import Deploy
import Posix
import Testing

@testable import Host

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

      #expect(throws: Failure.self) { try bench.assemble([.move(from: path, to: "")]) }
      #expect(throws: Failure.self) { try bench.assemble([.copy(from: path, to: "copy")]) }
    }
  }

  @Test("makes no release of the directory that it points at")
  func standalone() async throws {
    try await withVictim { bench in
      try Files.makeDirectory(bench.path("workspace/.next"))
      try Files.link(bench.path("workspace/.next/standalone"), to: bench.path("other"))

      #expect(throws: Failure.self) { try bench.assemble([.move(from: ".next/standalone", to: "")]) }
    }
  }

  @Test("is not followed where a later part of the release goes")
  func target() async throws {
    try await withVictim { bench in
      try bench.scratch.write(["workspace/out/server.js": "s", "workspace/static/a.css": "a"])
      try Files.link(bench.path("workspace/out/.next"), to: bench.path("other"))

      #expect(throws: Failure.self) {
        try bench.assemble([.move(from: "out", to: ""), .move(from: "static", to: ".next/static")])
      }
    }
  }

  @Test(
    "is followed to no pipe, directory or file that is too large, nor is one of these read", .timeLimit(.minutes(1)))
  func noText() async throws {
    try await Bench.run(["package.json": "{}"]) { bench in
      let workspace = WorkspaceDirectory(layout: AppLayout(directory: bench.scratch.path))
      try Files.makeDirectory(bench.path("workspace/web.env"))
      for arguments in [
        ["mkfifo", bench.path("workspace/.env")], ["truncate", "-s", "1G", bench.path("workspace/large.env")],
      ] {
        _ = try ChildProcess.run(Command(arguments, environment: CurrentProcess.environment))
      }

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
      #expect(throws: Failure.self) { try workspace.remove(".next/static") }
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
}
