public import Deploy
import Posix

/// Caddy, configured by one file an app.
///
/// A site is written beside, validated, renamed and loaded; where Caddy does not take it, the old one comes back.
public struct CaddySites: Proxy {
  let directory: String
  let httpPort: Port
  let service: any CaddyService

  public init(directory: String, httpPort: Port, service: any CaddyService) throws {
    try Files.makeDirectory(directory)
    self.directory = directory
    self.httpPort = httpPort
    self.service = service
  }

  public func route(_ site: Site) throws { try FileLock(waitingFor: lock).hold { try write(site) } }

  private func write(_ site: Site) throws {
    let caddy = try service.version
    let file = file(site.app)
    let beside = "\(file).new"
    try Files.write(text(site, at: site.upstream, caddy), to: beside)
    if try !isValidated(site, caddy) {
      do { try service.validate(sites: try others(than: site.app) + [beside]) } catch {
        try Files.remove(beside)
        throw error
      }
    }
    try replace(file) { try Files.rename(beside, to: file) }
  }

  private func text(_ site: Site, at upstream: Upstream, _ caddy: Version?) -> String {
    SiteBlock(
      site: Site(app: site.app, addresses: site.addresses, upstream: upstream),
      plainPort: service.terminatesTLS ? nil : httpPort, caddy: caddy
    ).text
  }

  /// Whether the site that is there differs in its upstream only, as at most deploys. Caddy checks it once more when it
  /// loads it; to start a Caddy for that before takes about as long as the loading.
  private func isValidated(_ site: Site, _ caddy: Version?) throws -> Bool {
    guard let old = try Files.text(file(site.app)), let upstream = try? upstream(of: site.app) else { return false }
    return old == text(site, at: upstream, caddy)
  }

  public func upstream(of app: AppName) throws -> Upstream? {
    guard let text = try Files.text(file(app)) else { return nil }
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.first == "reverse_proxy", words.count > 1, let upstream = Upstream(String(words[1])) { return upstream }
    }
    throw Failure(
      "reading \(file(app))", "it has no line 'reverse_proxy 127.0.0.1:PORT'",
      next: "Remove the file and deploy \(app) again.")
  }

  public func remove(_ app: AppName) throws {
    guard Files.exists(file(app)) else { return }
    try FileLock(waitingFor: lock).hold { try replace(file(app)) { try Files.remove(file(app)) } }
  }

  public func revive() throws { try FileLock(waitingFor: lock).hold { try service.ensureRunning() } }

  /// Changes a site's file and has Caddy load it; when Caddy refuses, the file is as it was.
  private func replace(_ file: String, _ change: () throws -> Void) throws {
    // A second name for the old file: it comes back also where the disk is full.
    let old = "\(file).old"
    try Files.remove(old)
    let existed = Files.exists(file)
    if existed { try Files.hardLink(file, to: old) }
    try change()
    do { try service.reload() } catch {
      if existed { try Files.rename(old, to: file) } else { try Files.remove(file) }
      throw error
    }
    try Files.remove(old)
  }

  private func others(than app: AppName) throws -> [String] {
    try Files.list(directory).filter { $0.hasSuffix(".caddy") && $0 != "\(app).caddy" }.map { "\(directory)/\($0)" }
  }

  /// Apps are deployed beside each other, but Caddy is configured by one at a time.
  private var lock: String { "\(directory)/lock" }

  private func file(_ app: AppName) -> String { "\(directory)/\(app).caddy" }
}

/// The Caddy process, whoever runs it.
public protocol CaddyService {
  /// Whether it gets certificates and listens on 443.
  var terminatesTLS: Bool { get }
  /// Nil where it tells none. Site blocks are written for it.
  var version: Version? { get throws }
  /// Throws with Caddy's own words where it would not take these site files.
  func validate(sites: [String]) throws
  /// Has it load what is written, starting it where it does not run.
  func reload() throws
  func ensureRunning() throws
  /// Stops it, where it serves nothing but nextdeploy's sites.
  func stop() throws
  var isRunning: Bool { get throws }
}
