import Deploy
import Git
import Posix
import TestKit
import Testing

@Suite("A commit's size")
struct TreeLimitTests {
  private func commit(_ tree: HostileTree, _ sandbox: GitSandbox) throws -> Commit {
    let id = try tree.commit(in: "\(sandbox.top)/repo.git", beside: ["a": "a"], environment: sandbox.environment)
    return try sandbox.repository.commit(id)
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do { try body() } catch let failure as Failure { return failure.cause } catch { return "\(error)" }
    return ""
  }

  @Test(
    "is counted before anything of it is read, however often an object is in it",
    arguments: [(10, 10), (60, 2), (3, 1_000)])
  func countedBeforeAnything(_ shape: (Int, Int)) throws {
    let sandbox = try GitSandbox()
    let bomb = try commit(.bomb(levels: shape.0, width: shape.1), sandbox)
    let start = ContinuousClock.now

    #expect(refusal { _ = try sandbox.repository.tree(of: bomb) }.contains("more than 500000 files and directories"))
    #expect(refusal { try sandbox.checkout(bomb) }.contains("more than 500000 files and directories"))

    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(!sandbox.exists("a"))
  }

  @Test("may be what the limit says, and no more")
  func mayLimitSays() throws {
    let sandbox = try GitSandbox()
    // With "a" and "bomb" beside them.
    let tree = try commit(.bomb(levels: 3, width: 7), sandbox)
    let count = 2 + 7 + 49 + 343
    var limits = PushLimits()

    limits.entries = count
    let enough = limits
    #expect(try BareRepository(path: sandbox.repository.path, limits: { enough }).tree(of: tree).entries.count == 344)
    limits.entries = count - 1
    let few = limits
    #expect(throws: Failure.self) { try BareRepository(path: sandbox.repository.path, limits: { few }).tree(of: tree) }
  }

  @Test("in depth is what a system takes")
  func depthSystemTakes() throws {
    let sandbox = try GitSandbox()
    let deep = try commit(.bomb(levels: 3_000, width: 1), sandbox)

    #expect(refusal { _ = try sandbox.repository.tree(of: deep) }.contains("longer than a system takes"))
  }

  @Test("in a large file is written as it is, with its mode", arguments: [false, true])
  func largeFileWritten(isFiltered: Bool) throws {
    let sandbox = try GitSandbox()
    let line = String(repeating: "x", count: 1_023) + "\n"
    try sandbox.write("large.txt", String(repeating: line, count: 17 << 10), mode: 0o755)
    try sandbox.write("other", "other")
    if isFiltered { try sandbox.write(".gitattributes", "*.txt text eol=crlf\n") }
    let commit = try sandbox.push("large")

    try sandbox.checkout(commit)

    let status = try #require(try sandbox.status("large.txt"))
    #expect(status.size == (1_024 + (isFiltered ? 1 : 0)) * 17 << 10)
    #expect(status.mode & 0o111 == 0o111)
    #expect(
      try sandbox.text("large.txt") == String(repeating: isFiltered ? line.dropLast() + "\r\n" : line, count: 17 << 10))
    #expect(try sandbox.checkout(commit) == 0)
  }

  @Test("in a large file is the commit's own, though a ref puts another in its place")
  func replaced() throws {
    let sandbox = try GitSandbox()
    let text = String(repeating: "x", count: 17 << 20)
    try sandbox.write("large.txt", text)
    let commit = try sandbox.push("large")
    try sandbox.write("other.txt", text + text)
    let other = try sandbox.git("hash-object", "-w", "other.txt")
    try sandbox.git("replace", "HEAD:large.txt", other)
    try sandbox.git("push", "--quiet", "\(sandbox.top)/repo.git", "refs/replace/*:refs/replace/*")

    try sandbox.checkout(commit)

    #expect(try sandbox.status("large.txt")?.size == text.utf8.count)
  }
}
