import Posix

/// The directory that is packed. Of those in it, the one that holds the last entry stays open, so that it is looked up once
/// for all its files.
final class PackingSource {
  private let top: Directory
  private var path = PathBelow.top
  private var directory: Directory

  init(_ directory: borrowing Directory) throws(SystemError) {
    top = try directory.directory(.top)
    self.directory = try directory.directory(.top)
  }

  /// What is at a path; nil if nothing is there.
  func status(_ place: PathBelow) throws(SystemError) -> Files.Status? {
    try enter(place.parent) ? directory.status(place.name) : nil
  }

  /// Where a symlink points, as it is written; nil if there is no symlink.
  func linkTarget(_ place: PathBelow) throws(SystemError) -> [UInt8]? {
    try enter(place.parent) ? directory.linkTarget(place.name) : nil
  }

  /// Opens a file for reading; nil if there is none.
  func file(_ place: PathBelow) throws(SystemError) -> FileDescriptor? {
    guard try enter(place.parent) else { return nil }
    return try directory.file(place.name)
  }

  /// False if there is no such directory.
  private func enter(_ path: PathBelow) throws(SystemError) -> Bool {
    if path == self.path { return true }
    do { directory = try top.directory(path) } catch {
      if error.isNoWay { return false }
      throw error
    }
    self.path = path
    return true
  }
}
