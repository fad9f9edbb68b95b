/// Where a site is reached: what all its URLs begin with (RFC 6454).
public struct Origin: Hashable, Sendable, CustomStringConvertible {
  /// The protocol that visitors use.
  public enum Scheme: String, Sendable {
    case http, https

    /// The port that a URL of this scheme can leave out.
    public var defaultPort: UInt16 {
      switch self {
      case .http: 80
      case .https: 443
      }
    }
  }

  /// Whether the site is reached with TLS.
  public let scheme: Scheme
  /// A name or an address as it stands in a URL: lowercase, an IPv6 address in brackets.
  public let host: String
  /// The port, also if a URL would leave it out.
  public let port: UInt16

  /// Makes an origin, with the host lowercased and the scheme's default port if none is given.
  public init(_ scheme: Scheme, host: String, port: UInt16? = nil) {
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port ?? scheme.defaultPort
  }

  /// Host and port as in a browser's Host header: "shop.example.com", "localhost:8080".
  public var authority: String { port == scheme.defaultPort ? host : "\(host):\(port)" }

  /// The whole origin, as in "https://shop.example.com".
  public var description: String { "\(scheme.rawValue)://\(authority)" }
}
