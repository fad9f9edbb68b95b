/// What the server says of an app; a push cannot change it.
public struct AppConfig: Equatable, Codable, Sendable {
  /// The branch whose pushes are deployed.
  public var branch: BranchName
  public var domains: [Domain]
  /// Where the app is reached while it has no domain.
  public var port: Port
  /// How many releases are kept, the live one included.
  public var keep: Int
  /// How much of the machine its instances may take, where systemd runs them.
  public var limits: Limits?
  /// How long an install, a build and a release command may take, each; nil is the default.
  public var buildTimeout: TimeLimit?

  public init(branch: BranchName, domains: [Domain], port: Port, keep: Int = 5) {
    self.branch = branch
    self.domains = domains
    self.port = port
    self.keep = keep
  }

  public var addresses: [SiteAddress] {
    domains.isEmpty ? [.port(port)] : domains.map { .domain($0) }
  }
}

/// What holds for all apps of a server.
public struct ServerConfig: Equatable, Codable, Sendable {
  /// Where instances listen.
  public var ports: PortRange
  /// Where the embedded Caddy listens for domains; apps without one get this port or the next free one above.
  public var httpPort: Port
  /// How many builds may run at a time, where systemd runs them; nil is one.
  public var builds: Int?
  /// How requests are sent to a new release; nil is by a rename.
  public var switching: Switching?
  /// Nil where nothing is set.
  public var push: PushLimits?

  public init() throws(Failure) {
    ports = try PortRange("3001-3999")
    httpPort = try Port("8080")
  }
}

/// How requests are sent to a new release.
public enum Switching: String, Codable, Sendable, CaseIterable {
  /// Caddy finds the live instance by itself, at each request: nothing is reloaded.
  case rename
  /// The site's block names it, and Caddy loads that anew.
  case reload
}
