/// What faces the internet and sends each request to its app's live instance.
public protocol Proxy {
  /// Sends an app's requests to an instance or to files. When it returns, new requests go there, and one was seen to
  /// arrive; if it throws, nothing has changed.
  func route(_ site: Site) throws

  /// Restores the configuration of an app that is live already, without checking that its requests arrive.
  func restore(_ site: Site) throws

  /// Where an app's requests go according to the configuration; nil if the app is not routed.
  func destination(of app: AppName) throws -> Destination?

  /// Serves the files of a site as it will once it is routed, for as long as somebody looks, to nobody else.
  ///
  /// - Parameter look: is told where.
  func preview(_ site: Site, _ look: (Upstream) throws -> Void) throws

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
  /// Where the app's requests go.
  public let destination: Destination
  /// The release that is served.
  public let release: ReleaseID
  /// How the proxy serves the release's files; nil where an instance serves it.
  public let files: StaticSite?
  /// The same of the release that was live before, which is served up to the switch.
  public var former: StaticSite?
  /// A page that the app answers, which is asked for to see that requests arrive.
  public let page: String

  /// Describes the site of an app that an instance serves; by default its page is "/".
  public init(app: AppName, addresses: [SiteAddress], upstream: Upstream, release: ReleaseID, page: String = "/") {
    self.app = app
    self.addresses = addresses
    destination = .instance(upstream)
    self.release = release
    files = nil
    self.page = page
  }

  /// Describes the site of an app that is a release's files.
  public init(app: AppName, addresses: [SiteAddress], files: StaticSite, of release: ReleaseID, page: String = "/") {
    self.app = app
    self.addresses = addresses
    destination = .files(of: release)
    self.release = release
    self.files = files
    self.page = page
  }
}

extension LiveRecord {
  /// What is live, as the proxy sees it.
  public func site(of app: AppName, at addresses: [SiteAddress], _ releases: some Releases) throws -> Site {
    switch destination {
    case .instance(let upstream): return Site(app: app, addresses: addresses, upstream: upstream, release: release)
    case .files:
      guard let record = try releases.list().first(where: { $0.id == release }), let files = record.site else {
        throw Failure(
          .notFound, "serving the files of \(app)", "the release \(release), which is live, is gone",
          next: "'nextdeploy rebuild \(commit.id.short) --app \(app)' makes it anew.")
      }
      return Site(app: app, addresses: addresses, files: files, of: release, page: record.health.path)
    }
  }
}

/// Where a site can be reached.
public enum SiteAddress: Equatable, Sendable {
  /// A domain; the proxy decides on which port and whether with TLS.
  case domain(Domain)
  /// Any name of the machine, on the app's own port, without TLS.
  case port(Port)
}
