@testable import Adapters
import Deploy
import Posix
import TestKit
import Testing

@Suite("An archive of a runtime")
struct TarArchiveTests {
  private func unpack(_ bytes: [UInt8], _ scratch: Scratch) throws {
    try Files.makeDirectory("\(scratch.path)/tree")
    try Files.write(bytes: bytes, to: "\(scratch.path)/archive.tar")
    var archive = try TarArchive("\(scratch.path)/archive.tar", name: "archive.tar")
    try archive.unpack(into: "\(scratch.path)/tree", without: "top", watch: {})
  }

  @Test("is unpacked with its files, its links and what can be run, for everybody to read and nobody else to write")
  func whole() async throws {
    try await Scratch.run { scratch in
      let long = String(repeating: "d/", count: 80) + "file"
      let record = " path=top/\(long)\n"
      let archive = SampleArchive().with("top/", "5", mode: "0000777")
        .with("pax", "g", "19 comment=ignored\n").with("top/a", "0", "one\n", mode: "0006777")
        .with("top/b/c", "2", target: "../a").with("x", "x", "\(record.utf8.count + 3)\(record)").with(
          "short", "0", "two"
        )
        .with("././@LongLink", "L", "top/gnu/\(long)\0").with("short", "0", "three")

      try unpack(archive.ended, scratch)

      let tree = "\(scratch.path)/tree"
      #expect(try Files.text("\(tree)/b/c") == "one\n")
      #expect(try Files.text("\(tree)/\(long)") == "two")
      #expect(try Files.text("\(tree)/gnu/\(long)") == "three")
      #expect(try Files.status("\(tree)/a")?.mode == 0o755)
      #expect(try Files.status("\(tree)/\(long)")?.mode == 0o644)
      #expect(try Files.status("\(tree)/gnu/d")?.mode == 0o755)
    }
  }

  @Test("is the same as what tar makes and unpacks", arguments: ["gnu", "pax", "ustar"])
  func real(format: String) async throws {
    try await Scratch.run { scratch in
      let deep = "lib/" + String(repeating: "modules/", count: 12)
      try scratch.write(["from/top/bin/node": "#!/bin/sh\n", "from/top/\(deep)package.json": "{}", "from/top/ä b": "c"])
      try Files.link("\(scratch.path)/from/top/bin/npm", to: "../ä b")
      try runProgram([
        "tar", "-C", "\(scratch.path)/from", "--format", format, "-cf", "\(scratch.path)/made.tar", "top",
      ])

      let made = try #require(try Files.read("\(scratch.path)/made.tar"))
      try unpack(made, scratch)

      #expect(
        try runProgram(["diff", "-r", "--no-dereference", "\(scratch.path)/from/top", "\(scratch.path)/tree"]) == "")
    }
  }

  @Test(
    "writes nothing outside, whatever it holds",
    arguments: [
      ("a path up", SampleArchive().with("top/../../x", "0", "x"), "which is not in top/"),
      ("a path up at once", SampleArchive().with("../x", "0", "x"), "which is not in top/"),
      ("an absolute path", SampleArchive().with("/tmp/nextdeploy-was-here", "0", "x"), "which is not in top/"),
      ("another directory", SampleArchive().with("topping/x", "0", "x"), "which is not in top/"),
      ("no name", SampleArchive().with("", "0", "x"), "which is not in top/"),
      ("a link up", SampleArchive().with("top/x", "2", target: "../outside"), "leads out of it"),
      ("an absolute link", SampleArchive().with("top/x", "2", target: "/etc"), "leads out of it"),
      ("a link to nothing", SampleArchive().with("top/x", "2", target: "gone"), "leads out of it"),
      (
        "a link up by way of another",
        SampleArchive().with("top/a/b/", "5").with("top/a/b/up", "2", target: "../..")
          .with("top/a/x", "2", target: "b/up/../../outside"), "leads out of it"
      ),
      (
        "a file below a link",
        SampleArchive().with("top/b/", "5").with("top/a", "2", target: "b").with("top/a/x", "0", "x"),
        "is below what is no directory"
      ),
      (
        "a file in the place of a link",
        SampleArchive().with("top/b", "0").with("top/a", "2", target: "b").with("top/a", "0", "x"), "is there twice"
      ),
      ("a hard link", SampleArchive().with("top/x", "1", target: "/etc/passwd"), "neither a file"),
      ("a device", SampleArchive().with("top/x", "3"), "neither a file"),
      ("a pipe", SampleArchive().with("top/x", "6"), "neither a file"),
      (
        "a name of pax's up", SampleArchive().with("x", "x", "17 path=top/../x\n").with("top/a", "0"),
        "which is not in top/"
      ),
      ("a name of GNU's up", SampleArchive().with("x", "L", "top/../../x").with("top/a", "0"), "which is not in top/"),
    ])
  func hostile(what: String, archive: SampleArchive, cause: String) async throws {
    try await Scratch.run { scratch in
      try scratch.write(["outside": "as it was"])
      let before = try Files.list(scratch.path) + ["archive.tar", "tree"]

      let failure = #expect(throws: Failure.self) { try unpack(archive.ended, scratch) }

      #expect(failure?.cause.contains(cause) == true, "\(failure?.cause ?? "")")
      #expect(failure?.cause.hasSuffix("nothing of it is used") == true)
      #expect(try Files.list(scratch.path) == before.sorted())
      #expect(try scratch.text("outside") == "as it was")
      #expect(!Files.exists("/tmp/nextdeploy-was-here"))
    }
  }

  @Test(
    "is refused where it is damaged, or cut off",
    arguments: [
      Array("this is no archive at all".utf8), [UInt8](repeating: 7, count: 2_048), [UInt8](repeating: 0, count: 1_024),
      [],
      SampleArchive().with("top/a", "0", String(repeating: "a", count: 4_000)).bytes.dropLast(600),
      SampleArchive().with("top/a", "0", "x").bytes, SampleArchive().with("x", "x", "999 path=a\n").ended,
      SampleArchive().with("x", "x", "99999999999999999999 =\n").ended, SampleArchive().with("x", "x", "5 a=b").ended,
      SampleArchive().with("x", "L", String(repeating: "a", count: 70_000)).ended,
      SampleArchive().with("top/a", "5", "a directory with content").ended,
    ])
  func damaged(bytes: [UInt8]) async throws {
    try await Scratch.run { scratch in
      _ = #expect(throws: Failure.self) { try unpack(bytes, scratch) }
    }
  }
}
