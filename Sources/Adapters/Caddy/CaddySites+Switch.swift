import Deploy
import Posix

// What a site's file must hold while requests go from one release to another.
extension CaddySites {
  /// Whether the file must know the site both as it was and as it will be before requests go elsewhere. Another instance it
  /// need not know, and where it names what is live itself, to load it is the switch.
  func isBridged(_ site: Site, _ before: LiveNames.Name) throws -> Bool {
    if before.destination == site.destination && before.site == site.files?.key { return false }
    return try (before.site != nil || site.files != nil) && looks(site.app)
  }

  /// Sends requests to what the file is ready for, and looks whether they arrive; else they go where they went before.
  func switched(
    _ site: Site, _ names: LiveNames, _ files: LiveFiles, _ served: String?, _ look: (LiveNames.Name) -> Failure?
  ) -> Failure? {
    do {
      let live = try named(site, names, files)
      try files.lead(to: site.release)
      guard let failure = look(live) else { return nil }
      try names.remove(live)
      try files.lead(to: served)
      return failure
    } catch { return Failure(of: error) }
  }

  /// Sends requests to a site's release, its process and its files at one moment.
  func named(_ site: Site, _ names: LiveNames, _ files: LiveFiles) throws -> LiveNames.Name {
    try names.add(site.destination, as: site.files?.key) { try files.serve(site.release, under: $0) }
  }

  /// - Parameter next: what requests are to go to, where that is not what the name says yet.
  func text(_ site: Site, _ live: LiveNames.Name, until next: Site? = nil) throws -> String {
    let (caddy, names) = (try service.version, names(site.app).directory)
    let files = Layout.publicFiles(of: site.app, below: directory)
    let canLook = SiteBlock.canLook(caddy, in: names)
    var block = SiteBlock(
      site: site, plainPort: plainPort, caddy: caddy, live: live,
      names: switching == .rename && canLook ? names : nil, files: canLook ? files : nil)
    if let key = live.site {
      let former = next == nil ? site.files : site.former
      block.parts.append(FilesPart(key: key, site: former ?? StaticSite(), directory: files))
    }
    if let next = next?.files, next.key != live.site {
      block.parts.append(FilesPart(key: next.key, site: next, directory: files))
    }
    block.hasProcess = live.site == nil || next.map { $0.files == nil } ?? false
    return try block.text(keeping: Files.text(file(site.app)))
  }

  /// Whether this Caddy looks by itself where requests go.
  private func looks(_ app: AppName) throws -> Bool {
    try switching == .rename && SiteBlock.canLook(service.version, in: names(app).directory)
  }
}
