import Testing

@testable import Posix

@Suite struct `A path below a directory` {
  @Test(arguments: ["a", "a/b", ".a", "..a", "a..", "...", "a b", "a\nb", "ü/é", ".git"])
  func `is any relative one that leads nowhere else`(_ text: String) throws {
    let path = try #require(PathBelow(text))

    #expect(path.description == text)
    #expect(path.bytes.elementsEqual(text.utf8))
  }

  @Test(arguments: [
    "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/../b", "../a", "a/..", "a\0b", "\0", "//", "a/\0",
  ])
  func `has no part that is empty, leads elsewhere or ends early`(_ text: String) {
    #expect(PathBelow(text) == nil)
    #expect(PathBelow(name: text.utf8) == nil)
  }

  @Test func `need not be text`() throws {
    let path = try #require(PathBelow([0xFF, 0x2F, 0xFE]))

    #expect(path.parts.map { Array($0.bytes) } == [[0xFF], [0xFE]])
    #expect(path != PathBelow([0xFF, 0x2F, 0xFD]))
    #expect(path.description == "\u{FFFD}/\u{FFFD}")
  }

  @Test func `is compared by bytes, not as text`() throws {
    #expect(try below("caf\u{E9}") != below("cafe\u{301}"))
  }

  @Test func `is put together and taken apart`() throws {
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
