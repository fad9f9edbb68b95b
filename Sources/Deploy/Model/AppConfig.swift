/// The server's settings for one app; a push cannot change them.
public struct AppConfig: Equatable, Codable, Sendable {
  /// The branch whose pushes are deployed.
  public var branch: BranchName
  /// The domains on which visitors reach the app; none means that it is reached on its port.
  public var domains: [Domain]
  /// The port on which visitors reach the app while it has no domain.
  public var port: Port
  /// How many releases are kept, including the live one.
  public var keep: Int
  /// How much of the machine its instances may use, if systemd runs them; nil is no limit but on tasks.
  public var limits: Limits?
  /// How long an install, a build and a release command may each take; nil is `TimeLimit.build`.
  public var buildTimeout: TimeLimit?
  /// How long files of a release that is gone are there for pages that are still open; nil is `TimeLimit.openTabs`.
  public var openTabs: TimeLimit?
  /// What its builds may keep for the next one; nil if nothing is set.
  public var cache: CacheLimits?
  /// How many of its old releases are kept packed; nil if nothing is set.
  public var archive: ArchiveSettings?
  /// The holes with which it is deployed all the same; nil is none.
  public var allowedHoles: [HoleID]?
  /// Whether the registry is asked for critical holes after an install; nil is yes.
  public var audits: Bool?
  /// The versions of Node that it gets, whatever the repository says; nil to go by that.
  public var node: RuntimeRequest?

  /// Makes the settings of an app that has no limits of its own and keeps five releases by default.
  public init(branch: BranchName, domains: [Domain], port: Port, keep: Int = 5) {
    self.branch = branch
    self.domains = domains
    self.port = port
    self.keep = keep
  }

  /// Where the proxy serves the app: its domains, or its port if it has none.
  public var addresses: [SiteAddress] {
    domains.isEmpty ? [.port(port)] : domains.map { .domain($0) }
  }
}

/// The settings that apply to all apps on a server.
public struct ServerConfig: Equatable, Codable, Sendable {
  /// The ports that instances are given.
  public var ports: PortRange
  /// The port on which the embedded Caddy serves domains; an app without one gets this port or the next free one above.
  public var httpPort: Port
  /// How many builds may run at a time, if systemd runs them; nil is one.
  public var builds: Int?
  /// How requests are switched to a new release; nil is `Switching.rename`.
  public var switching: Switching?
  /// The most that a push may bring; nil if nothing is set.
  public var push: PushLimits?
  /// The most that a shipped archive may bring; nil if nothing is set.
  public var ship: ShipLimits?
  /// Where runtimes come from; nil if nothing is set.
  public var runtime: RuntimeSettings?

  /// Makes the default settings: instances on ports 3001–3999, sites from port 8080 on.
  public init() throws(Failure) {
    ports = try PortRange("3001-3999")
    httpPort = try Port("8080")
  }
}

/// How requests are switched to a new release.
public enum Switching: String, Codable, Sendable, CaseIterable {
  /// Caddy finds the live instance itself, at each request: nothing is reloaded.
  case rename
  /// The site's block names the live instance, and Caddy reloads that.
  case reload
}
