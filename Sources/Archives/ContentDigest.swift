public import Posix

/// A checksum over what is in an archive, however it is written: each entry's path, kind, permissions, time, target and
/// content, in order.
struct ContentDigest {
  private var hash = SHA256()

  mutating func begin(_ path: PathBelow, _ kind: Files.Kind, _ told: ToldAttributes, size: Int, target: [UInt8]) {
    let kind = kind == .directory ? "directory" : kind == .link ? "link" : "file"
    hash.add(path.bytes)
    hash.add(Array("\0\(kind) \(told.mode) \(told.time.seconds) \(told.time.nanoseconds) \(size)\0".utf8))
    hash.add(target + [0])
  }

  mutating func add(_ bytes: [UInt8]) { hash.add(bytes) }

  mutating func finish() -> String { hash.finish() }
}

/// What was found in an archive that was read, and made nothing.
public struct CheckedArchive: Equatable, Sendable {
  /// The SHA-256 checksum of the archive, in small hexadecimal digits.
  public let sha256: String
  /// A checksum over its entries, as ``PackedArchive/digest`` is.
  public let digest: String
}

extension Archive {
  /// Reads an archive that ``pack(_:of:to:_:_:depth:watch:)`` wrote to its end, and makes nothing: whether all that was packed
  /// is in it, its digest tells.
  ///
  /// - Parameter watch: called before each entry; what it throws ends the reading.
  public static func check(
    _ input: consuming FileDescriptor, limits: ArchiveLimits, watch: () throws -> Void = {}
  ) throws -> CheckedArchive {
    let locale = try TextLocale()
    let stream = try ArchiveStream(input, limits)
    let reader = try ArchiveReader(stream)
    var digest = ContentDigest()
    var (entries, end): (Int, Int64) = (0, 0)
    while let entry = try reader.next(entries + 1) {
      try watch()
      entries += 1
      let path = try ArchivePath.checked(entry.name, depth: limits.depth)
      let told = ToldAttributes(mode: entry.mode, time: entry.modified ?? (0, 0))
      switch entry.kind {
      case .file: digest.begin(path, .file, told, size: Int(entry.size ?? -1), target: [])
      case .directory: digest.begin(path, .directory, told, size: 0, target: [])
      case .link(let target): digest.begin(path, .link, told, size: 0, target: target)
      case .hardLink, .other: throw ArchiveError(.refused, "nextdeploy packs no such thing").at(entries, entry.name)
      }
      _ = try reader.content { unsafe digest.add(Array($0)) }
      end = reader.position
    }
    try TarEnd.check(stream, after: end)
    _ = consume locale
    return CheckedArchive(sha256: stream.finish(), digest: digest.finish())
  }
}
