@testable import Deploy
import Testing

@Suite("A path inside the app")
struct RelativePathTests {
  @Test(
    "is read without what changes nothing",
    arguments: [
      ("a", "a"), ("a/b", "a/b"), ("./a", "a"), ("a/./b/", "a/b"), ("a//b", "a/b"), (".", ""), ("./", ""),
      ("..a", "..a"),
      ("a/...", "a/..."), ("ä/b c", "ä/b c"),
    ])
  func readWithoutChanges(_ text: String, _ path: String) {
    #expect(RelativePath(text)?.description == path)
  }

  @Test(
    "never leads out",
    arguments: [
      "", "/", "/a", "..", "../a", "a/..", "a/../b", "a/../../b", "./..", "a\nb", "a\0b", "a\u{7f}",
      // To the file system a combining mark is the first letter of the next name, not a part of the slash.
      "../\u{301}a", "/\u{301}a", "a/../\u{301}b",
    ])
  func neverLeadsOut(_ text: String) {
    #expect(RelativePath(text) == nil)
  }

  @Test("is put below a directory, and a file below it")
  func putBelowDirectory() throws {
    let path = try #require(RelativePath("apps/web"))

    #expect(path.below("/workspace") == "/workspace/apps/web")
    #expect(path.file("package.json") == "apps/web/package.json")
    #expect(RelativePath.top.below("/workspace") == "/workspace")
    #expect(RelativePath.top.file("package.json") == "package.json")
  }

  @Test("is checked when it is read from a file, too")
  func checkedWhenRead() throws {
    #expect(throws: Failure.self) { try RelativePath(from: TextDecoder("../a")) }
    #expect(try RelativePath(from: TextDecoder("")) == .top)
  }
}
