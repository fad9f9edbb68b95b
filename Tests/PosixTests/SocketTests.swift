import Posix
import Testing

@Suite("A connection")
struct SocketTests {
  /// The kernel may give it the port that it goes to as its own, where that is one of those of outgoing connections and
  /// nobody listens: it would be connected to itself, and keep the app from its port.
  @Test("to a port that nobody listens on is never one to itself")
  func portNobodyListens() throws {
    // The kernel prefers even ports for these.
    let ports = stride(from: UInt16(40_000), to: 60_000, by: 2)
    let port = try #require(ports.first { Socket.isFree($0) })
    var connections = 0
    for _ in 0..<10_000 {
      do { _ = try Socket(connectingTo: port, within: .seconds(1)) } catch { continue }
      connections += 1
    }

    #expect(connections == 0)
  }
}
