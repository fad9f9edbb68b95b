import Deploy
import Git
import Posix
import Testing

@Suite("A first checkout")
struct CheckoutTests {
  @Test("writes all files, their modes and symlinks")
  func writesFilesModes() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "1")
    try sandbox.write("bin/run", "#!/bin/sh", mode: 0o755)
    try sandbox.link("d/link", to: "../a")
    try sandbox.link("d/dangling", to: "nowhere")

    let count = try sandbox.checkout(sandbox.push("first"))

    #expect(count == 4)
    #expect(try sandbox.paths() == ["a", "bin/run", "d/dangling", "d/link"])
    #expect(try sandbox.text("a") == "1")
    #expect(try sandbox.status("a")?.mode == 0o644)
    #expect(try sandbox.status("bin/run")?.mode == 0o755)
    #expect(try Files.linkTarget("\(sandbox.workspace)/d/link") == "../a")
    #expect(try Files.linkTarget("\(sandbox.workspace)/d/dangling") == "nowhere")
  }

  @Test("of no files writes none")
  func noFilesWrites() throws {
    let sandbox = try GitSandbox()

    #expect(try sandbox.checkout(sandbox.push("nothing")) == 0)
  }

  @Test("writes all of a tree of many directories")
  func writesTreeMany() throws {
    let sandbox = try GitSandbox()
    let paths = (0..<300).map { "d\($0 % 7)/e\($0 % 11)/f\($0)" }
    for path in paths { try sandbox.write(path, path) }

    let count = try sandbox.checkout(sandbox.push("many"))

    #expect(count == 300)
    #expect(try sandbox.paths().sorted() == paths.sorted())
    for path in paths { #expect(try sandbox.text(path) == path) }
    #expect(try sandbox.checkout(sandbox.repository.commit("main")) == 0)
  }

  @Test("honours the filters of .gitattributes, those of directories included")
  func honoursFiltersGitattributes() throws {
    let sandbox = try GitSandbox()
    try sandbox.write(".gitattributes", "*.bat eol=crlf\n")
    try sandbox.write("x/.gitattributes", "*.txt eol=crlf\n")
    let names = ["+first.bat", "a.bat", "m/b.bat", "x/y/c.txt", "z/last.bat"]
    for name in names { try sandbox.write(name, "1\n2\n") }
    try sandbox.write("z/other.txt", "1\n2\n")

    try sandbox.checkout(sandbox.push("line ends"))

    for name in names { #expect(try sandbox.text(name) == "1\r\n2\r\n", "\(name)") }
    #expect(try sandbox.text("z/other.txt") == "1\n2\n")
  }

  @Test(
    "writes binary files whole beside a .gitattributes, whether it names them or not",
    arguments: ["* text=auto", "*.md text"])
  func writesBinaryWhole(attributes: String) throws {
    let sandbox = try GitSandbox()
    let image = "PNG\r\n\u{1A}\n\0\0IHDR\n\r\n"
    try sandbox.write(".gitattributes", attributes)
    try sandbox.write("image.png", image)

    try sandbox.checkout(sandbox.push("an image"))

    #expect(try sandbox.text("image.png") == image)
  }

  @Test("after one that was interrupted leaves none of its files")
  func afterInterruptedLeaves() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "1")
    try sandbox.leave("stale.js")
    try sandbox.leave("a", "half")

    try sandbox.checkout(sandbox.push("first"))

    #expect(try sandbox.paths() == ["a"])
    #expect(try sandbox.text("a") == "1")
  }
}

@Suite("A later checkout")
struct LaterCheckoutTests {
  @Test("of one changed file writes that file alone")
  func changedFileWrites() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "b", "d/c"] { try sandbox.write(name, "1") }
    try sandbox.checkout(sandbox.push("first"))
    let before = try ["b", "d/c"].map { try #require(try sandbox.status($0)) }
    try sandbox.write("a", "2")

    let count = try sandbox.checkout(sandbox.push("second"))

    let after = try ["b", "d/c"].map { try #require(try sandbox.status($0)) }
    #expect(count == 1)
    #expect(try sandbox.text("a") == "2")
    #expect(before.map(\.inode) == after.map(\.inode))
    #expect(before.map(\.modified) == after.map(\.modified))
  }

  @Test("writes no more where HEAD's branch does not exist, as when another one is deployed")
  func writesNoMore() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "b"] { try sandbox.write(name, "1") }
    try sandbox.checkout(sandbox.push("first"))
    let before = try sandbox.status("b")?.modified
    try sandbox.write("a", "2")
    let second = try sandbox.push("second")
    try sandbox.repository.set("refs/heads/main", to: nil)

    let count = try sandbox.checkout(second)

    #expect(count == 1)
    #expect(try sandbox.text("a") == "2")
    #expect(try sandbox.status("b")?.modified == before)
  }

  @Test("removes what the commit removed, and counts it")
  func removesCommitRemoved() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "b", "d/c"] { try sandbox.write(name, "1") }
    try sandbox.checkout(sandbox.push("first"))
    try sandbox.remove("b")
    try sandbox.remove("d")

    let count = try sandbox.checkout(sandbox.push("second"))

    #expect(try sandbox.paths() == ["a"])
    #expect(!sandbox.exists("d"))
    #expect(count == 2)
  }

  @Test("counts what is new, changed and removed, each once")
  func countsNewChanged() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "b", "c"] { try sandbox.write(name, "1") }
    try sandbox.checkout(sandbox.push("first"))
    try sandbox.remove("a")
    try sandbox.write("b", "2")
    try sandbox.write("new", "1")

    #expect(try sandbox.checkout(sandbox.push("second")) == 3)
  }

  @Test("of an older commit brings back what it had")
  func olderCommitBrings() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "1")
    try sandbox.write("b", "1")
    let first = try sandbox.push("first")
    try sandbox.remove("b")
    try sandbox.write("c", "1")
    try sandbox.checkout(sandbox.push("second"))

    let count = try sandbox.checkout(first)

    #expect(try sandbox.paths() == ["a", "b"])
    #expect(count == 2)
  }

  @Test("restores what a build changed or removed")
  func restoresBuildChanged() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "b", "run"] { try sandbox.write(name, "1", mode: name == "run" ? 0o755 : 0o644) }
    let commit = try sandbox.push("first")
    try sandbox.checkout(commit)
    try sandbox.leave("a", "changed by a build")
    try Files.remove("\(sandbox.workspace)/b")
    try sandbox.leave("run", "1")

    let count = try sandbox.checkout(commit)

    #expect(try sandbox.text("a") == "1")
    #expect(try sandbox.text("b") == "1")
    #expect(try sandbox.status("run")?.mode == 0o755)
    #expect(count == 3)
  }

  @Test("removes untracked files, but keeps what is ignored, node_modules and .next")
  func removesUntrackedFiles() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "1")
    try sandbox.write(".gitignore", "*.log\n")
    let commit = try sandbox.push("first")
    try sandbox.checkout(commit)
    let kept = [".next/cache/x", "apps/web/node_modules/y", "build.log", "node_modules/a/index.js"]
    for path in kept + ["out/index.html", "src/generated.js"] { try sandbox.leave(path) }

    try sandbox.checkout(commit)

    #expect(try sandbox.paths() == [".gitignore", ".next/cache/x", "a"] + kept.dropFirst())
  }

  @Test("writes files as the commit's .gitattributes say, though their content is the same")
  func attributesChanged() throws {
    let sandbox = try GitSandbox()
    for name in ["a.bat", "x/b.bat"] { try sandbox.write(name, "1\n2\n") }
    try sandbox.checkout(sandbox.push("first"))

    try sandbox.write("x/.gitattributes", "*.bat eol=crlf\n")
    try sandbox.checkout(sandbox.push("second"))
    #expect(try sandbox.text("a.bat") == "1\n2\n")
    #expect(try sandbox.text("x/b.bat") == "1\r\n2\r\n")

    try sandbox.git("mv", "x/.gitattributes", ".gitattributes")
    try sandbox.checkout(sandbox.push("third"))
    #expect(try sandbox.text("a.bat") == "1\r\n2\r\n")

    try sandbox.write("c", "1")
    #expect(try sandbox.checkout(sandbox.push("fourth")) == 1)

    try sandbox.remove(".gitattributes")
    try sandbox.checkout(sandbox.push("fifth"))
    for name in ["a.bat", "x/b.bat"] { #expect(try sandbox.text(name) == "1\n2\n") }
  }

  @Test("into an emptied workspace writes all again")
  func intoEmptiedWorkspace() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "d/b"] { try sandbox.write(name, "1") }
    let commit = try sandbox.push("first")
    try sandbox.checkout(commit)
    try Files.remove(sandbox.workspace)
    try Files.makeDirectory(sandbox.workspace)

    let count = try sandbox.checkout(commit)

    #expect(try sandbox.paths() == ["a", "d/b"])
    #expect(count == 2)
  }
}
