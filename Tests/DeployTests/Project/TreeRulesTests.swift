@testable import Deploy
import Testing

@Suite("A pushed tree")
struct TreeRulesTests {
  private func failure(_ entries: [(String, String, TreeEntry.Kind)]) throws -> Failure? {
    var tree = try MemoryTree(["package.json": "{}"])
    for (path, text, kind) in entries { try tree.add(path, text, kind) }
    do { try TreeRules.check(tree) } catch let failure as Failure { return failure }
    return nil
  }

  @Test(
    "may hold symlinks that stay inside",
    arguments: [
      ("a", "b"), ("a", "b/c"), ("d/a", "../b"), ("d/e/a", "../../b"), ("a", "./b"), ("d/a", "."), ("d/a", ".."),
      ("a", "x/../b"), ("a", "..b"), ("a", "a"),
    ])
  func mayHoldSymlinks(_ path: String, _ target: String) throws {
    #expect(try failure([(path, target, .link)]) == nil)
  }

  @Test(
    "holds no symlink that leaves it",
    arguments: [
      ("a", ".."), ("a", "../b"), ("d/a", "../../b"), ("a", "/etc/passwd"), ("a", "/"), ("a", "b/../../c"),
      ("d/a", "../x/../../b"), ("a", "../\u{301}b"), ("a", "/\u{301}b"), ("a", "b//../..//c"),
    ])
  func holdsNoSymlink(_ path: String, _ target: String) throws {
    let failure = try failure([(path, target, .link)])

    #expect(failure?.cause == "the symlink \(path) points out of the repository, to \(target.quoted)")
  }

  @Test("holds no symlink that no system can make", arguments: ["", "a\0b", String(repeating: "a/", count: 2_048)])
  func holdsNoSymlinkNo(_ target: String) throws {
    #expect(try failure([("a", target, .link)])?.cause == "where the symlink a points is no path")
  }

  @Test("holds no settings file that is too large to be read")
  func holdsNoSettings() throws {
    let tree = try MemoryTree(["package.json": String(repeating: " ", count: SettingsFile.limit + 1)])

    let failure = #expect(throws: Failure.self) { try tree.text("package.json") }

    #expect(failure?.description.hasPrefix("reading package.json: it has more than 16 MB") == true)
  }

  @Test("holds no symlink that leaves it by way of another")
  func holdsNoSymlinkLeaves() throws {
    // "s/.." is above the top, for s is the top itself.
    #expect(try failure([("s", ".", .link), ("x", "s/../other", .link)]) != nil)
    #expect(try failure([("d/e/s", "../..", .link), ("x", "d/e/s/../y", .link)]) != nil)
    #expect(try failure([("s", "d", .link), ("x", "s/../y", .link)]) == nil)
  }

  @Test("may hold symlinks that lead nowhere, for they do not leave it")
  func mayHoldSymlinksLead() throws {
    #expect(try failure([("a", "b", .link), ("b", "a", .link), ("c", "a/../..", .link)]) == nil)
  }

  @Test("holds no submodule")
  func holdsNoSubmodule() throws {
    let failure = try failure([("vendor/lib", "", .submodule)])

    #expect(failure?.cause == "vendor/lib is a git submodule, whose files a push does not carry")
  }

  @Test("holds no Git LFS pointer", arguments: [TreeEntry.Kind.file, .executable])
  func holdsNoGit(_ kind: TreeEntry.Kind) throws {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"

    let failure = try failure([
      ("public/.gitattributes", "*.png filter=lfs diff=lfs merge=lfs -text\n", .file), ("public/a.png", pointer, kind),
    ])

    #expect(failure?.cause == "public/a.png is a Git LFS pointer: the file itself is not in the push")
  }

  @Test("may hold text about Git LFS where LFS is not used")
  func mayHoldText() throws {
    #expect(try failure([("notes", "version https://git-lfs.github.com/spec/v1\n", .file)]) == nil)
  }
}
