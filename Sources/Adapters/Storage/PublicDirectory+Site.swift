public import Deploy
import Posix

// A release that is nothing but files: all of it is published, under its own path on the site.
extension PublicDirectory {
  /// Gives each file of the release a second name. The directory gets its own name when it is complete, so that what is
  /// there is whole.
  public func publish(_ site: StaticSite, of release: ReleaseID) throws -> PublishedSite {
    guard let name = PathBelow(release.description), let base = PathBelow(site.base.description),
      let unfinished = PathBelow("made-\(release)")
    else { return PublishedSite() }
    let top = try opened()
    let place = Self.releases.appending(name)
    if try top.status(place) != nil { return PublishedSite() }
    for path in [Self.releases, Self.all] { _ = try Self.made(path, in: top) }
    try top.remove(unfinished)
    let former = try formerRelease(before: release)
    let own = unfinished.appending(base)
    let published = try copy(site, of: release, to: own, in: top, former)
    try top.rename(unfinished, to: place, in: top)
    // Requests go there once `route` has made a name, which must not survive what it leads to.
    try Files.syncFileSystem(of: directory)
    return published
  }

  /// The newest release that is published, from which files that did not change are taken: they keep their ETag, and what
  /// was compressed.
  private func formerRelease(before release: ReleaseID) throws -> ReleaseID? {
    let all = try Files.list("\(directory)/\(Self.releases)").compactMap { try? ReleaseID($0) }
    return all.filter { $0 < release }.max()
  }

  private func copy(
    _ site: StaticSite, of release: ReleaseID, to own: PathBelow, in top: borrowing Directory, _ former: ReleaseID?
  ) throws -> PublishedSite {
    let source = try Directory(layout.release(release).files)
    let base = PathBelow(site.base.description) ?? .top
    let together = Self.all.appending(base)
    let published = former.flatMap { PathBelow($0.description) }.map { Self.releases.appending($0).appending(base) }
    var result = PublishedSite()
    var directories: [PathBelow] = [.top]
    var (kept, alone, misread): ([PathBelow], [PathBelow], [PathBelow]) = ([], [], [])
    while let path = directories.popLast() {
      let from = try source.directory(path)
      let to = try Self.made(own.appending(path), in: top)
      let isHashed = site.hashed.contains { "\(path)/".hasPrefix("\($0)/") }
      // What an earlier release had there; nothing is written to it.
      let before = try published.map { $0.appending(path) }
        .flatMap { try top.status($0)?.kind == .directory ? $0 : nil }
      let built = before == nil ? nil : try former.flatMap { try names(path, of: $0) }
      for entry in try from.entries() where isPublic(entry.name, path, site) {
        if Self.isMisread(entry.name) {
          misread.append(path.appending(entry.name))
          continue
        }
        if entry.kind == .directory { directories.append(path.appending(entry.name)) }
        guard entry.kind == .file else { continue }
        result.count += 1
        if isHashed || path.isTop && site.hasHashedScripts && entry.name.description.hasSuffix(".js") {
          let all = try Self.made(together.appending(path), in: top)
          if try publish(entry.name, of: from, to: to, and: all) { kept.append(path.appending(entry.name)) }
          continue
        }
        let isTaken =
          if let before { try Self.take(entry.name, of: from, to: to, asIn: top.directory(before), built) } else {
            false
          }
        if !isTaken {
          _ = try Self.give(entry.name, of: from, to: to)
          if let before { try Self.setApart(entry.name, in: to, from: top.directory(before)) }
        }
        if let size = try to.status(entry.name)?.size, Compressor.canCompress(entry.name, size: size) {
          alone.append(path.appending(entry.name))
        }
      }
    }
    if let first = misread.min() {
      result.warnings.append(
        "\(misread.count == 1 ? "1 name is" : "\(misread.count) names are") not published, for Caddy takes '?', '{' and "
          + "'}' in them for more than text: \(first.description.quoted)\(misread.count == 1 ? "" : " first").")
    }
    do {
      try compress(kept, in: top.directory(own), "\(directory)/\(own)", sharedWith: Self.made(together, in: top))
      _ = try compress(alone, in: top.directory(own), "\(directory)/\(own)")
    } catch { result.warnings.append("\(Failure(of: error))") }
    return result
  }

  /// What a release's build left in a directory; nil if that is gone.
  private func names(_ path: PathBelow, of release: ReleaseID) throws -> Set<PathBelow>? {
    let place = layout.release(release).files
    guard Files.exists(place) else { return nil }
    let top = try Directory(place)
    guard try top.status(path)?.kind == .directory else { return nil }
    return Set(try top.directory(path).entries().map(\.name))
  }

  /// Dot files are nobody's business, but for what domains are asked to show.
  private func isPublic(_ name: PathBelow, _ path: PathBelow, _ site: StaticSite) -> Bool {
    if name.bytes.first == UInt8(ascii: ".") { return name.description == ".well-known" }
    guard path.isTop else { return true }
    return ![StaticSite.redirectsFile, StaticSite.headersFile].contains(name.description)
      && !site.hidden.contains(name.description)
  }

  /// Takes a file as an earlier release had it, and what was compressed for that, if it is the same; false if not.
  ///
  /// - Parameter built: what the earlier build left there: of what it compressed itself nobody knows from what.
  static func take(
    _ name: PathBelow, of source: borrowing Directory, to own: borrowing Directory, asIn before: borrowing Directory,
    _ built: Set<PathBelow>?
  ) throws -> Bool {
    guard let status = try source.status(name), let old = try before.status(name), old.kind == .file,
      old.size == status.size, status.size <= Self.compared,
      try before.read(name, atMost: status.size) == source.read(name, atMost: status.size)
    else { return false }
    try before.hardLink(name, to: name, in: own)
    if let built, !Self.isCompressed(name, among: built), try !Self.isCompressed(name, in: source) {
      for ending in Compressor.endings { try link(name, ending, from: before, to: own) }
    }
    return true
  }

  /// Gives a file that is another than the earlier one of its name a later time: its ETag is made of size and time, the time
  /// in whole seconds. What is compressed has the time of its file, and may have the same size where that has another.
  private static func setApart(
    _ name: PathBelow, in own: borrowing Directory, from before: borrowing Directory
  ) throws {
    guard let status = try own.status(name), let old = try before.status(name), old.kind == .file,
      old.inode != status.inode, old.size != status.size || status.size <= Self.compared
    else { return }
    let second: Int64 = 1_000_000_000
    if status.modified / second <= old.modified / second {
      try own.setModified(name, old.modified / second + 1)
    }
  }

  /// The largest file that is compared with an earlier one, in bytes.
  private static let compared = 8 << 20
}
