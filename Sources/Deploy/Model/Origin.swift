/// Where a site is reached: what all its URLs begin with (RFC 6454).
public struct Origin: Hashable, Sendable, CustomStringConvertible {
  /// How visitors speak to it.
  public enum Scheme: String, Sendable {
    case http, https

    /// The port that a URL of this scheme need not name.
    public var defaultPort: UInt16 {
      switch self {
      case .http: 80
      case .https: 443
      }
    }
  }

  public let scheme: Scheme
  /// A name or an address as it stands in a URL: lowercase, an IPv6 address in brackets.
  public let host: String
  public let port: UInt16

  /// The scheme's own port is meant where none is given.
  public init(_ scheme: Scheme, host: String, port: UInt16? = nil) {
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port ?? scheme.defaultPort
  }

  /// Host and port as a browser's Host header says them: "shop.example.com", "localhost:8080".
  public var authority: String { port == scheme.defaultPort ? host : "\(host):\(port)" }

  public var description: String { "\(scheme.rawValue)://\(authority)" }
}
