/// What faces the internet and sends each request to its app's live instance.
public protocol Proxy {
  /// Sends an app's requests to an instance. When it returns, new requests go there, and one was seen to arrive; if it
  /// throws, nothing has changed.
  func route(_ site: Site) throws

  /// Restores the configuration of an app that is live already, without checking that its requests arrive.
  func restore(_ site: Site) throws

  /// Where an app's requests go according to the configuration; nil if the app is not routed.
  func upstream(of app: AppName) throws -> Upstream?

  /// Removes an app's site.
  func remove(_ app: AppName) throws

  /// Makes sure that the proxy is running, after a crash or a reboot.
  func revive() throws
}

/// An app as the proxy sees it.
public struct Site: Equatable, Sendable {
  /// The app that is served.
  public let app: AppName
  /// Where visitors reach the app.
  public let addresses: [SiteAddress]
  /// The instance that the app's requests go to.
  public let upstream: Upstream
  /// The release that is served.
  public let release: ReleaseID
  /// A page that the app answers, which is asked for to see that requests arrive.
  public let page: String

  /// Describes an app's site; by default its page is "/".
  public init(app: AppName, addresses: [SiteAddress], upstream: Upstream, release: ReleaseID, page: String = "/") {
    self.app = app
    self.addresses = addresses
    self.upstream = upstream
    self.release = release
    self.page = page
  }
}

/// Where a site can be reached.
public enum SiteAddress: Equatable, Sendable {
  /// A domain; the proxy decides on which port and whether with TLS.
  case domain(Domain)
  /// Any name of the machine, on the app's own port, without TLS.
  case port(Port)
}
