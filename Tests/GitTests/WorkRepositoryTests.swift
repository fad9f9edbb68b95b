import Deploy
import Git
import Posix
import Testing

@Suite("A developer's repository")
struct WorkRepositoryTests {
  @Test("is found from any directory in it, with the files that a commit of everything would hold")
  func files() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("kept", "1")
    try sandbox.write("gone", "1")
    try sandbox.write("deep/down/changed", "1")
    try sandbox.write(".gitignore", "ignored\n")
    try sandbox.git("add", "--all")
    try sandbox.git("commit", "--quiet", "--message", "A commit")
    try sandbox.remove("gone")
    try sandbox.write("deep/down/changed", "2")
    try sandbox.write("deep/new/file", "3")
    try sandbox.write("ignored", "4")

    let repository = try WorkRepository(containing: "\(sandbox.top)/work/deep/down")
    let tree = try repository.files()

    #expect(repository.directory == "\(sandbox.top)/work")
    #expect(tree.entries.keys.sorted() == [".gitignore", "deep/down/changed", "deep/new/file", "kept"])
    #expect(try tree.text("deep/down/changed") == "2")
    #expect(try tree.text("ignored") == nil)
  }

  @Test("tells its branch, also before the first commit, and where its remotes push to")
  func refs() throws {
    let sandbox = try GitSandbox()
    let repository = try WorkRepository(containing: "\(sandbox.top)/work")

    #expect(try repository.branch() == BranchName("main"))
    #expect(try repository.address(ofRemote: "production") == nil)
    try repository.addRemote("production", "nextdeploy@host:shop")
    #expect(try repository.address(ofRemote: "production") == "nextdeploy@host:shop")
    #expect(throws: GitError.self) { try repository.addRemote("production", "nextdeploy@other:shop") }
    try sandbox.git("remote", "set-url", "--push", "production", "nextdeploy@elsewhere:shop")
    #expect(try repository.address(ofRemote: "production") == "nextdeploy@elsewhere:shop")
    try sandbox.git("commit", "--quiet", "--allow-empty", "--message", "A commit")
    try sandbox.git("checkout", "--quiet", "--detach")
    #expect(try repository.branch() == nil)
  }

  @Test("is neither a bare one nor a directory outside of any")
  func none() throws {
    let sandbox = try GitSandbox()

    #expect(throws: Failure.self) { try WorkRepository(containing: sandbox.repository.path) }
    #expect(throws: Failure.self) { try WorkRepository(containing: sandbox.top) }
  }
}
