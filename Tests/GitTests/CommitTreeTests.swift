import Deploy
import Git
import Testing

@Suite("A commit's tree")
struct CommitTreeTests {
  @Test("holds files, programs, symlinks and submodules by path")
  func holdsFilesPrograms() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "1")
    try sandbox.write("bin/run", "#!/bin/sh", mode: 0o755)
    try sandbox.link("d/link", to: "../a")
    try sandbox.write("ü/ä b", "2")
    try sandbox.git("add", "--all")
    let hash = String(repeating: "12", count: 20)
    try sandbox.git("update-index", "--add", "--cacheinfo", "160000,\(hash),vendor/lib")
    try sandbox.git("commit", "--quiet", "--message", "all kinds")
    try sandbox.git("push", "--quiet", "\(sandbox.top)/repo.git", "main")
    let commit = try sandbox.repository.commit("main")

    let tree = try sandbox.repository.tree(of: commit)

    #expect(tree.id == commit.tree)
    #expect(
      tree.entries.mapValues(\.kind) == [
        "a": .file, "bin/run": .executable, "d/link": .link, "ü/ä b": .file, "vendor/lib": .submodule,
      ])
    #expect(try tree.text("a") == "1")
    #expect(try tree.text("nothing") == nil)
    #expect(try tree.text("d/link") == nil)
    let link = try #require(tree.entries["d/link"])
    #expect(try tree.bytes(of: link, atMost: 4) == Array("../a".utf8))
    #expect(try tree.bytes(of: link, atMost: 3) == nil)
  }

  @Test("holds empty files")
  func holdsEmptyFiles() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("empty", "")

    let tree = try sandbox.repository.tree(of: sandbox.push("first"))

    #expect(try tree.text("empty") == "")
  }

  @Test("of no files is empty")
  func noFilesEmpty() throws {
    let sandbox = try GitSandbox()

    let tree = try sandbox.repository.tree(of: sandbox.push("nothing"))

    #expect(tree.entries.isEmpty)
  }

  @Test("tells apart paths that are not UTF-8")
  func tellsPathsApart() throws {
    let paths: [[UInt8]] = [[0x64, 0xFF, 0x2F, 0xC3, 0xA9], [0x64, 0xFE, 0x2F, 0xC3, 0xA9], [0x2F, 0x61]]

    #expect(paths.map { String(path: $0) } == ["d\u{FFFD}ff/é", "d\u{FFFD}fe/é", "/a"])
  }

  /// One would hide the other from what reads the tree by its paths: from the check of symlinks, say.
  @Test("is refused where two of its paths are one text")
  func refusedTwoPaths() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("caf\u{e9}/a", "composed")
    try sandbox.write("cafe\u{301}/a", "decomposed")
    let commit = try sandbox.push("two names")

    let failure = #expect(throws: Failure.self) { try sandbox.repository.tree(of: commit) }

    #expect(failure?.attempt == "reading the pushed files")
    #expect(failure?.cause.contains("two files whose paths are the same text") == true)
  }
}
