import Deploy
import Git
import Posix
import TestKit
import Testing

/// Objects that were written past every check of git's: they are refused where the tree is read.
@Suite("A tree that no git would write")
struct HostileTreeTests {
  @Test("has nothing outside of the workspace written or removed")
  func nothingOutsideWorkspace() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("dir/file", "1")
    let honest = try sandbox.push("honest")
    try Files.makeDirectory("\(sandbox.top)/outside")
    try Files.link("\(sandbox.top)/outside/link", to: "release")

    for tree in HostileTree.all(victim: "../outside/link") {
      let id = try tree.commit(
        in: "\(sandbox.top)/repo.git", beside: ["package.json": "{}"], environment: sandbox.environment)
      let commit = try sandbox.repository.commit(id)
      // Into an empty workspace, and into one that was used.
      try sandbox.empty()
      try check(tree, commit, in: sandbox, before: [])
      try sandbox.checkout(honest)
      try check(tree, commit, in: sandbox, before: ["dir/file"])

      try sandbox.checkout(honest)
      #expect(try sandbox.paths() == ["dir/file"], "\(tree)")
    }
  }

  private func check(_ tree: HostileTree, _ commit: Commit, in sandbox: GitSandbox, before: [String]) throws {
    let outside = try sandbox.outside()

    let result = Result { try sandbox.checkout(commit) }

    #expect(try sandbox.outside() == outside, "\(tree)")
    switch tree.verdict {
    case .refused:
      let failure = #expect(throws: Failure.self, "\(tree)") { try result.get() }
      #expect(failure?.attempt == "reading the pushed files", "\(tree)")
      #expect(try sandbox.paths() == before, "\(tree)")
    case .useless: break
    case .refusedByGit, .harmless:
      #expect(try result.get() > 0, "\(tree)")
      #expect(try sandbox.text("package.json") == "{}", "\(tree)")
      #expect(try sandbox.checkout(commit) == 0, "\(tree)")
    }
  }
}
