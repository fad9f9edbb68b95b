/// What faces the internet and sends each request to the live instance of its app.
public protocol Proxy {
  /// Sends an app's requests to an instance. When it returns, new requests go there, and one was seen to arrive; when it
  /// throws, all is as it was.
  func route(_ site: Site) throws

  /// Restores what is written of an app that is live already. Whether its requests arrive is not looked at.
  func restore(_ site: Site) throws

  /// Where an app's requests go, as it is written down; nil where the app is not routed.
  func upstream(of app: AppName) throws -> Upstream?

  /// Takes an app's site away.
  func remove(_ app: AppName) throws

  /// Makes sure that it runs, after a crash or a reboot.
  func revive() throws
}

/// An app as the proxy sees it.
public struct Site: Equatable, Sendable {
  public let app: AppName
  public let addresses: [SiteAddress]
  public let upstream: Upstream
  /// A page that it answers: what is asked for to see that requests arrive.
  public let page: String

  public init(app: AppName, addresses: [SiteAddress], upstream: Upstream, page: String = "/") {
    self.app = app
    self.addresses = addresses
    self.upstream = upstream
    self.page = page
  }
}

/// Where a site can be reached.
public enum SiteAddress: Equatable, Sendable {
  /// A domain; the proxy knows on which port and whether with TLS.
  case domain(Domain)
  /// Every name of the machine, on a port of its own, without TLS.
  case port(Port)
}
