import Deploy
import Git
import Testing

private let branch = "refs/heads/main"

@Suite struct `A ref` {
  /// A repository with two commits, whose branch is at the second.
  private func history() throws -> (GitSandbox, CommitID, CommitID) {
    let sandbox = try GitSandbox()
    let first = try sandbox.push("first")
    return (sandbox, first.id, try sandbox.push("second").id)
  }

  @Test func `moves from where it is expected`() throws {
    let (sandbox, first, second) = try history()

    #expect(try sandbox.repository.move(branch, from: second, to: first))
    #expect(try sandbox.git("rev-parse", branch, in: "\(sandbox.top)/repo.git") == first.description)
  }

  @Test func `stays where somebody else has moved it`() throws {
    let (sandbox, first, second) = try history()

    #expect(try !sandbox.repository.move(branch, from: first, to: first))
    #expect(try !sandbox.repository.move(branch, from: first, to: nil))
    #expect(try sandbox.repository.target(of: branch) == second)
  }

  @Test func `is taken away from where it is expected`() throws {
    let (sandbox, _, second) = try history()

    #expect(try sandbox.repository.move(branch, from: second, to: nil))
    #expect(try sandbox.repository.target(of: branch) == nil)
  }

  @Test func `that is gone is not made again by a move`() throws {
    let (sandbox, first, second) = try history()
    try sandbox.repository.set(branch, to: nil)

    #expect(try !sandbox.repository.move(branch, from: second, to: first))
    #expect(try !sandbox.repository.move(branch, from: second, to: nil))
    #expect(try sandbox.repository.target(of: branch) == nil)
  }

  @Test func `is set wherever it was, and taken away though it is not there`() throws {
    let (sandbox, first, second) = try history()
    let ref = "refs/nextdeploy/live"

    try sandbox.repository.set(ref, to: nil)
    try sandbox.repository.set(ref, to: first)
    try sandbox.repository.set(ref, to: second)

    #expect(try sandbox.repository.target(of: ref) == second)
    try sandbox.repository.set(ref, to: nil)
    #expect(try sandbox.repository.target(of: ref) == nil)
  }

  @Test func `packed by git gc is read, moved and taken away like any other`() throws {
    let (sandbox, first, second) = try history()
    try sandbox.git("pack-refs", "--all", in: "\(sandbox.top)/repo.git")

    #expect(try sandbox.repository.target(of: branch) == second)
    #expect(try !sandbox.repository.move(branch, from: first, to: nil))
    #expect(try sandbox.repository.move(branch, from: second, to: first))
    #expect(try sandbox.repository.move(branch, from: first, to: nil))
    #expect(try sandbox.repository.target(of: branch) == nil)
  }

  @Test func `is not set to a commit that is not there`() throws {
    let (sandbox, _, second) = try history()
    let unknown = try CommitID(String(repeating: "ab", count: 20))

    #expect(throws: GitError.self) { try sandbox.repository.set(branch, to: unknown) }
    #expect(try sandbox.repository.target(of: branch) == second)
  }
}

@Suite struct `A fingerprint` {
  @Test func `tells texts apart and is git's own`() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("a", "secret")

    let fingerprint = try sandbox.repository.fingerprint("secret")

    #expect(fingerprint == (try sandbox.git("hash-object", "a")))
    #expect(try sandbox.repository.fingerprint("secret ") != fingerprint)
    #expect(try sandbox.repository.fingerprint("") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
  }
}
