import Deploy
import Posix

/// Files of packages as releases have them, which one release after the other links to: copies, for what is in the
/// workspace a build can write to, also through a link that an earlier one has made.
///
/// A copy is found by what nobody can forge of the file that it was made of: its inode and the time of its last change,
/// which the kernel alone sets. A file that was written to, replaced or moved in from elsewhere is another one.
struct PackageStore: ~Copyable {
  private let top: Directory
  private let copier: ReleaseCopier
  private var hasNew = false

  init(_ path: String, _ copier: ReleaseCopier) throws {
    try Files.makeDirectory(path)
    top = try Directory(path)
    self.copier = copier
  }

  /// Gives a release a file of the workspace: a link to what is kept of it where it is part of a package, else a copy.
  mutating func give(_ path: PathBelow, from source: borrowing Directory, to release: borrowing Directory) throws {
    let name = path.name
    guard Self.isOfPackage(path), let status = try source.status(name), let kept = Self.name(of: status) else {
      return try copier.copy(name, of: source, to: name, in: release)
    }
    if try top.status(kept) == nil {
      // A copy that was interrupted must not be taken for whole.
      try top.remove(Self.unfinished)
      try copier.copy(name, of: source, to: Self.unfinished, in: top)
      try top.rename(Self.unfinished, to: kept, in: top)
      hasNew = true
    }
    do { try top.hardLink(kept, to: name, in: release) } catch {
      guard error.isNoMoreLinks else { throw error }
      try copier.copy(name, of: source, to: name, in: release)
    }
  }

  /// Removes what no release has any more, where something was added.
  func sweep() throws {
    guard hasNew else { return }
    for entry in try top.entries() where try top.status(entry.name)?.links ?? 1 < 2 { try top.remove(entry.name) }
  }

  private static let unfinished: PathBelow = ".nextdeploy-unfinished"

  private static func name(of status: Files.Status) -> PathBelow? {
    PathBelow("\(status.inode)-\(status.changed)-\(status.size)")
  }

  /// Whether a file is an installed package's, to which nobody writes. What tools generate into node_modules (.prisma,
  /// .cache) is written to in place.
  static func isOfPackage(_ path: PathBelow) -> Bool {
    var isInPackage = false
    for part in path.parent.bytes.split(separator: UInt8(ascii: "/")) {
      let isGenerated =
        part.first == UInt8(ascii: ".") && !part.elementsEqual(".pnpm".utf8) && !part.elementsEqual(".bin".utf8)
      isInPackage = part.elementsEqual("node_modules".utf8) || isInPackage && !isGenerated
    }
    return isInPackage
  }
}

/// Copies files for a release, which are nextdeploy's own from then on.
struct ReleaseCopier {
  /// Whether the app runs as another user, who is to read them whatever the build's umask was: nobody else gets there.
  let isForAnotherUser: Bool

  func copy(
    _ path: PathBelow, of source: borrowing Directory, to target: PathBelow, in other: borrowing Directory
  ) throws {
    try source.copyFile(path, to: target, in: other, mode: mode)
  }

  func mode(_ mode: UInt32) -> UInt32 {
    if !isForAnotherUser { return mode & 0o777 }
    return mode & 0o755 | (mode & 0o111 == 0 ? 0o644 : 0o755)
  }
}
