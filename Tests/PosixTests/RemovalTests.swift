import TestKit
import Testing

@testable import Posix

@Suite("Removal")
struct RemovalTests {
  @Test("takes all of a tree, and of its symlinks only themselves", arguments: lookups)
  func takesTreeSymlinks(_ lookup: Directory.Lookup) throws {
    let place = try Place()
    try place.write(["gone/a/b": "1", "gone/c": "2", "kept/d": "3"])
    try Files.link("\(place.top)/gone/dir", to: "../../outside")
    try Files.link("\(place.top)/gone/a/file", to: "../../../outside/file")
    try Files.link("\(place.top)/link", to: "../outside")
    try runProgram(["mkfifo", "\(place.top)/gone/pipe"])
    let top = try Directory(place.top, lookup)

    for name in ["gone", "link", "none", "none/x", "kept/d/x"] { try top.remove(below(name)) }

    #expect(try Files.list(place.top) == ["kept"])
    #expect(try Files.text("\(place.top)/kept/d") == "3")
    #expect(try place.isUntouched)
  }

  @Test("takes names that are not text", arguments: lookups)
  func takesNamesNo(_ lookup: Directory.Lookup) throws {
    let place = try Place()
    let top = try Directory(place.top, lookup)
    for byte in UInt8(1)...255 where byte != UInt8(ascii: "/") {
      let name = try #require(PathBelow([UInt8(ascii: "x"), byte]))
      try top.made(name).create(name).write([byte])
    }
    #expect(try top.entries().count == 254)

    try top.empty()

    #expect(try top.entries().isEmpty)
  }

  @Test("takes a tree that is deeper than any path can be, and than there usually are descriptors", arguments: lookups)
  func takesTreeDeeper(
    _ lookup: Directory.Lookup
  ) throws {
    let place = try Place()
    let top = try Directory(place.top, lookup)
    try Self.dig(3_000, in: top)

    try top.remove(below("directory"))

    #expect(try Files.list(place.top) == [])
  }

  private static func dig(_ levels: Int, in top: borrowing Directory) throws {
    let (name, file) = (try below("directory"), try below("file"))
    var inner = try top.made(name)
    for _ in 1..<levels {
      try inner.create(file).write([])
      let next = try inner.made(name)
      inner = next
    }
  }
}
