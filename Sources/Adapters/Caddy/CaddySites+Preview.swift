public import Deploy
import Posix
import Templates

// A look at a site of files before anybody is sent to it: a Caddy of its own, with the very part of the site's block.
extension CaddySites {
  /// Starts a Caddy that serves the files on a free port of 127.0.0.1, and ends it when somebody has looked. It ends, too,
  /// if this process does.
  public func preview(_ site: Site, _ look: (Upstream) throws -> Void) throws {
    let place = "\(directory)/\(site.app).preview"
    try Files.remove(place)
    try Files.makeDirectory(place, mode: 0o700)
    do { try preview(site, in: place, look) } catch {
      try Files.remove(place)
      throw error
    }
    try Files.remove(place)
  }

  private func preview(_ site: Site, in place: String, _ look: (Upstream) throws -> Void) throws {
    guard let files = site.files else { return }
    var causes: [String] = []
    // Another program may take the port before Caddy does.
    for _ in 0..<3 {
      let port = try Port(String(Socket.freePort()))
      let name = LiveNames.Name(
        number: 1, destination: site.destination, site: files.key, mark: LiveNames.mark())
      let here = Site(app: site.app, addresses: [.port(port)], files: files, of: site.release, page: site.page)
      try Files.write(try configuration(here, name), to: "\(place)/Caddyfile", durable: false)
      let caddy = try TetheredProcess(
        Command(
          ["caddy", "run", "--config", "\(place)/Caddyfile", "--adapter", "caddyfile"],
          environment: service.environment.merging([
            "HOME": place, "XDG_DATA_HOME": place, "XDG_CONFIG_HOME": place,
          ]) { $1 }, directory: place), output: .file("\(place)/log"))
      if try isServing(here, name, caddy) {
        do { try look(Upstream(port: port)) } catch {
          try caddy.end()
          throw error
        }
        return try caddy.end()
      }
      causes = try Files.lastLines("\(place)/log", count: 5)
    }
    throw Failure(
      "starting a Caddy for a look at the files of \(site.app)",
      CaddyProgram.error(in: causes) ?? causes.last ?? "it gave no reason",
      next: "Look at what Caddy says, correct it, and push again.", excerpt: causes)
  }

  /// Waits until that Caddy answers; false if it ended.
  private func isServing(
    _ site: Site, _ name: LiveNames.Name, _ caddy: borrowing TetheredProcess
  ) throws -> Bool {
    let check = SiteCheck(site: site, live: name, plainPort: nil, environment: service.environment) { [] }
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
      if try check.run() == .live { return true }
      if try caddy.poll() != nil { return false }
      Pause.for(.milliseconds(10))
    }
    throw Failure(
      "starting a Caddy for a look at the files of \(site.app)", "it does not answer after 20 s",
      next: "Push again; where the machine is busy, wait until it is not.")
  }

  private func configuration(_ site: Site, _ name: LiveNames.Name) throws -> String {
    try SiteBlock(site: site, plainPort: nil, caddy: service.version, live: name, names: nil, files: nil)
      .alone(in: Layout.publicFiles(of: site.app, below: directory), ["default_bind 127.0.0.1"])
  }
}
