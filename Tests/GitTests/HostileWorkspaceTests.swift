import Deploy
import Git
import Posix
import Testing

/// A build runs the app's own code: what it leaves in the workspace may be meant to mislead the next checkout.
@Suite("A checkout is not led out of the workspace")
struct HostileWorkspaceTests {
  private func sandbox() throws -> (GitSandbox, outside: String) {
    let sandbox = try GitSandbox()
    try sandbox.write("dir/file", "1")
    try sandbox.write("other", "1")
    let outside = "\(sandbox.top)/outside"
    try Files.makeDirectory(outside)
    try Files.write("precious", to: "\(outside)/file", durable: false)
    return (sandbox, outside)
  }

  @Test("by a symlink that a build put in a directory's place")
  func symlinkBuildPut() throws {
    let (sandbox, outside) = try sandbox()
    try sandbox.checkout(sandbox.push("first"))
    try Files.remove("\(sandbox.workspace)/dir")
    try Files.link("\(sandbox.workspace)/dir", to: outside)
    try sandbox.write("dir/file", "2")
    try sandbox.write("dir/new", "2")

    try sandbox.checkout(sandbox.push("second"))

    #expect(try Files.list(outside) == ["file"])
    #expect(try Files.text("\(outside)/file") == "precious")
    #expect(try sandbox.status("dir")?.kind == .directory)
    #expect(try sandbox.text("dir/file") == "2")
  }

  @Test("by a symlink where the commit's new directory will be")
  func symlinkCommitNew() throws {
    let (sandbox, outside) = try sandbox()
    try sandbox.checkout(sandbox.push("first"))
    try Files.link("\(sandbox.workspace)/new", to: outside)
    try sandbox.write("new/file", "2")

    try sandbox.checkout(sandbox.push("second"))

    #expect(try Files.text("\(outside)/file") == "precious")
    #expect(try sandbox.text("new/file") == "2")
    #expect(try sandbox.status("new")?.kind == .directory)
  }

  @Test("by a symlink in an ignored directory that the commit now has files in")
  func symlinkIgnoredDirectory() throws {
    let (sandbox, outside) = try sandbox()
    try sandbox.checkout(sandbox.push("first"))
    try Files.link("\(sandbox.workspace)/node_modules", to: outside)
    try sandbox.write("node_modules/file", "2")

    try sandbox.checkout(sandbox.push("second"))

    #expect(try Files.text("\(outside)/file") == "precious")
    #expect(try sandbox.text("node_modules/file") == "2")
  }

  @Test("by a symlink in a file's place")
  func symlinkFilePlace() throws {
    let (sandbox, outside) = try sandbox()
    try sandbox.checkout(sandbox.push("first"))
    try Files.remove("\(sandbox.workspace)/other")
    try Files.link("\(sandbox.workspace)/other", to: "\(outside)/file")
    try sandbox.write("other", "2")

    try sandbox.checkout(sandbox.push("second"))

    #expect(try Files.text("\(outside)/file") == "precious")
    #expect(try sandbox.status("other")?.kind == .file)
    #expect(try sandbox.text("other") == "2")
  }

  @Test("by a symlink below which files are removed")
  func symlinkBelowFiles() throws {
    let (sandbox, outside) = try sandbox()
    try sandbox.checkout(sandbox.push("first"))
    try Files.remove("\(sandbox.workspace)/dir")
    try Files.link("\(sandbox.workspace)/dir", to: outside)
    try sandbox.remove("dir")

    try sandbox.checkout(sandbox.push("second"))

    #expect(try Files.text("\(outside)/file") == "precious")
    #expect(try sandbox.paths() == ["other"])
  }

  @Test("by symlinks in a workspace whose index was lost")
  func symlinksWorkspaceIndex() throws {
    let (sandbox, outside) = try sandbox()
    try Files.link("\(sandbox.workspace)/dir", to: outside)

    try sandbox.checkout(sandbox.push("first"))

    #expect(try Files.text("\(outside)/file") == "precious")
    #expect(try sandbox.text("dir/file") == "1")
  }
}
