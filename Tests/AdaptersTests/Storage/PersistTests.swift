import Deploy
import Posix
import TestKit
import Testing

@testable import Adapters

@Suite("A path that is kept across releases")
struct PersistTests {
  @Test("is a link to the shared directory, and holds what the first release had there")
  func seeded() async throws {
    try await Bench.run(["server.js": "s", "data/uploads/first.txt": "1"]) { bench in
      try bench.assemble([.everything(without: [])], persist: ["data/uploads"])

      #expect(
        try bench.files("release") == ["server.js": "s", "data/uploads": "-> \(bench.path("shared/data/uploads"))"])
      #expect(try bench.files("shared") == ["data/uploads/first.txt": "1"])
    }
  }

  @Test("keeps what earlier releases wrote, whatever a later one brings")
  func kept() async throws {
    try await Bench.run(["uploads/new.txt": "new"]) { bench in
      try bench.scratch.write(["shared/uploads/old.txt": "old"])

      try bench.assemble([.everything(without: [])], persist: ["uploads"])

      #expect(try bench.files("shared") == ["uploads/old.txt": "old"])
      #expect(try bench.scratch.text("release/uploads/old.txt") == "old")
    }
  }

  @Test("is an empty directory where no release has it", arguments: ["uploads", "a/b/c"])
  func missing(path: String) async throws {
    try await Bench.run(["server.js": "s"]) { bench in
      try bench.assemble([.everything(without: [])], persist: [path])

      #expect(try Files.list(bench.path("release/\(path)")) == [])
      #expect(try Files.status(bench.path("shared/\(path)"))?.kind == .directory)
    }
  }

  @Test("may be one file")
  func file() async throws {
    try await Bench.run(["data/app.db": "rows"]) { bench in
      try bench.assemble([.everything(without: [])], persist: ["data/app.db"])

      #expect(try bench.files("shared") == ["data/app.db": "rows"])
      #expect(try bench.scratch.text("release/data/app.db") == "rows")
    }
  }

  @Test("is refused behind a link or a file, through which it would leave the release", arguments: ["link", "file"])
  func inTheWay(kind: String) async throws {
    try await Bench.run(["server.js": "s"]) { bench in
      try Files.makeDirectory(bench.path("outside"))
      if kind == "link" {
        try Files.link(bench.path("workspace/data"), to: bench.path("outside"))
      } else {
        try bench.scratch.write(["workspace/data": "a file"])
      }

      let failure = #expect(throws: Failure.self) {
        try bench.assemble([.everything(without: [])], persist: ["data/uploads"])
      }

      #expect(failure?.cause == "data in it is no directory in the release")
      #expect(try Files.list(bench.path("outside")) == [])
    }
  }
}
