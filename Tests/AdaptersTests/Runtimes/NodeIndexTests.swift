@testable import Adapters
import Deploy
import Testing

@Suite("A mirror's list of Node's releases")
struct NodeIndexTests {
  private static let text = """
    [{"version": "v27.0.0", "files": ["linux-x64"], "lts": false},
     {"version": "v26.2.0", "files": ["linux-x64"], "lts": "Lithium"},
     {"version": "v24.19.0", "files": ["osx-arm64-tar"], "lts": "Krypton"},
     {"version": "v24.18.1", "files": ["linux-x64", "src"], "lts": "Krypton"},
     {"version": "v24.9.0", "files": ["linux-x64"], "lts": false},
     {"version": "v22.11.0", "files": ["linux-x64"], "lts": "Jod"},
     {"version": "v99.0.0/../../x", "files": ["linux-x64"], "lts": "Krypton"},
     {"version": "99.0.0", "files": ["linux-x64"]}, {"version": 7}, "v99.0.0", null]
    """

  @Test(
    "names the newest that fits, has a build for the machine, and is meant for servers",
    arguments: [
      (["24"], "24.18.1"), (["24.9"], "24.9.0"), (["lts"], "26.2.0"), (["lts/jod"], "22.11.0"),
      (["lts/lithium"], "26.2.0"),
      (["latest"], "27.0.0"), ([">=20"], "26.2.0"), (["27"], "27.0.0"), ([], "26.2.0"), (["24.19.0"], nil),
      (["99"], nil),
      (["<25", ">=20.9.0"], "24.18.1"), (["18", ">=20.9.0"], nil), (["lts/argon"], nil),
    ] as [([String], String?)])
  func best(requests: [String], version: String?) throws {
    let need = RuntimeNeed(.node, try requests.map { RuntimeWish(try RuntimeRequest($0), source: ".nvmrc") })

    #expect(try NodeIndex(Self.text, from: "here").best(for: need, build: "linux-x64")?.description == version)
  }

  @Test("is refused where it is none", arguments: ["", "<html>", "{}", "[", "null"])
  func none(text: String) {
    #expect(throws: Failure.self) { try NodeIndex(text, from: "here") }
  }

  @Test("comes with checksums as sha256sum prints them")
  func checksums() {
    let sum = String(repeating: "aB", count: 32)
    let list = Checksums("\(sum)  a.tar.gz\n\(sum) *b.tar.gz\r\nshort  c.tar.gz\n\(sum)  d  e\n")

    #expect(list.sum(of: "a.tar.gz") == sum.lowercased())
    #expect(list.sum(of: "b.tar.gz") == sum.lowercased())
    for none in ["c.tar.gz", "d", "e", ""] { #expect(list.sum(of: none) == nil) }
  }
}
