import SSHAccess
import Testing

@Suite("The server's address")
struct ServerAddressTests {
  @Test(
    "is the one that the client of an ssh connection found it at",
    arguments: [
      ("203.0.113.9 50022 192.0.2.1 22", "192.0.2.1", "192.0.2.1"),
      ("2001:db8::9 50022 2001:db8::1 2222", "2001:db8::1", "[2001:db8::1]"),
    ])
  func known(connection: String, address: String, inURL: String) throws {
    let found = try #require(ServerAddress(sshConnection: connection))

    #expect(found.description == address)
    #expect(found.inURL == inURL)
    #expect(!found.isLoopback)
  }

  @Test(
    "is loopback where the client is on the server itself",
    arguments: ["127.0.0.1 50022 127.0.0.1 22", "::1 50022 ::1 22"])
  func loopback(connection: String) throws {
    #expect(try #require(ServerAddress(sshConnection: connection)).isLoopback)
  }

  @Test(
    "is not known without a connection",
    arguments: [
      nil, "", "203.0.113.9 50022", "UNKNOWN 65535 UNKNOWN 65535", "203.0.113.9 50022 192.0.2.1 99999",
      "fe80::9%eth0 50022 fe80::1%eth0 22", "a b c$(id) d", "a b  d", "a b 192.0.2.1\n 22",
    ])
  func unknown(connection: String?) {
    #expect(ServerAddress(sshConnection: connection) == nil)
  }
}
