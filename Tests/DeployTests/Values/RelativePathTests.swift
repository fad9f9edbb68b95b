@testable import Deploy
import Testing

@Suite struct `A path inside the app` {
  @Test(arguments: [
    ("a", "a"), ("a/b", "a/b"), ("./a", "a"), ("a/./b/", "a/b"), ("a//b", "a/b"), (".", ""), ("./", ""), ("..a", "..a"),
    ("a/...", "a/..."), ("ä/b c", "ä/b c"),
  ])
  func `is read without what changes nothing`(_ text: String, _ path: String) {
    #expect(RelativePath(text)?.description == path)
  }

  @Test(arguments: [
    "", "/", "/a", "..", "../a", "a/..", "a/../b", "a/../../b", "./..", "a\nb", "a\0b", "a\u{7f}",
    // To the file system a combining mark is the first letter of the next name, not a part of the slash.
    "../\u{301}a", "/\u{301}a", "a/../\u{301}b",
  ])
  func `never leads out`(_ text: String) {
    #expect(RelativePath(text) == nil)
  }

  @Test func `is put below a directory, and a file below it`() throws {
    let path = try #require(RelativePath("apps/web"))

    #expect(path.below("/workspace") == "/workspace/apps/web")
    #expect(path.file("package.json") == "apps/web/package.json")
    #expect(RelativePath.top.below("/workspace") == "/workspace")
    #expect(RelativePath.top.file("package.json") == "package.json")
  }

  @Test func `is checked when it is read from a file, too`() throws {
    #expect(throws: Failure.self) { try RelativePath(from: TextDecoder("../a")) }
    #expect(try RelativePath(from: TextDecoder("")) == .top)
  }
}
