import Deploy
import Git
import Posix
import Testing

@Suite("A checkout of what became something else")
struct KindChangeTests {
  @Test(
    "changes a file's mode, and nothing else of the tree",
    arguments: [(0o644, 0o755), (0o755, 0o644)] as [(UInt32, UInt32)])
  func changesFileMode(_ old: UInt32, _ new: UInt32) throws {
    let sandbox = try GitSandbox()
    try sandbox.write("run", "1", mode: old)
    try sandbox.write("other", "1")
    try sandbox.checkout(sandbox.push("first"))
    try sandbox.write("run", "1", mode: new)

    let count = try sandbox.checkout(sandbox.push("second"))

    #expect(count == 1)
    #expect(try sandbox.status("run")?.mode == new)
  }

  @Test("changes a file's mode and kind")
  func changesFileModeKind() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("run", "1")
    try sandbox.write("becomes-link", "1")
    try sandbox.link("becomes-file", to: "run")
    try sandbox.checkout(sandbox.push("first"))
    try sandbox.write("run", "1", mode: 0o755)
    try sandbox.remove("becomes-link")
    try sandbox.link("becomes-link", to: "run")
    try sandbox.remove("becomes-file")
    try sandbox.write("becomes-file", "2")

    try sandbox.checkout(sandbox.push("second"))

    #expect(try sandbox.status("run")?.mode == 0o755)
    #expect(try Files.linkTarget("\(sandbox.workspace)/becomes-link") == "run")
    #expect(try sandbox.paths() == ["becomes-file", "becomes-link", "run"])
    #expect(try sandbox.status("becomes-file")?.kind == .file)
    #expect(try sandbox.text("run") == "1")
  }

  @Test("puts a file in a directory's place, and the other way round")
  func putsFileDirectory() throws {
    let sandbox = try GitSandbox()
    try sandbox.write("x/a", "1")
    try sandbox.write("y", "1")
    try sandbox.checkout(sandbox.push("first"))
    try sandbox.leave("x/left")
    try sandbox.remove("x")
    try sandbox.remove("y")
    try sandbox.write("x", "2")
    try sandbox.write("y/a", "2")

    try sandbox.checkout(sandbox.push("second"))

    #expect(try sandbox.paths() == ["x", "y/a"])
    #expect(try sandbox.text("x") == "2")
    #expect(try sandbox.text("y/a") == "2")
  }
}
