@testable import Deploy
import Testing

@Suite("A version")
struct VersionTests {
  @Test(
    "has three numbers, of which the last may be left out",
    arguments: [
      ("20.9.0", [20, 9, 0]), ("v20.9.0", [20, 9, 0]), ("20.9", [20, 9, 0]), ("20", [20, 0, 0]),
      ("16.0.0-canary.1", [16, 0, 0]), ("1.2.3+build.4", [1, 2, 3]),
    ])
  func threeNumbersLast(_ text: String, _ numbers: [Int]) throws {
    let version = try #require(Version(text))

    #expect([version.major, version.minor, version.patch] == numbers)
  }

  @Test(
    "is nothing else",
    arguments: hostile + [
      "latest", "1.2.3.4", "1..2", "1.", ".1", "-1", "1.-2", "+1", "1.+2", "1.x", "0x1", "1 .2", "vv1",
      "99999999999999999999", "9223372036854775807",
    ])
  func nothingElse3(_ text: String) {
    #expect(Version(text) == nil)
  }

  @Test("is ordered by its numbers, not by its letters")
  func orderedNumbersNot() throws {
    let versions = ["10.0.0", "9.9.9", "9.10.0", "9.9.10"].compactMap { Version($0) }

    #expect(versions.sorted().map(\.description) == ["9.9.9", "9.9.10", "9.10.0", "10.0.0"])
  }
}

@Suite("A range of versions")
struct RangeVersionsTests {
  @Test(
    "holds the versions that npm's does",
    arguments: [
      ("^18.18.0 || ^19.8.0 || >= 20.0.0", "18.18.0 18.99.0 19.8.1 20.0.0 22.1.0", "18.17.9 19.7.9 17.0.0"),
      (">=20.9.0", "20.9.0 20.10.0 21.0.0", "20.8.9 18.0.0"), (">= 20.9.0", "20.9.0", "20.8.9"),
      (">20", "21.0.0", "20.0.0 20.99.0"), (">20.1", "20.2.0", "20.1.9"), (">20.1.1", "20.1.2", "20.1.1"),
      ("<20", "19.9.9", "20.0.0"), ("<=20", "20.99.0 19.0.0", "21.0.0"), ("<=20.1.1", "20.1.1", "20.1.2"),
      ("20.x", "20.0.0 20.9.9", "19.9.9 21.0.0"), ("20", "20.0.0 20.9.9", "19.9.9 21.0.0"),
      ("20.1", "20.1.0 20.1.9", "20.0.9 20.2.0"), ("20.1.*", "20.1.9", "20.2.0"), ("20.1.2", "20.1.2", "20.1.3 20.1.1"),
      ("=20.1.2", "20.1.2", "20.1.3"), ("v20.1.2", "20.1.2", "20.1.3"),
      ("~1.2", "1.2.0 1.2.9", "1.1.9 1.3.0"), ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"), ("~1", "1.0.0 1.9.0", "2.0.0"),
      ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"), ("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0"),
      ("^0.0.3", "0.0.3", "0.0.2 0.0.4"), ("^0.0", "0.0.0 0.0.9", "0.1.0"), ("^0", "0.0.0 0.9.0", "1.0.0"),
      ("^1.x", "1.0.0 1.9.9", "2.0.0"), ("1.2 - 2.3", "1.2.0 2.3.9", "1.1.9 2.4.0"),
      ("1.2.3 - 2.3.4", "1.2.3 2.3.4", "1.2.2 2.3.5"), (">=18 <21", "18.0.0 20.9.9", "17.9.9 21.0.0"),
      (">= 18 < 21 || 22", "20.0.0 22.9.0", "21.0.0 23.0.0"), ("*", "0.0.0 99.0.0", ""), ("", "1.0.0", ""),
      ("x", "1.0.0", ""), ("9007199254740991", "9007199254740991.0.0", "1.0.0"),
    ])
  func holdsVersionsNpm(_ text: String, _ inside: String, _ outside: String) throws {
    let range = try #require(VersionRange(text))
    let versions = { (list: String) in list.split(separator: " ").compactMap { Version($0) } }

    #expect(versions(inside).filter { !range.contains($0) } == [])
    #expect(versions(outside).filter { range.contains($0) } == [])
  }

  @Test(
    "is nothing that npm reads differently",
    arguments: [
      "latest", "lts/*", "git+https://example.com/a.git", "workspace:*", ">=", "^", "1.2.3.4", "file:../a", "1 || next",
      "^9223372036854775807.0.0", "9223372036854775807", "~1.9223372036854775807",
    ])
  func nothingNpmReads(_ text: String) {
    #expect(VersionRange(text) == nil)
  }
}
