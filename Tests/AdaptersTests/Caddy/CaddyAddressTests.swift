import Deploy
import Testing

@testable import Adapters

@Suite("Where a configuration has Caddy listen")
struct CaddyAddressTests {
  private static func any(_ port: UInt16) -> CaddyAddress { CaddyAddress(host: nil, port: port) }

  @Test(
    "is read as Caddy writes it",
    arguments: [
      (":8080", [any(8080)]), ("0.0.0.0:80", [any(80)]), ("[::]:80", [any(80)]), ("tcp/:80", [any(80)]),
      ("127.0.0.1:80", [CaddyAddress(host: "127.0.0.1", port: 80)]),
      ("tcp6/[::1]:80", [CaddyAddress(host: "::1", port: 80)]),
      (":8080-8082", [any(8080), any(8081), any(8082)]), ("udp/:443", []), ("unix//run/caddy.sock", []),
      ("unix//run/a:1", []), ("{env.ADDRESS}", []), (":{env.PORT}", []), (":0x50", []), (":99999", []), (":9-8", []),
      ("", []),
    ] as [(String, [CaddyAddress])])
  func read(text: String, addresses: [CaddyAddress]) {
    #expect(CaddyAddress.read(text) == addresses)
  }

  @Test(
    "is what every server says, and port 80 beside that of HTTPS where Caddy redirects",
    arguments: [
      (#"{}"#, []), (#"{"apps": {"tls": {}}}"#, []),
      (
        #"{"apps": {"http": {"servers": {"a": {"listen": [":8080"]}, "b": {"listen": [":8081", ":8082"]}}}}}"#,
        [8080, 8081, 8082]
      ),
      (#"{"apps": {"http": {"servers": {"a": {"listen": [":443"]}}}}}"#, [443, 80]),
      (#"{"apps": {"http": {"servers": {"a": {"listen": [":443"], "automatic_https": {"disable": true}}}}}}"#, [443]),
      (
        #"{"apps": {"http": {"servers": {"a": {"listen": [":443"], "automatic_https": {"disable_redirects": true}}}}}}"#,
        [443]
      ),
      (
        #"{"apps": {"http": {"http_port": 8000, "https_port": 8443, "servers": {"a": {"listen": [":8443"]}}}}}"#,
        [8000, 8443]
      ),
    ] as [(String, Set<UInt16>)])
  func servers(configuration: String, ports: Set<UInt16>) throws {
    let output = "{\"level\": \"warn\", \"msg\": \"not formatted\"}\n\(configuration)\n"

    #expect(CaddyAddress.all(adapted: output) == Set(ports.map(Self.any)))
  }

  @Test(
    "is in the way of who listens there too",
    arguments: [
      (nil, "127.0.0.1", 80, true), (nil, "::1", 80, true), (nil, "0.0.0.0", 81, false), ("10.0.0.1", "::", 80, true),
      ("10.0.0.1", "0.0.0.0", 80, true), ("10.0.0.1", "10.0.0.1", 80, true), ("10.0.0.1", "10.0.0.2", 80, false),
    ] as [(String?, String, UInt16, Bool)])
  func overlaps(host: String?, other: String, port: UInt16, overlaps: Bool) {
    #expect(CaddyAddress(host: host, port: 80).overlaps(ListeningAddress(host: other, port: port)) == overlaps)
  }
}
