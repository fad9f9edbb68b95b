/// Asks an instance for one page.
public protocol Probe {
  /// - Parameters:
  ///   - host: what the request's Host header says.
  ///   - limit: seconds that the answer may take.
  func ask(port: Port, path: String, host: String, within limit: Double) -> ProbeAnswer

  /// Where the processes of an instance listen, to tell a wrong address from none.
  func listeners(of process: Int32) -> [ListeningAddress]

  /// Where anybody listens on a port.
  func listeners(on port: Port) -> [ListeningAddress]
}

public enum ProbeAnswer: Equatable, Sendable {
  case status(Int)
  /// Nothing listens on the port.
  case refused
  /// It took the connection and gave no answer in time.
  case silent
  /// It answered something that is not HTTP, or closed the connection.
  case broken(String)
}

public struct ListeningAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let host: String
  public let port: UInt16

  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Whether nobody outside of the machine can reach it.
  public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  public static func < (left: ListeningAddress, right: ListeningAddress) -> Bool {
    left.description < right.description
  }
}
