/// What faces the internet and sends each request to the live instance of its app.
public protocol Proxy {
  /// Sends an app's requests to a port. When it returns, new requests go there; when it throws, all is as it was.
  func route(_ site: Site) throws

  /// The port that an app's requests go to, as it is written down; nil where the app is not routed.
  func port(of app: AppName) throws -> Port?

  /// Takes an app's site away.
  func remove(_ app: AppName) throws

  /// Makes sure that it runs, after a crash or a reboot.
  func revive() throws
}

/// An app as the proxy sees it.
public struct Site: Equatable, Sendable {
  public let app: AppName
  public let addresses: [SiteAddress]
  public let port: Port

  public init(app: AppName, addresses: [SiteAddress], port: Port) {
    self.app = app
    self.addresses = addresses
    self.port = port
  }
}

/// Where a site can be reached.
public enum SiteAddress: Equatable, Sendable {
  /// A domain; the proxy knows on which port and whether with TLS.
  case domain(Domain)
  /// Every name of the machine, on a port of its own, without TLS.
  case port(Port)
}
