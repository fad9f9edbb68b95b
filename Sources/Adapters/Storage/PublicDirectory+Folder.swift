public import Deploy
import Posix

// What Next.js sends of a release's `public/` as it is. Names there do not change with the content, so each release has its
// own directory, and only the live one's is served (``LiveFiles``).
extension PublicDirectory {
  /// Gives each file that need not go through Next.js a second name. The directory gets its own name when it is complete.
  public func publish(_ folder: PublicFolder, of release: ReleaseID) throws -> PublishedFolder {
    guard let source = PathBelow(folder.directory.description), let base = PathBelow(folder.path.description),
      let name = PathBelow(release.description), let unfinished = PathBelow("made-\(release)")
    else { return PublishedFolder() }
    let app = try Directory(layout.release(release).files)
    let top = try opened()
    let place = Self.folders.appending(name)
    guard try app.status(source)?.kind == .directory, try top.status(place) == nil else { return PublishedFolder() }
    _ = try Self.made(Self.folders, in: top)
    try top.remove(unfinished)
    let own = unfinished.appending(base)
    let former = try formerFolder(before: release).flatMap { PathBelow($0.description) }
    let published = try give(
      folder, from: app.directory(source), to: own, in: top,
      former: former.map { Self.folders.appending($0).appending(base) })
    if published.count > 0 { try top.rename(unfinished, to: place, in: top) } else { try top.remove(unfinished) }
    return published
  }

  /// The newest release of which something is published: what did not change keeps its ETag, and what was compressed.
  private func formerFolder(before release: ReleaseID) throws -> ReleaseID? {
    try Files.list("\(directory)/\(Self.folders)").compactMap { try? ReleaseID($0) }.filter { $0 < release }.max()
  }

  private func give(
    _ folder: PublicFolder, from source: borrowing Directory, to own: PathBelow, in top: borrowing Directory,
    former: PathBelow?
  ) throws -> PublishedFolder {
    var (result, directories, texts) = (PublishedFolder(), [PathBelow.top], [(path: PathBelow, size: Int)]())
    while let path = directories.popLast() {
      let from = try source.directory(path)
      // Made for the first file that is served: a directory is never an answer.
      var to: PathBelow?
      let before = try former.map { $0.appending(path) }.flatMap { try top.status($0)?.kind == .directory ? $0 : nil }
      for entry in try from.entries() {
        let name = entry.name.description
        if entry.kind == .directory, PublicTypes.hasDirectory(name) { directories.append(path.appending(entry.name)) }
        guard entry.kind == .file, PublicTypes.has(name) else { continue }
        let file = path.appending(entry.name)
        if let obstacle = folder.rules.obstacle(file.parts.map(\.description)) {
          result.left += 1
          result.reason = result.reason ?? obstacle
          continue
        }
        result.count += 1
        let target = to ?? own.appending(path)
        if to == nil {
          _ = try Self.made(target, in: top)
          to = target
        }
        let size = try from.status(entry.name)?.size ?? 0
        let isText = Compressor.canCompress(entry.name, size: size)
        let isTaken =
          if isText, let before {
            try Self.take(entry.name, of: from, to: top.directory(target), asIn: top.directory(before), [])
          } else { false }
        if !isTaken { _ = try Self.give(entry.name, of: from, to: top.directory(target)) }
        if isText { texts.append((file, size)) }
      }
    }
    if result.count > 0 {
      _ = try compress(bounded(texts, in: top.directory(own)), in: top.directory(own), "\(directory)/\(own)")
    }
    return result
  }

  /// Those that are not compressed yet, as many as take no time: Caddy compresses the others for each visitor, and the next
  /// release goes on from there.
  private func bounded(_ texts: [(path: PathBelow, size: Int)], in own: borrowing Directory) throws -> [PathBelow] {
    var (left, result) = (Self.compressedAtOnce, [PathBelow]())
    for (path, size) in texts.sorted(by: { $0.path < $1.path }) where size <= left {
      if try Self.isCompressed(path, in: own) { continue }
      left -= size
      result.append(path)
    }
    return result
  }

  /// How much of a release is compressed while its push waits, in bytes: a second's work.
  private static let compressedAtOnce = 16 << 20

  static let folders: PathBelow = "public"
}
