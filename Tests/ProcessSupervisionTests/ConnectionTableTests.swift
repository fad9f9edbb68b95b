import Deploy
import Posix
import TestKit
import Testing

@testable import ProcessSupervision

@Suite("The kernel's table of connections")
struct ConnectionTableTests {
  /// A line of /proc/net/tcp with this local address and state.
  private static func line(_ address: String, state: String = "0A") -> Substring {
    """
       0: \(address) 00000000:0000 \(state) 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000 100 0 0 10 0
    """
  }

  @Test(
    "names a socket's address and port",
    arguments: [
      ("0100007F:0BB9", "127.0.0.1", 3001),
      ("00000000:0050", "0.0.0.0", 80),
      ("0200A8C0:FFFF", "192.168.0.2", 65_535),
      ("00000000000000000000000000000000:0BB9", "::", 3001),
      ("00000000000000000000000001000000:0BB9", "::1", 3001),
      ("0000000000000000FFFF00000100007F:0BB9", "127.0.0.1", 3001),
      ("B80D0120000000000000000002000000:0BB9", "2001:db8:0:0:0:0:0:2", 3001),
    ] as [(String, String, UInt16)])
  func address(field: String, host: String, port: UInt16) throws {
    let entry = try #require(ConnectionTable.parse(Self.line(field)))

    #expect(entry == ConnectionTable.Entry(host: host, port: port, state: 10, inode: "4711"))
  }

  @Test("names the user of a socket")
  func user() {
    #expect(ConnectionTable.user(of: Self.line("0100007F:0BB9")) == 1000)
    #expect(ConnectionTable.user(of: "no such line") == nil)
  }

  @Test("tells a listening socket from a connection", arguments: [("0A", 10), ("01", 1), ("06", 6)])
  func state(field: String, state: UInt8) throws {
    let entry = try #require(ConnectionTable.parse(Self.line("0100007F:0BB9", state: field)))

    #expect(entry.state == state)
  }

  @Test(
    "passes over a line that it does not understand",
    arguments: [
      "", "  sl  local_address rem_address   st", "0: 0100007F:0BB9 00000000:0000 0A", String(line("0100007F")),
      String(line("0100007F:XYZ")), String(line("0100007F:12345")), String(line("0100007F:0BB9:1")),
      String(line("0100007X:0BB9")), String(line("7F:0BB9")), String(line("0100007F0100007F:0BB9")),
      String(line("0100007F:0BB9", state: "ZZ")),
    ])
  func malformed(line: String) {
    #expect(ConnectionTable.parse(Substring(line)) == nil)
  }

  @Test("finds where the processes of a group listen")
  func real() async throws {
    try await Scratch.run { scratch in
      try await NodeServer.run(scratch, "const server = require('net').createServer(() => {})") { server in
        let expected = ListeningAddress(host: "127.0.0.1", port: server.port.number)
        #expect(ConnectionTable.listeners(ofGroup: server.process) == [expected])
      }
    }
  }

  @Test(
    "counts what is connected to a port, as the table lists it and as the kernel counts",
    arguments: ["127.0.0.1", "::"])
  func connected(host: String) async throws {
    try await Scratch.run { scratch in
      try await NodeServer.run(
        scratch, "const server = require('net').createServer(() => {})", listen: "0, '\(host)'"
      ) { server in
        let port = server.port.number
        #expect([ConnectionTable.listed(on: port), ConnectionTable.established(on: port)] == [0, 0])
        let connections = try [Connection(to: server.port), Connection(to: server.port)]
        try wait(until: "the connections") {
          ConnectionTable.listed(on: port) == 2 && ConnectionTable.established(on: port) == 2
        }
        connections[0].close()
        try wait(until: "one's end") {
          ConnectionTable.listed(on: port) == 1 && ConnectionTable.established(on: port) == 1
        }
        connections[1].close()
      }
    }
  }

  @Test(
    "finds who listens on a port, on whichever address, as the kernel tells and as the table lists",
    arguments: ["127.0.0.1", "0.0.0.0", "::", "::1"])
  func port(host: String) async throws {
    try await Scratch.run { scratch in
      try await NodeServer.run(
        scratch, "const server = require('net').createServer(() => {})", listen: "0, '\(host)'"
      ) { server in
        let port = server.port.number
        #expect(ConnectionTable.listeners(on: [port]).map(\.address) == [ListeningAddress(host: host, port: port)])
        let told = try #require(ConnectionTable.told()).filter { $0.address.port == port }
        #expect(told == ConnectionTable.listed().filter { $0.address.port == port } && told.count == 1)
      }
      #expect(ConnectionTable.listeners(on: [scratch.ports.first]) == [])
    }
  }

  @Test("knows no listener of a group that is not there")
  func nobody() {
    #expect(ConnectionTable.listeners(ofGroup: Int32.max) == [])
  }
}
