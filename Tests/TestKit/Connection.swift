public import Deploy
import Posix
import Testing

/// A connection that a test holds.
public final class Connection {
  private var socket: Socket?

  /// Connects to a server on 127.0.0.1.
  public init(to port: Port) throws { socket = try Socket(connectingTo: port.number, within: .seconds(60)) }

  /// Sends a text.
  public func send(_ text: String) throws { try socket?.write(text) }

  /// All that comes up to and with a text.
  public func receive(_ text: String) throws -> String {
    var all = ""
    while !all.contains(text) {
      let bytes = try #require(try socket?.read(upTo: 4096, within: .seconds(60)), "no \(text) came")
      try #require(!bytes.isEmpty, "the connection ended after '\(all)'")
      all += String(decoding: bytes, as: UTF8.self)
    }
    return all
  }

  /// All that still comes, up to the end that the other side makes.
  public func receiveRest() throws -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = try #require(try socket?.read(upTo: 4096, within: .seconds(60)), "the connection does not end")
      if bytes.isEmpty { return all }
      all += bytes
    }
  }

  /// Ends it from this side.
  public func close() { socket = nil }

  /// Whether the other side ends it.
  public func isEnded() -> Bool {
    (try? socket?.read(upTo: 4096, within: .seconds(60))?.isEmpty) ?? true
  }
}
