/// One of this machine's two loopback addresses: "localhost" may mean either.
public enum LoopbackAddress: String, Codable, Sendable, CaseIterable {
  case v4 = "127.0.0.1"
  case v6 = "::1"

  /// The address on which a program that listens there is reached on `port`; nil if it listens on neither.
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

/// Where the proxy reaches an instance, as in "127.0.0.1:3001" or "[::1]:3001".
public struct Upstream: Hashable, Sendable, CustomStringConvertible {
  /// The loopback address on which the instance listens.
  public let address: LoopbackAddress
  /// The instance's own port.
  public let port: Port

  /// Names a place on this machine, on 127.0.0.1 by default.
  public init(_ address: LoopbackAddress = .v4, port: Port) {
    self.address = address
    self.port = port
  }

  /// Reads "127.0.0.1:3001" or "[::1]:3001"; nil if the text is neither.
  public init?(_ text: String) {
    let upstream = LoopbackAddress.allCases.lazy.compactMap { address -> Upstream? in
      let start = address.urlHost + ":"
      guard text.hasPrefix(start), let port = try? Port(String(text.dropFirst(start.count))) else { return nil }
      return Upstream(address, port: port)
    }.first
    guard let upstream else { return nil }
    self = upstream
  }

  /// Address and port as in a URL, an IPv6 address in brackets.
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
