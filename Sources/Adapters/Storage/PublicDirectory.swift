public import Deploy
import Posix

/// What Caddy serves of an app from the disk: `releases/ID/` with the files of each release at their paths on the site,
/// `direct/` with the ids of those that may be served without asking the app, `live` a link to one of these (``LiveFiles``),
/// `all/` with the files of all releases together; `public/ID/` with what Next.js would send of each release's `public/` as
/// it is, and `served/` with links to these by the marks of the names that lead to their releases.
///
/// The files are the releases' own, under a second name. Only regular files are taken: Caddy follows links, and may read what
/// no app may.
public struct PublicDirectory: PublicFiles {
  let directory: String
  let layout: AppLayout
  let compressor: Compressor
  /// For how long what a release had is kept after the release itself is gone.
  let kept: TimeLimit

  /// - Parameters:
  ///   - directory: below Caddy's, where Caddy can read.
  ///   - environment: has the PATH on which programs that compress are looked for.
  ///   - kept: for how long what a release had is kept after the release itself is gone.
  ///   - patience: how long a release's files may be compressed.
  public init(
    directory: String, layout: AppLayout, environment: [String: String], kept: TimeLimit = .openTabs,
    patience: Duration = .seconds(120)
  ) {
    self.directory = directory
    self.layout = layout
    self.kept = kept
    compressor = Compressor(environment: environment, limit: patience)
  }

  // MARK: Publishing

  /// Opens the directory, making it so that Caddy can enter it.
  func opened() throws -> Directory {
    try Files.makeDirectory(directory)
    for place in [Files.parent(directory), directory] { try Files.setMode(place, Self.mode) }
    return try Directory(directory)
  }

  /// Gives each file a second name below the release's id, and one beside those of all releases.
  public func publish(_ files: PublishedFiles, of release: ReleaseID) throws {
    guard let source = PathBelow(files.directory.description), let target = PathBelow(files.path.description),
      let name = PathBelow(release.description)
    else { return }
    let app = try Directory(layout.release(release).files)
    guard try app.status(source)?.kind == .directory else { return }
    let top = try opened()
    let own = Self.releases.appending(name).appending(target)
    let all = Self.all.appending(target)
    // A release that was packed meanwhile comes back as it was.
    let isThere = try top.status(own)?.kind == .directory
    let large = isThere ? [] : try link(source, of: app, to: own, and: all, in: top)
    if files.isDirect {
      _ = try Self.made("direct", in: top)
      try Files.write("", to: "\(directory)/direct/\(release)", durable: false)
    }
    try compress(large, in: top.directory(own), "\(directory)/\(own)", sharedWith: top.directory(all))
  }

  /// Returns the files that are worth compressing, and are not yet.
  private func link(
    _ source: PathBelow, of app: borrowing Directory, to own: PathBelow, and all: PathBelow, in top: borrowing Directory
  ) throws -> [PathBelow] {
    var (directories, large): ([PathBelow], [PathBelow]) = ([.top], [])
    while let path = directories.popLast() {
      let from = try app.directory(source.appending(path))
      let to = try Self.made(own.appending(path), in: top)
      let together = try Self.made(all.appending(path), in: top)
      for entry in try from.entries() where entry.name.bytes.first != UInt8(ascii: ".") && !Self.isMisread(entry.name) {
        if entry.kind == .directory { directories.append(path.appending(entry.name)) }
        guard entry.kind == .file else { continue }
        if try publish(entry.name, of: from, to: to, and: together) { large.append(path.appending(entry.name)) }
      }
    }
    return large
  }

  func compress(
    _ files: [PathBelow], in own: borrowing Directory, _ place: String, sharedWith all: borrowing Directory
  ) throws {
    let mine = try compress(files, in: own, place)
    for file in mine {
      // A file of another content may have had the name before.
      guard try own.status(file)?.inode == all.status(file)?.inode else { continue }
      for ending in Compressor.endings { try Self.link(file, ending, from: own, to: all) }
    }
  }

  /// Compresses files, and returns those that it compressed.
  func compress(_ files: [PathBelow], in own: borrowing Directory, _ place: String) throws -> [PathBelow] {
    let mine = try uncompressed(files, in: own)
    do { try compressor.compress(mine.map { "\(place)/\($0)" }) } catch {
      // What a program left when it was ended would be served as the file.
      for file in mine {
        for ending in Compressor.endings {
          if let path = Self.compressed(file, ending) { _ = try own.removeFile(path) }
        }
      }
      throw error
    }
    return mine
  }

  /// Without those that the build itself compressed, which are the release's own, and those whose path is no text, as
  /// which programs are given it.
  private func uncompressed(_ files: [PathBelow], in own: borrowing Directory) throws -> [PathBelow] {
    var mine: [PathBelow] = []
    for file in files where file.bytes.elementsEqual(file.description.utf8) {
      if try !Self.isCompressed(file, in: own) { mine.append(file) }
    }
    return mine
  }

  /// Whether a file has a compressed one beside it.
  static func isCompressed(_ file: PathBelow, in directory: borrowing Directory) throws -> Bool {
    for ending in Compressor.endings {
      if let path = compressed(file, ending), try directory.status(path) != nil { return true }
    }
    return false
  }

  /// Whether one of the names is that of a file, compressed.
  static func isCompressed(_ file: PathBelow, among names: Set<PathBelow>) -> Bool {
    Compressor.endings.contains { ending in compressed(file, ending).map(names.contains) ?? false }
  }

  /// Whether Caddy would take a part of a name for a query or for a placeholder of its own.
  static func isMisread(_ name: PathBelow) -> Bool { name.bytes.contains { "?{}".utf8.contains($0) } }

  private static func compressed(_ file: PathBelow, _ ending: String) -> PathBelow? {
    PathBelow(Array(file.bytes) + Array(".\(ending)".utf8))
  }

  static let releases: PathBelow = "releases"
  static let all: PathBelow = "all"

  static let mode: UInt32 = 0o755

  /// Opens a directory, making it and those above it so that Caddy can enter them, whatever this process's umask is.
  static func made(_ path: PathBelow, in top: borrowing Directory) throws -> Directory {
    var place = PathBelow.top
    for part in path.parts {
      place = place.appending(part)
      if try top.status(place) != nil { continue }
      try top.makeDirectory(place, mode: mode)
      try top.setMode(place, mode)
    }
    return try top.directory(path)
  }

  /// Returns whether it is worth compressing, and is not yet.
  func publish(
    _ name: PathBelow, of source: borrowing Directory, to own: borrowing Directory, and all: borrowing Directory
  ) throws -> Bool {
    guard let status = try source.status(name) else { return false }
    let isLarge = Compressor.canCompress(name, size: status.size)
    if isLarge, try all.status(name)?.size == status.size,
      try all.read(name, atMost: status.size) == source.read(name, atMost: status.size)
    {
      try all.hardLink(name, to: name, in: own)
      if try Self.isCompressed(name, in: source) { return false }
      // What was compressed for an earlier release.
      for ending in Compressor.endings { try Self.link(name, ending, from: all, to: own) }
      return try !Self.isCompressed(name, in: own)
    }
    _ = try Self.give(name, of: source, to: own)
    // What a build compressed stays with its release: it need not fit the file of this name that another one has.
    if Compressor.isCompressed(name) { return false }
    // What an earlier release had under this name is what its pages ask for.
    if try all.status(name) == nil { try own.hardLink(name, to: name, in: all) }
    return isLarge
  }

  /// Gives a file its second name; returns whether it is worth compressing.
  static func give(_ name: PathBelow, of source: borrowing Directory, to own: borrowing Directory) throws -> Bool {
    guard let status = try source.status(name) else { return false }
    if status.mode & 0o444 == 0o444 {
      try source.hardLink(name, to: name, in: own)
    } else {
      // Caddy reads it as anybody.
      try source.copyFile(name, to: name, in: own, mode: { _ in 0o644 })
    }
    return Compressor.canCompress(name, size: status.size)
  }

  /// Gives what was compressed its second name, where there is such a thing and the name is free.
  static func link(
    _ file: PathBelow, _ ending: String, from source: borrowing Directory, to target: borrowing Directory
  ) throws {
    guard let path = compressed(file, ending) else { return }
    if try source.status(path) != nil, try target.status(path) == nil {
      try source.hardLink(path, to: path, in: target)
    }
  }

  // MARK: Pruning

  /// Removes the release's files, beside those of other releases too, and what was left of a publishing.
  public func withdraw(_ release: ReleaseID) throws {
    for path in ["direct/\(release)", "releases/\(release)", "\(Self.folders)/\(release)", "made-\(release)"] {
      try Files.remove("\(directory)/\(path)")
    }
    if Files.exists("\(directory)/\(Self.all)") { try sweep() }
  }

  /// Removes the files of releases that went an hour ago or more.
  public func prune(keeping releases: Set<ReleaseID>) throws {
    var hasRemoved = false
    // What a publishing left that did not come to its end.
    for name in try Files.list(directory) where name.hasPrefix("made-") { try Files.remove("\(directory)/\(name)") }
    // Of these only the live release's are asked for.
    for release in try Files.list("\(directory)/\(Self.folders)").compactMap({ try? ReleaseID($0) })
    where !releases.contains(release) { try Files.remove("\(directory)/\(Self.folders)/\(release)") }
    for release in try Files.list("\(directory)/releases").compactMap({ try? ReleaseID($0) }) {
      // Its age is when the release went.
      let mark = "\(directory)/gone-\(release)"
      if releases.contains(release) {
        // It may have come back.
        try Files.remove(mark)
        continue
      }
      guard let status = try Files.status(mark) else {
        try Files.write("", to: mark, durable: false)
        continue
      }
      guard WallClock.now - Int(status.modified / 1_000_000_000) >= kept.seconds else { continue }
      for path in ["direct/\(release)", "releases/\(release)", "gone-\(release)"] {
        try Files.remove("\(directory)/\(path)")
      }
      hasRemoved = true
    }
    if hasRemoved { try sweep() }
  }

  /// Removes what no release has any more: its only name is the one here.
  private func sweep() throws {
    let top = try Directory("\(directory)/all")
    var directories: [PathBelow] = [.top]
    while let path = directories.popLast() {
      let place = try top.directory(path)
      for entry in try place.entries() {
        if entry.kind == .directory { directories.append(path.appending(entry.name)) }
        if entry.kind == .file, try place.status(entry.name)?.links == 1 { try place.remove(entry.name) }
      }
    }
  }
}
