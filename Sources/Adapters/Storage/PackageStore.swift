import Deploy
import Posix

/// Files of packages, as releases have them, which one release after another links to. They are copies, because a build
/// can write to what is in the workspace, even through a link that an earlier build made.
///
/// A copy is found by properties of the original file that nobody can forge: its inode and the time of its last change,
/// which only the kernel sets. A file that was written to, replaced or moved in from elsewhere counts as another one.
struct PackageStore: ~Copyable {
  private let top: Directory
  private let copier: ReleaseCopier
  private var hasNew = false

  init(_ path: String, _ copier: ReleaseCopier) throws {
    try Files.makeDirectory(path)
    top = try Directory(path)
    self.copier = copier
  }

  /// Gives a release a file of the workspace: a link to the stored copy if the file is part of a package, otherwise a
  /// copy of its own.
  mutating func give(_ path: PathBelow, from source: borrowing Directory, to release: borrowing Directory) throws {
    let name = path.name
    guard Self.isOfPackage(path), let status = try source.status(name), let kept = Self.name(of: status) else {
      return try copier.copy(name, of: source, to: name, in: release)
    }
    if try top.status(kept) == nil {
      // An interrupted copy must not be taken for a complete one.
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

  /// Removes files that no release has any more, if anything was added.
  func sweep() throws {
    guard hasNew else { return }
    for entry in try top.entries() where try top.status(entry.name)?.links ?? 1 < 2 { try top.remove(entry.name) }
  }

  private static let unfinished: PathBelow = ".nextdeploy-unfinished"

  private static func name(of status: Files.Status) -> PathBelow? {
    PathBelow("\(status.inode)-\(status.changed)-\(status.size)")
  }

  /// Whether a file belongs to an installed package, which nobody writes to. What tools generate into node_modules
  /// (.prisma, .cache) is written to in place.
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

/// Copies files into a release, where they belong to nextdeploy.
struct ReleaseCopier {
  /// Whether the app runs as another user, who must be able to read them whatever the build's umask was; nobody else
  /// gets there.
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
