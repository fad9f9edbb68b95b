import Deploy
import Posix

/// Packages as they were installed: releases share a package's files with each other, but not with the workspace, where
/// a build could write to them.
struct PackageStore: ~Copyable {
  private let top: Directory
  /// The directory that was used last: files come one directory after the other.
  private var path = PathBelow.top
  private var directory: Directory
  /// When they were installed; what is newer was written by a build.
  private let installed: Int64?

  init(_ path: String, installed: Int64?) throws {
    try Files.makeDirectory(path)
    let top = try Directory(path)
    directory = try top.directory(.top)
    self.top = top
    self.installed = installed
  }

  /// Gives a release a file of the workspace: a link to what is kept of it where it is part of a package, else a copy.
  mutating func give(_ path: PathBelow, from source: borrowing Directory, to release: borrowing Directory) throws {
    let name = path.name
    guard Self.isOfPackage(path), let installed, let status = try source.status(name), status.modified <= installed
    else { return try source.copyFile(name, to: name, in: release) }
    if path.parent != self.path {
      let next = try top.made(path.parent)
      directory = next
      self.path = path.parent
    }
    if try directory.status(name) == nil {
      // A copy that was interrupted must not be taken for whole.
      try directory.remove(Self.unfinished)
      try source.copyFile(name, to: Self.unfinished, in: directory)
      try directory.rename(Self.unfinished, to: name, in: directory)
    }
    try directory.hardLink(name, to: name, in: release)
  }

  private static let unfinished: PathBelow = ".nextdeploy-unfinished"

  /// Whether a file is an installed package's, to which nobody writes. What tools generate into node_modules (.prisma,
  /// .cache) is written to in place.
  static func isOfPackage(_ path: PathBelow) -> Bool {
    var isInPackage = false
    for part in path.bytes.split(separator: UInt8(ascii: "/")) {
      let isGenerated =
        part.first == UInt8(ascii: ".") && !part.elementsEqual(".pnpm".utf8) && !part.elementsEqual(".bin".utf8)
      isInPackage = part.elementsEqual("node_modules".utf8) || isInPackage && !isGenerated
    }
    return isInPackage
  }
}
