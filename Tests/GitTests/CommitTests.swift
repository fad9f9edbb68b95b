import Deploy
import Git
import Posix
import TestKit
import Testing

@Suite("A commit")
struct CommitTests {
  @Test("is found by its id, a short id, a branch, a tag and its distance")
  func foundIdShort() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "1")
    let first = try sandbox.push("first")
    try sandbox.git("tag", "--annotate", "v1", "--message", "a tag")
    try sandbox.git("push", "--quiet", "\(sandbox.top)/repo.git", "v1")
    let second = try sandbox.push("second\n\nwith a body")

    #expect(try sandbox.repository.commit(first.id.description) == first)
    #expect(try sandbox.repository.commit(first.id.short) == first)
    #expect(try sandbox.repository.commit("main") == second)
    #expect(try sandbox.repository.commit("refs/heads/main") == second)
    #expect(try sandbox.repository.commit("v1") == first)
    #expect(try sandbox.repository.commit("main~1") == first)
    #expect(second.subject == "second")
    #expect(first.tree.description == (try sandbox.git("rev-parse", "\(first.id)^{tree}")))
  }

  /// One repository for all of them: each takes git several processes.
  @Test("of no such name is not found")
  func noSuchName() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "1")
    _ = try sandbox.push("first")
    let names = [
      "", "-x", "--all", ":/first", ":a", "HEAD@{1}", "main@{yesterday}", "main\0", "\0", "main\n", "nothing",
      "deadbeef", "0000000000000000000000000000000000000000", "main:a", "main^{tree}", "main~99", "../main", "ma in",
      "@{-1}", "main..main", "^main",
    ]

    for name in names {
      let error = #expect(throws: Failure.self, "\(name)") { try sandbox.repository.commit(name) }
      #expect(error?.kind == .notFound, "\(name)")
      #expect(error?.attempt.hasPrefix("looking for the commit") == true, "\(name)")
    }
  }

  @Test("of a megabyte's name is not found")
  func megabyteNameNot() throws {
    let sandbox = try GitSandbox()
    let text = String(repeating: "a", count: 1 << 20)

    let error = #expect(throws: Failure.self) { try sandbox.repository.commit(text) }

    #expect((error?.description.count ?? .max) < 200)
  }

  @Test("whose short id fits several asks for more digits")
  func shortIdFits() throws {
    let sandbox = try GitSandbox()
    // git's least is four digits; the ids of these two texts begin with the same.
    for text in ["142", "784"] { try sandbox.write(text, text) }
    _ = try sandbox.push("two blobs whose ids begin alike")

    let error = #expect(throws: Failure.self) { try sandbox.repository.commit("8324") }

    #expect(error?.kind == .notFound)
    #expect(error?.next == "Give more digits.")
  }

  @Test("has a subject without control characters")
  func subjectWithoutControl() throws {
    let sandbox = try GitSandbox()

    let commit = try sandbox.push("red \u{1B}[31mtext\u{7}")

    #expect(commit.subject == "red [31mtext")
  }

  @Test("is not found in a repository that is not there")
  func notFoundRepository() {
    #expect(throws: GitError.self) { try BareRepository(path: "/nowhere").commit("main") }
  }
}

@Suite("A new repository")
struct NewRepositoryTests {
  @Test("is bare, on its branch, and takes rewritten history")
  func bareBranchTakes() throws {
    let sandbox = try GitSandbox()
    let path = "\(sandbox.top)/other.git"

    _ = try BareRepository.create(path: path, branch: BranchName("trunk"))

    #expect(try sandbox.git("rev-parse", "--is-bare-repository", in: path) == "true")
    #expect(try sandbox.git("symbolic-ref", "HEAD", in: path) == "refs/heads/trunk")
    #expect(try sandbox.git("config", "receive.denyNonFastForwards", in: path) == "false")
  }

  @Test("takes no push to nextdeploy's own refs")
  func takesNoPush() throws {
    let sandbox = try GitSandbox()
    let commit = try sandbox.push("first")
    try sandbox.repository.set("refs/nextdeploy/live", to: commit.id)

    #expect(throws: ProgramFailed.self) {
      try sandbox.git("push", "--quiet", "\(sandbox.top)/repo.git", ":refs/nextdeploy/live")
    }
    #expect(throws: ProgramFailed.self) {
      try sandbox.git("push", "--quiet", "\(sandbox.top)/repo.git", "HEAD:refs/nextdeploy/other")
    }
    #expect(try sandbox.repository.target(of: "refs/nextdeploy/live") == commit.id)
  }
}
