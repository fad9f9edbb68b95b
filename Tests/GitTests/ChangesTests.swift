import Deploy
import Git
import Testing

@Suite("The number of changes")
struct ChangesTests {
  @Test("from nothing is that of all files")
  func nothingFiles3() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "d/b"] { try sandbox.write(name, "1") }
    let commit = try sandbox.push("first")

    #expect(try sandbox.repository.changes(from: nil, to: commit) == 2)
  }

  @Test("between commits counts what was added, changed and removed")
  func betweenCommitsCounts() throws {
    let sandbox = try GitSandbox()
    for name in ["a", "b", "c"] { try sandbox.write(name, "1") }
    let first = try sandbox.push("first")
    try sandbox.write("a", "2")
    try sandbox.remove("b")
    try sandbox.write("d", "2")
    let second = try sandbox.push("second")

    #expect(try sandbox.repository.changes(from: first.id, to: second) == 3)
    #expect(try sandbox.repository.changes(from: second.id, to: second) == 0)
  }
}
