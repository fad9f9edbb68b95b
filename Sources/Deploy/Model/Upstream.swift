/// This machine's loopback address, of which there are two: "localhost" is the one or the other.
public enum LoopbackAddress: String, Codable, Sendable, CaseIterable {
  case v4 = "127.0.0.1"
  case v6 = "::1"

  /// The one through which a program on `port` that listens on these addresses is reached; nil where it is on neither.
  public init?(reaching port: Port, at listeners: [ListeningAddress]) {
    let hosts = Set(listeners.filter { $0.port == port.number }.map(\.host))
    if !hosts.isDisjoint(with: ["127.0.0.1", "0.0.0.0"]) {
      self = .v4
    } else if !hosts.isDisjoint(with: ["::1", "::"]) {
      self = .v6
    } else {
      return nil
    }
  }
}

/// Where the proxy finds an instance, as in "127.0.0.1:3001" or "[::1]:3001".
public struct Upstream: Hashable, Sendable, CustomStringConvertible {
  public let address: LoopbackAddress
  public let port: Port

  public init(_ address: LoopbackAddress = .v4, port: Port) {
    self.address = address
    self.port = port
  }

  /// Nil where the text is no such place.
  public init?(_ text: String) {
    let upstream = LoopbackAddress.allCases.lazy.compactMap { address -> Upstream? in
      let start = address.urlHost + ":"
      guard text.hasPrefix(start), let port = try? Port(String(text.dropFirst(start.count))) else { return nil }
      return Upstream(address, port: port)
    }.first
    guard let upstream else { return nil }
    self = upstream
  }

  public var description: String { "\(address.urlHost):\(port)" }
}

extension LoopbackAddress {
  fileprivate var urlHost: String {
    switch self {
    case .v4: rawValue
    case .v6: "[\(rawValue)]"
    }
  }
}
