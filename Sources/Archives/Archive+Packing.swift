public import Posix

/// What was packed.
public struct PackedArchive: Equatable, Sendable {
  /// How an archive is compressed.
  public enum Compression: Sendable, CaseIterable {
    case zstd, gzip
  }

  /// The SHA-256 checksum of the archive, in small hexadecimal digits.
  public let sha256: String
  /// How many entries it has.
  public let entries: Int
  /// How many bytes its files have in all.
  public let bytes: Int64
}

extension Archive {
  /// Packs a directory as tar, in a way that ``extract(from:into:limits:)`` takes; the same files become the same bytes.
  ///
  /// What differs between two builds of the same is left out: owners are 0 without names, permissions are 755 or 644, the
  /// time is the given one, and the order is that of the names' bytes in each directory. A file with several names is packed
  /// once for each.
  ///
  /// - Parameters:
  ///   - time: when everything in it was changed, in seconds since 1970, such as the time of the commit.
  ///   - isLeftOut: called with each path; what it returns true for is not packed, with all that is in it.
  /// - Throws: ``ArchiveError`` for what a release may not have, `SystemError` for this machine.
  public static func pack(
    _ source: borrowing Directory, to output: consuming FileDescriptor,
    _ compression: PackedArchive.Compression = .zstd,
    time: Int64 = 0, depth: Int = ArchiveLimits().depth, except isLeftOut: (PathBelow) -> Bool = { _ in false }
  ) throws -> PackedArchive {
    let locale = try TextLocale()
    let writer = try ArchiveWriter(to: output, compression)
    var (entries, bytes): (Int, Int64) = (0, 0)
    // The last one comes next.
    var waiting = [PathBelow.top]
    while let path = waiting.popLast() {
      if path.isTop {
        waiting += try names(in: source, path, except: isLeftOut)
        continue
      }
      do {
        bytes += try add(path, of: source, to: writer, time: time, depth: depth)
        entries += 1
      } catch let error as ArchiveError { throw error.at(entries + 1, Array(path.bytes)).whilePacking }
      if try source.status(path)?.kind == .directory { waiting += try names(in: source, path, except: isLeftOut) }
    }
    let sum = try writer.finish()
    _ = consume locale
    return PackedArchive(sha256: sum, entries: entries, bytes: bytes)
  }

  /// What is in a directory, the first one last.
  private static func names(
    in source: borrowing Directory, _ path: PathBelow, except isLeftOut: (PathBelow) -> Bool
  ) throws -> [PathBelow] {
    let directory = try source.directory(path)
    return try directory.entries().map { path.appending($0.name) }.filter { !isLeftOut($0) }.sorted(by: >)
  }

  /// Packs one entry; returns how many bytes its content has.
  private static func add(
    _ path: PathBelow, of source: borrowing Directory, to writer: ArchiveWriter, time: Int64, depth: Int
  ) throws -> Int64 {
    _ = try ArchivePath.checked(Array(path.bytes), depth: depth)
    guard let status = try source.status(path) else { throw changed }
    switch status.kind {
    case .directory:
      try writer.begin(path, .directory, mode: 0o755, size: 0, time: time)
      return 0
    case .link:
      guard let target = try source.linkTarget(path) else { throw changed }
      for climb in try ArchivePath.climbs(of: target, in: path.parent) {
        guard try source.status(climb)?.kind == .directory else { throw ArchivePath.notDirectory(climb, in: target) }
      }
      try writer.begin(path, .link, mode: 0o777, size: 0, time: time, target: target)
      return 0
    case .file:
      guard let file = try source.file(path) else { throw changed }
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
