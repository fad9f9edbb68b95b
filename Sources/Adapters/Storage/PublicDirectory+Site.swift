public import Deploy
import Posix

// A release that is nothing but files: all of it is published, under its own path on the site.
extension PublicDirectory {
  /// Gives each file of the release a second name. The directory gets its own name when it is complete, so that what is
  /// there is whole.
  public func publish(_ site: StaticSite, of release: ReleaseID) throws -> Int {
    guard let name = PathBelow(release.description), let base = PathBelow(site.base.description),
      let unfinished = PathBelow("made-\(release)")
    else { return 0 }
    try Files.makeDirectory(directory)
    for place in [Files.parent(directory), directory] { try Files.setMode(place, Self.mode) }
    let top = try Directory(directory)
    let place = Self.releases.appending(name)
    if try top.status(place) != nil { return 0 }
    for path in [Self.releases, Self.all] { _ = try Self.made(path, in: top) }
    try top.remove(unfinished)
    let former = try formerRelease(before: release)
    let own = unfinished.appending(base)
    let count = try copy(
      site, of: release, to: own, in: top, former.map { Self.releases.appending($0).appending(base) })
    try top.rename(unfinished, to: place, in: top)
    // Requests go there once `route` has made a name, which must not survive what it leads to.
    try Files.syncFileSystem(of: directory)
    return count
  }

  /// The newest release that is published, from which files that did not change are taken: they keep their ETag, and what
  /// was compressed.
  private func formerRelease(before release: ReleaseID) throws -> PathBelow? {
    let all = try Files.list("\(directory)/\(Self.releases)").compactMap { try? ReleaseID($0) }
    return all.filter { $0 < release }.max().flatMap { PathBelow($0.description) }
  }

  private func copy(
    _ site: StaticSite, of release: ReleaseID, to own: PathBelow, in top: borrowing Directory, _ former: PathBelow?
  ) throws -> Int {
    let source = try Directory(layout.release(release).files)
    let together = Self.all.appending(PathBelow(site.base.description) ?? .top)
    var count = 0
    var directories: [PathBelow] = [.top]
    var (kept, alone): ([PathBelow], [PathBelow]) = ([], [])
    while let path = directories.popLast() {
      let from = try source.directory(path)
      let to = try Self.made(own.appending(path), in: top)
      let isHashed = site.hashed.contains { "\(path)/".hasPrefix("\($0)/") }
      // What an earlier release had there; nothing is written to it.
      let before = try former.map { $0.appending(path) }.flatMap { try top.status($0)?.kind == .directory ? $0 : nil }
      for entry in try from.entries() where isPublic(entry.name, path, site) {
        if entry.kind == .directory { directories.append(path.appending(entry.name)) }
        guard entry.kind == .file else { continue }
        count += 1
        if isHashed || path.isTop && site.hasHashedScripts && entry.name.description.hasSuffix(".js") {
          let all = try Self.made(together.appending(path), in: top)
          if try publish(entry.name, of: from, to: to, and: all) { kept.append(path.appending(entry.name)) }
        } else if let before, try Self.take(entry.name, of: from, to: to, asIn: top.directory(before)) {
          continue
        } else if try Self.give(entry.name, of: from, to: to) {
          alone.append(path.appending(entry.name))
        }
      }
    }
    try compress(kept, in: top.directory(own), "\(directory)/\(own)", sharedWith: Self.made(together, in: top))
    try compressor.compress(uncompressed(alone, in: top.directory(own)).map { "\(directory)/\(own)/\($0)" })
    return count
  }

  /// Dot files are nobody's business, but for what domains are asked to show.
  private func isPublic(_ name: PathBelow, _ path: PathBelow, _ site: StaticSite) -> Bool {
    if name.bytes.first == UInt8(ascii: ".") { return name.description == ".well-known" }
    guard path.isTop else { return true }
    return ![StaticSite.redirectsFile, StaticSite.headersFile].contains(name.description)
      && !site.hidden.contains(name.description)
  }

  /// Takes a file as an earlier release had it, if that is the same; false if not.
  private static func take(
    _ name: PathBelow, of source: borrowing Directory, to own: borrowing Directory, asIn before: borrowing Directory
  ) throws -> Bool {
    guard let status = try source.status(name), let old = try before.status(name), old.kind == .file,
      old.size == status.size, status.size <= Self.compared,
      try before.read(name, atMost: status.size) == source.read(name, atMost: status.size)
    else { return false }
    try before.hardLink(name, to: name, in: own)
    for ending in Compressor.endings { try link(name, ending, from: before, to: own) }
    return true
  }

  /// The largest file that is compared with an earlier one, in bytes.
  private static let compared = 8 << 20
}
