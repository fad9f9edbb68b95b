public import Deploy
import Posix
import ProcessSupervision

/// Caddy, configured by one file per app.
///
/// Where a site's requests go is in names beside its file (``LiveNames``), so that a deploy need not change the file.
/// When the file does change, it is written beside, validated, renamed and loaded; if Caddy rejects it, the old one is
/// restored.
public struct CaddySites: Proxy {
  let directory: String
  let httpPort: Port
  let service: any CaddyService
  let switching: Switching
  let tell: (String) -> Void

  /// - Parameter tell: called with a message about any repair beyond what was asked for.
  public init(
    directory: String, httpPort: Port, service: any CaddyService, switching: Switching = .rename,
    tell: @escaping (String) -> Void = { _ in }
  ) throws {
    try Files.makeDirectory(directory)
    self.directory = directory
    self.httpPort = httpPort
    self.service = service
    self.switching = switching
    self.tell = tell
  }

  /// Writes the app's site, has Caddy load it, and sends a request through Caddy to see that it reaches the instance.
  public func route(_ site: Site) throws { try write(site) { live in failure(of: site, live) } }

  /// Writes the app's site and has Caddy load it, without checking that requests arrive.
  public func restore(_ site: Site) throws { try write(site) { _ in nil } }

  /// Reads where the app's requests go from the names beside its site file; nil if it has none.
  public func destination(of app: AppName) throws -> Destination? { try names(app).first()?.destination }

  /// Removes the app's site file and names, and has Caddy drop the site; does nothing if the app has neither.
  public func remove(_ app: AppName) throws {
    try FileLock(waitingFor: lock).hold {
      if Files.exists(file(app)) {
        try replace(file(app)) { try Files.remove(file(app)) }
        try Files.remove(old(file(app)))
      }
      try names(app).removeAll()
      try Files.remove(Layout.publicFiles(of: app, below: directory))
    }
  }

  /// - Parameter look: returns why requests do not arrive at the live instance; nil if they do.
  private func write(_ site: Site, _ look: (LiveNames.Name) -> Failure?) throws {
    let names = names(site.app)
    let before = try names.first()
    let files = LiveFiles(of: site.app, below: directory)
    let served = try files.target()
    try files.withdraw(for: site.release)
    if let before, try isBridged(site, before) {
      try write(text(site, before, until: site), to: file(site.app)) { switched(site, names, files, served, look) }
      return try files.removeServed(but: names.removeOld())
    }
    let isThere = before?.destination == site.destination && before?.site == site.files?.key
    let live = try (isThere ? before : nil) ?? named(site, names, files)
    do {
      // An instance may have the port that another release's had.
      if isThere { try files.serve(site.release, under: live.mark) }
      try files.lead(to: site.release)
      try write(text(site, live), to: file(site.app)) { look(live) }
    } catch {
      if live == before { throw error }
      var failure = Failure(of: error)
      do {
        try names.remove(live)
        try files.lead(to: served)
      } catch let another {
        failure.next += " Beside that, requests still go to the new release: \(Failure(of: another))"
      }
      throw failure
    }
    try files.removeServed(but: names.removeOld())
  }

  private func write(_ text: String, to file: String, _ look: () -> Failure?) throws {
    if try Files.text(file) == text {
      if look() == nil { return }
      // Caddy may not have loaded the file: it was started with less, or a load was interrupted.
      try FileLock(waitingFor: lock).hold { try reload() }
      if let failure = look() { throw failure }
      return
    }
    try FileLock(waitingFor: lock).hold {
      let beside = "\(file).new"
      try Files.write(text, to: beside)
      do { try service.validate(sites: try others(than: file) + [beside]) } catch {
        try Files.remove(beside)
        throw error
      }
      try replace(file) { try Files.rename(beside, to: file) }
    }
    // An app that is slow to answer does not keep others from switching.
    guard var failure = look() else { return try Files.remove(old(file)) }
    do {
      try FileLock(waitingFor: lock).hold {
        try putBack(file)
        try reload()
      }
    } catch { failure.next += " Beside that, the site is not as it was: \(Failure(of: error))" }
    throw failure
  }

  /// Has Caddy's service make sure that it runs.
  public func revive() throws { try FileLock(waitingFor: lock).hold { try service.ensureRunning() } }

  /// Throws if another program has the port, or Caddy itself has it for a site that is not the app's.
  public func requireFree(_ port: Port, for app: AppName?) throws {
    let caddy = try service.process
    try service.requireListenable([CaddyAddress(host: nil, port: port.number)], beside: caddy)
    // A Caddy that gets no certificates is nextdeploy's own, and serves only its apps.
    guard service.terminatesTLS, let caddy, ConnectionTable.listeners(on: [port.number]).contains(where: caddy.has),
      try app.flatMap({ try Files.text(file($0)) })?.contains("\(SiteBlock.address(port)) {") != true
    else { return }
    throw Failure(
      "having Caddy listen on port \(port)", "it does already, for another site",
      next: "Choose another port, or take that site out of the Caddyfile.")
  }

  /// Changes a site's file and makes Caddy load it; if Caddy refuses, the file is restored. The old file gets a second
  /// name first, so that it can be restored even when the disk is full.
  private func replace(_ file: String, _ change: () throws -> Void) throws {
    try Files.remove(old(file))
    if Files.exists(file) { try Files.hardLink(file, to: old(file)) }
    let before = try service.process
    try change()
    do { try load(before) } catch {
      try putBack(file)
      throw repaired(Failure(of: error), before)
    }
  }

  private func putBack(_ file: String) throws {
    if Files.exists(old(file)) { try Files.rename(old(file), to: file) } else { try Files.remove(file) }
  }

  private func old(_ file: String) -> String { "\(file).old" }

  /// Makes Caddy load the files as they are.
  private func reload() throws {
    let before = try service.process
    do { try load(before) } catch { throw repaired(Failure(of: error), before) }
  }

  private func load(_ caddy: CaddyProcess?) throws {
    try requireListenable(caddy)
    if caddy?.isStuck == true {
      try service.requireStartable()
    } else {
      try service.reload()
      // Somebody else's load may have failed and left sockets that answer requests with the app's old release.
      guard try needsRestart(service.process) else { return }
    }
    try service.restart()
    tell(Self.restarted)
  }

  private func requireListenable(_ caddy: CaddyProcess?) throws {
    if let addresses = try service.addresses() { try service.requireListenable(addresses, beside: caddy) }
  }

  /// The failure, with what was done about the sockets that it left; the site is as it was before.
  private func repaired(_ failure: Failure, _ before: CaddyProcess?) -> Failure {
    var failure = failure
    do {
      let caddy = try service.process
      if caddy != nil {
        guard needsRestart(caddy) else { return failure }
        // A Caddy that does not come up serves nobody; one that answers some requests wrongly is better.
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

  /// Why requests do not arrive at the live instance; nil if they do.
  private func failure(of site: Site, _ live: LiveNames.Name) -> Failure? {
    do {
      let check = SiteCheck(
        site: site, live: live, plainPort: plainPort, environment: service.environment, otherPorts: otherPorts)
      let answer = try check.run()
      if answer == .live { return nil }
      let obstacle = try service.obstacle()
      return Failure(
        "reaching \(site.app) through Caddy",
        [answer.cause(check.place), obstacle?.cause].compactMap { $0 }.joined(separator: ": "),
        next: obstacle?.next
          ?? "Look in Caddy's configuration for another site that has this name or port, and for what keeps it from "
          + "127.0.0.1 ('sudo nextdeploy doctor' may know); then try again.")
    } catch { return Failure(of: error) }
  }

  /// The ports on which Caddy listens besides the usual ones.
  private func otherPorts() throws -> [UInt16] {
    guard let caddy = try service.process else { return [] }
    let ports = Set(ConnectionTable.listeners().filter(caddy.has).map(\.address.port))
    return ports.subtracting([80, 443]).sorted()
  }

  private func others(than file: String) throws -> [String] {
    try Files.list(directory).filter { $0.hasSuffix(".caddy") }.map { "\(directory)/\($0)" }.filter { $0 != file }
  }

  /// Several apps may be deployed at once, but only one at a time may configure Caddy.
  private var lock: String { "\(directory)/lock" }

  var plainPort: Port? { service.terminatesTLS ? nil : httpPort }

  func names(_ app: AppName) -> LiveNames { LiveNames(of: app, below: directory) }

  func file(_ app: AppName) -> String { "\(directory)/\(app).caddy" }
}
