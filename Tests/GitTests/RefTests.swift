import Deploy
import Git
import Testing

private let branch = "refs/heads/main"

@Suite("A ref")
struct RefTests {
  /// A repository with two commits, whose branch is at the second.
  private func history() throws -> (GitSandbox, CommitID, CommitID) {
    let sandbox = try GitSandbox()
    let first = try sandbox.push("first")
    return (sandbox, first.id, try sandbox.push("second").id)
  }

  @Test("moves from where it is expected")
  func movesExpected3() throws {
    let (sandbox, first, second) = try history()

    #expect(try sandbox.repository.move(branch, from: second, to: first))
    #expect(try sandbox.git("rev-parse", branch, in: "\(sandbox.top)/repo.git") == first.description)
  }

  @Test("stays where somebody else has moved it")
  func staysSomebodyElse() throws {
    let (sandbox, first, second) = try history()

    #expect(try !sandbox.repository.move(branch, from: first, to: first))
    #expect(try !sandbox.repository.move(branch, from: first, to: nil))
    #expect(try sandbox.repository.target(of: branch) == second)
  }

  @Test("is taken away from where it is expected")
  func takenAwayExpected() throws {
    let (sandbox, _, second) = try history()

    #expect(try sandbox.repository.move(branch, from: second, to: nil))
    #expect(try sandbox.repository.target(of: branch) == nil)
  }

  @Test("that is gone is not made again by a move")
  func goneNotMade() throws {
    let (sandbox, first, second) = try history()
    try sandbox.repository.set(branch, to: nil)

    #expect(try !sandbox.repository.move(branch, from: second, to: first))
    #expect(try !sandbox.repository.move(branch, from: second, to: nil))
    #expect(try sandbox.repository.target(of: branch) == nil)
  }

  @Test("is set wherever it was, and taken away though it is not there")
  func setWhereverTaken() throws {
    let (sandbox, first, second) = try history()
    let ref = "refs/nextdeploy/live"

    try sandbox.repository.set(ref, to: nil)
    try sandbox.repository.set(ref, to: first)
    try sandbox.repository.set(ref, to: second)

    #expect(try sandbox.repository.target(of: ref) == second)
    try sandbox.repository.set(ref, to: nil)
    #expect(try sandbox.repository.target(of: ref) == nil)
  }

  @Test("packed by git gc is read, moved and taken away like any other")
  func packedGitGc() throws {
    let (sandbox, first, second) = try history()
    try sandbox.git("pack-refs", "--all", in: "\(sandbox.top)/repo.git")

    #expect(try sandbox.repository.target(of: branch) == second)
    #expect(try !sandbox.repository.move(branch, from: first, to: nil))
    #expect(try sandbox.repository.move(branch, from: second, to: first))
    #expect(try sandbox.repository.move(branch, from: first, to: nil))
    #expect(try sandbox.repository.target(of: branch) == nil)
  }

  @Test("is not set to a commit that is not there")
  func notSetCommit() throws {
    let (sandbox, _, second) = try history()
    let unknown = try CommitID(String(repeating: "ab", count: 20))

    #expect(throws: GitError.self) { try sandbox.repository.set(branch, to: unknown) }
    #expect(try sandbox.repository.target(of: branch) == second)
  }
}

@Suite("A fingerprint")
struct FingerprintTests {
  @Test("tells texts apart and is git's own")
  func tellsTextsApart() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "secret")

    let fingerprint = try sandbox.repository.fingerprint("secret")

    #expect(fingerprint == (try sandbox.git("hash-object", "a")))
    #expect(try sandbox.repository.fingerprint("secret ") != fingerprint)
    #expect(try sandbox.repository.fingerprint("") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
  }
}
