public import Posix

/// What was packed.
public struct PackedArchive: Equatable, Sendable {
  /// How an archive is compressed.
  public enum Compression: Sendable, CaseIterable {
    case zstd, gzip, none
  }

  /// The SHA-256 checksum of the archive, in small hexadecimal digits.
  public let sha256: String
  /// How many entries it has.
  public let entries: Int
  /// How many bytes its files have in all.
  public let bytes: Int64
}

extension Archive {
  /// Something that is packed.
  public enum Content: Equatable, Sendable {
    /// What is at a path of the directory: a file, a link, or a directory without what is in it.
    case at(PathBelow)
    /// A file with these bytes.
    case bytes([UInt8])
  }

  /// Packs a directory's contents as tar, in a way that ``extract(from:into:limits:mode:watch:)`` takes; the same files
  /// become the same bytes.
  ///
  /// What differs between two builds of the same is left out: owners are 0 without names, permissions are 755 or 644, the
  /// time is the given one, and the order is that of the names' bytes in each directory. A file with several names is packed
  /// once for each.
  ///
  /// - Parameters:
  ///   - contents: what is packed, by its path in the archive; a directory stands for itself alone.
  ///   - time: when everything in it was changed, in seconds since 1970, such as the time of the commit; 0 for no time.
  /// - Throws: ``ArchiveError`` for what a release may not have, `SystemError` for this machine.
  public static func pack(
    _ contents: [PathBelow: Content], of source: borrowing Directory, to output: consuming FileDescriptor,
    _ compression: PackedArchive.Compression = .zstd, time: Int64 = 0, depth: Int = ArchiveLimits().depth
  ) throws -> PackedArchive {
    let locale = try TextLocale()
    let writer = try ArchiveWriter(to: output, compression)
    var bytes: Int64 = 0
    let paths = contents.keys.map { ($0, $0.inOrder) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
    for (number, path) in paths.enumerated() {
      do {
        bytes += try add(path, contents, of: source, to: writer, time: time, depth: depth)
      } catch let error as ArchiveError { throw error.at(number + 1, Array(path.bytes)).whilePacking }
    }
    let sum = try writer.finish()
    _ = consume locale
    return PackedArchive(sha256: sum, entries: paths.count, bytes: bytes)
  }

  /// Packs one entry; returns how many bytes its content has.
  private static func add(
    _ path: PathBelow, _ contents: [PathBelow: Content], of source: borrowing Directory, to writer: ArchiveWriter,
    time: Int64, depth: Int
  ) throws -> Int64 {
    _ = try ArchivePath.checked(Array(path.bytes), depth: depth)
    let place: PathBelow
    switch contents[path] {
    case .at(let path): place = path
    case .bytes(let bytes):
      try writer.begin(path, .file, mode: 0o644, size: bytes.count, time: time)
      try writer.add(bytes)
      return Int64(bytes.count)
    case nil: throw changed
    }
    guard let status = try source.status(place) else { throw changed }
    switch status.kind {
    case .directory:
      try writer.begin(path, .directory, mode: 0o755, size: 0, time: time)
      return 0
    case .link:
      guard let target = try source.linkTarget(place) else { throw changed }
      for climb in try ArchivePath.climbs(of: target, in: path.parent) {
        guard case .at(let place) = contents[climb], try source.status(place)?.kind == .directory else {
          throw ArchivePath.notDirectory(climb, in: target)
        }
      }
      try writer.begin(path, .link, mode: 0o777, size: 0, time: time, target: target)
      return 0
    case .file:
      guard let file = try source.file(place) else { throw changed }
      let size = try file.status().size
      try writer.begin(path, .file, mode: status.mode & 0o100 == 0 ? 0o644 : 0o755, size: size, time: time)
      var left = size
      while left > 0 {
        let piece = try file.read(upTo: min(left, 64 << 10))
        if piece.isEmpty { throw changed }
        try writer.add(piece)
        left -= piece.count
      }
      guard try file.read(upTo: 1).isEmpty else { throw changed }
      return Int64(size)
    case .other: throw ArchiveError(.refused, "it is a named pipe, a socket or a device")
    }
  }

  private static var changed: ArchiveError { ArchiveError(.refused, "it was changed while it was packed") }
}

extension PathBelow {
  /// Its bytes with "/" before all others, which puts what is in a directory right behind it.
  fileprivate var inOrder: [UInt8] { bytes.map { $0 == UInt8(ascii: "/") ? 0 : $0 } }
}
