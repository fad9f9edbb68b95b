public import Deploy
import Posix
import Supervision

/// Caddy, configured by one file an app.
///
/// A site is written beside, validated, renamed and loaded; where Caddy does not take it, the old one comes back.
public struct CaddySites: Proxy {
  let directory: String
  let httpPort: Port
  let service: any CaddyService
  let tell: (String) -> Void

  /// - Parameter tell: is told what was mended beside what was asked for.
  public init(
    directory: String, httpPort: Port, service: any CaddyService, tell: @escaping (String) -> Void = { _ in }
  ) throws {
    try Files.makeDirectory(directory)
    self.directory = directory
    self.httpPort = httpPort
    self.service = service
    self.tell = tell
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

  /// Throws where another program has a port, or Caddy itself for a site that is not the app's.
  public func requireFree(_ port: Port, for app: AppName?) throws {
    let caddy = try service.process
    try service.requireListenable([CaddyAddress(host: nil, port: port.number)], beside: caddy)
    // A Caddy that gets no certificates is nextdeploy's own, and has no sites but its apps'.
    guard service.terminatesTLS, let caddy, ConnectionTable.listeners(on: [port.number]).contains(where: caddy.has),
      try app.flatMap({ try Files.text(file($0)) })?.contains("\(SiteBlock.address(port)) {") != true
    else { return }
    throw Failure(
      "having Caddy listen on port \(port)", "it does already, for another site",
      next: "Choose another port, or take that site out of the Caddyfile.")
  }

  /// Changes a site's file and has Caddy load it; when Caddy refuses, the file is as it was.
  private func replace(_ file: String, _ change: () throws -> Void) throws {
    // A second name for the old file: it comes back also where the disk is full.
    let old = "\(file).old"
    try Files.remove(old)
    let existed = Files.exists(file)
    if existed { try Files.hardLink(file, to: old) }
    let before = try service.process
    try change()
    do { try load(before) } catch {
      if existed { try Files.rename(old, to: file) } else { try Files.remove(file) }
      throw mended(Failure(of: error), before)
    }
    try Files.remove(old)
  }

  private func load(_ caddy: CaddyProcess?) throws {
    try requireListenable(caddy)
    if caddy?.isStuck == true {
      try service.requireStartable()
    } else {
      try service.reload()
      // Somebody else's load may have failed: what that left would answer requests with the app's old release.
      guard try needsRestart(service.process) else { return }
    }
    try service.restart()
    tell(Self.restarted)
  }

  private func requireListenable(_ caddy: CaddyProcess?) throws {
    if let addresses = try service.addresses() { try service.requireListenable(addresses, beside: caddy) }
  }

  /// A failure, with what was done about what it left. The site is as it was before.
  private func mended(_ failure: Failure, _ before: CaddyProcess?) -> Failure {
    var failure = failure
    do {
      let caddy = try service.process
      if caddy != nil {
        guard needsRestart(caddy) else { return failure }
        // A Caddy that does not come up serves nobody: better one that answers some requests wrongly.
        try requireListenable(caddy)
        try service.requireStartable()
      } else if before == nil {
        return failure
      }
      try service.restart()
      failure.next += " \(Self.restarted)"
    } catch {
      let reason = Failure(of: error).description
      failure.next +=
        " Beside that, Caddy has to be restarted, for after a load that failed it does not serve what it is told. "
        + "That was not done\(reason == failure.description ? "" : " (\(reason))"): 'sudo nextdeploy doctor' says how."
    }
    return failure
  }

  private func needsRestart(_ caddy: CaddyProcess?) -> Bool {
    caddy.map { $0.isStuck || !$0.leftovers().isEmpty } ?? false
  }

  private static let restarted =
    "Caddy was restarted, for after a load that had failed it would not serve what it is told."

  private func others(than app: AppName) throws -> [String] {
    try Files.list(directory).filter { $0.hasSuffix(".caddy") && $0 != "\(app).caddy" }.map { "\(directory)/\($0)" }
  }

  /// Apps are deployed beside each other, but Caddy is configured by one at a time.
  private var lock: String { "\(directory)/lock" }

  private func file(_ app: AppName) -> String { "\(directory)/\(app).caddy" }
}
