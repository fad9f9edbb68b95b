import Testing

@testable import Posix

@Suite("A path below a directory")
struct PathBelowTests {
  @Test(
    "is any relative one that leads nowhere else",
    arguments: ["a", "a/b", ".a", "..a", "a..", "...", "a b", "a\nb", "ü/é", ".git"])
  func anyRelativeLeads(_ text: String) throws {
    let path = try #require(PathBelow(text))

    #expect(path.description == text)
    #expect(path.bytes.elementsEqual(text.utf8))
  }

  @Test(
    "has no part that is empty, leads elsewhere or ends early",
    arguments: [
      "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/../b", "../a", "a/..", "a\0b", "\0", "//", "a/\0",
    ])
  func noPartEmpty(_ text: String) {
    #expect(PathBelow(text) == nil)
    #expect(PathBelow(name: text.utf8) == nil)
  }

  @Test("need not be text")
  func needNotText() throws {
    let path = try #require(PathBelow([0xFF, 0x2F, 0xFE]))

    #expect(path.parts.map { Array($0.bytes) } == [[0xFF], [0xFE]])
    #expect(path != PathBelow([0xFF, 0x2F, 0xFD]))
    #expect(path.description == "\u{FFFD}/\u{FFFD}")
  }

  @Test("is compared by bytes, not as text")
  func comparedBytesNot() throws {
    #expect(try below("caf\u{E9}") != below("cafe\u{301}"))
  }

  @Test("is put together and taken apart")
  func putTogetherTaken() throws {
    let path = try below("a/b/c")

    #expect(path.name == (try below("c")))
    #expect(path.parent == (try below("a/b")))
    #expect(try below("a").parent == .top)
    #expect(try below("a").appending(below("b/c")) == path)
    #expect(PathBelow.top.appending(path) == path)
    #expect(path.appending(.top) == path)
    #expect(PathBelow("") == .top)
    #expect(PathBelow(name: "a/b".utf8) == nil)
  }
}
