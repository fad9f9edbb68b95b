import Deploy
import Posix

/// The files below a directory that builds or apps write to, for reading. No link leads out of it.
struct FilesBelow: BuiltFiles {
  let directory: String

  /// Reads a file; nil if there is none, and throws if it is too large.
  func text(_ path: String) throws -> String? {
    let top = try Directory(directory)
    guard let place = try place(path, in: top) else { return nil }
    do throws(SystemError) {
      return try top.read(place, atMost: SettingsFile.limit).map { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw error.isTooLarge ? SettingsFile.tooLarge(path) : error
    }
  }

  /// Whether the path leads to something inside the directory; what cannot be looked at is not there.
  func exists(_ path: String) -> Bool { (try? isThere(path)) ?? false }

  /// The same, but throws if it cannot be looked at.
  func isThere(_ path: String) throws -> Bool { try place(path, in: Directory(directory)) != nil }

  /// Where the path leads, with links followed; nil if to nothing inside the directory.
  func followed(_ path: String) throws -> String? { try place(path, in: Directory(directory))?.description }

  /// The sorted names in a directory; empty if it is no directory.
  func list(_ path: String) throws -> [String] {
    let top = try Directory(directory)
    guard let place = try place(path, in: top), try top.status(place)?.kind == .directory else { return [] }
    return try top.directory(place).entries().map(\.name.description).sorted()
  }

  /// What a path takes on the disk; nil if there is nothing.
  func usage(of path: String) throws -> DiskUsage? {
    let top = try Directory(directory)
    return try place(path, in: top).flatMap { try top.diskUsage($0) }
  }

  /// Where a path leads, with links followed as long as they stay below, as those of package managers do.
  private func place(_ path: String, in top: borrowing Directory) throws -> PathBelow? {
    guard let path = PathBelow(path) else { return nil }
    return try top.followed(path)
  }
}
