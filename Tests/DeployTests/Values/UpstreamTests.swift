import Deploy
import Testing

@Suite("Where the proxy finds an instance")
struct UpstreamTests {
  @Test("is read as it is written", arguments: ["127.0.0.1:3001", "[::1]:65535"])
  func readWritten3(_ text: String) {
    #expect(Upstream(text)?.description == text)
  }

  @Test(
    "is nothing else",
    arguments: ["", "3001", "127.0.0.1", "127.0.0.1:80", "::1:3001", "[::1]3001", "localhost:3001", "[::1]:3001:"])
  func nothingElse3(_ text: String) {
    #expect(Upstream(text) == nil)
  }

  @Test(
    "depends on the addresses that it listens on",
    arguments: [
      (["127.0.0.1"], .v4), (["0.0.0.0"], .v4), (["::1"], .v6), (["::"], .v6), (["::1", "127.0.0.1"], .v4),
      (["192.168.0.2"], nil), ([], nil),
    ] as [([String], LoopbackAddress?)])
  func dependsAddressesListens(_ hosts: [String], _ expected: LoopbackAddress?) throws {
    let listeners =
      hosts.map { ListeningAddress(host: $0, port: 3001) } + [ListeningAddress(host: "127.0.0.1", port: 9)]

    #expect(LoopbackAddress(reaching: try Port("3001"), at: listeners) == expected)
  }
}
