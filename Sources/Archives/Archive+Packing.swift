public import Posix

/// What was packed.
public struct PackedArchive: Equatable, Sendable {
  /// How an archive is compressed.
  public enum Compression: Sendable, CaseIterable {
    case zstd, gzip, none
  }

  /// What an archive tells of its files beside their content.
  public enum Attributes: Equatable, Sendable {
    /// Whether they may be executed, by permissions 755 or 644, and one time for all of them in seconds since 1970 (0 for no
    /// time): the same files become the same bytes.
    case normal(time: Int64 = 0)
    /// Permissions, but for the special bits, times to the nanosecond, and symlinks wherever they lead, as they are on the
    /// disk.
    case faithful
  }

  /// The SHA-256 checksum of the archive, in small hexadecimal digits.
  public let sha256: String
  /// A checksum over what was packed, where that was asked for, which ``Archive/check(_:limits:watch:)`` finds again in the
  /// archive; else empty.
  public let digest: String
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
    /// The same, but of a file nothing of its content.
    case emptied(PathBelow)
    /// A file with these bytes.
    case bytes([UInt8])
    /// A file with these bytes that may be executed.
    case program([UInt8])
  }

  /// Packs a directory's contents as tar, in a way that ``extract(from:into:limits:mode:watch:)`` takes; the same files
  /// become the same bytes.
  ///
  /// What differs between two builds of the same is left out: owners have no names, and the order is that of the names'
  /// bytes in each directory. A file with several names is packed once for each.
  ///
  /// - Parameters:
  ///   - contents: what is packed, by its path in the archive; a directory stands for itself alone.
  ///   - attributes: what is told of each; faithful ones come back by an extraction that is faithful, too.
  ///   - owner: the number of the user and of the group that all of it belongs to.
  ///   - digests: whether ``PackedArchive/digest`` is wanted, for which all bytes are read once more.
  ///   - watch: called before each entry; what it throws ends the packing.
  /// - Throws: ``ArchiveError`` for what a release may not have, `SystemError` for this machine.
  public static func pack(
    _ contents: [PathBelow: Content], of source: borrowing Directory, to output: consuming FileDescriptor,
    _ compression: PackedArchive.Compression = .zstd, _ attributes: PackedArchive.Attributes = .normal(),
    owner: Int = 0, digests: Bool = false, depth: Int = ArchiveLimits().depth, watch: () throws -> Void = {}
  ) throws -> PackedArchive {
    let locale = try TextLocale()
    let writer = try ArchiveWriter(to: output, compression, attributes, digests: digests)
    writer.owner = Int64(owner)
    let source = try PackingSource(source)
    var bytes: Int64 = 0
    let paths = contents.keys.map { ($0, $0.inOrder) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
    for (number, path) in paths.enumerated() {
      try watch()
      do {
        bytes += try add(path, contents, of: source, to: writer, attributes, depth: depth)
      } catch let error as ArchiveError { throw error.at(number + 1, Array(path.bytes)).whilePacking }
    }
    let sum = try writer.finish()
    _ = consume locale
    return PackedArchive(sha256: sum.sha256, digest: sum.digest, entries: paths.count, bytes: bytes)
  }

  /// Packs one entry; returns how many bytes its content has.
  private static func add(
    _ path: PathBelow, _ contents: [PathBelow: Content], of source: PackingSource, to writer: ArchiveWriter,
    _ attributes: PackedArchive.Attributes, depth: Int
  ) throws -> Int64 {
    _ = try ArchivePath.checked(Array(path.bytes), depth: depth)
    let place: PathBelow
    var isEmptied = false
    switch contents[path] {
    case .at(let path): place = path
    case .emptied(let path): (place, isEmptied) = (path, true)
    case .bytes(let bytes), .program(let bytes):
      let isProgram = if case .program = contents[path] { true } else { false }
      try writer.begin(path, .file, attributes.normal(.file, isExecutable: isProgram), size: bytes.count)
      try writer.add(bytes)
      return Int64(bytes.count)
    case nil: throw changed
    }
    guard let status = try source.status(place) else { throw changed }
    let told = attributes.of(status)
    switch status.kind {
    case .directory:
      try writer.begin(path, .directory, told, size: 0)
      return 0
    case .link:
      guard let target = try source.linkTarget(place) else { throw changed }
      if attributes != .faithful {
        for climb in try ArchivePath.climbs(of: target, in: path.parent) {
          guard case .at(let place) = contents[climb], try source.status(place)?.kind == .directory else {
            throw ArchivePath.notDirectory(climb, in: target)
          }
        }
      }
      try writer.begin(path, .link, told, size: 0, target: target)
      return 0
    case .file where isEmptied:
      try writer.begin(path, .file, told, size: 0)
      return 0
    case .file:
      guard let file = try source.file(place) else { throw changed }
      // Where another file has come there meanwhile, it has not this size, or is as good.
      let size = status.size
      try writer.begin(path, .file, told, size: size)
      var left = size
      while true {
        // One byte more tells whether it has grown, a piece that is too short whether it has shrunk.
        let wanted = left < 128 << 10 ? left + 1 : 128 << 10
        let piece = try file.read(upTo: wanted)
        guard piece.count <= left, piece.count == wanted || piece.count == left else { throw changed }
        try writer.add(piece)
        left -= piece.count
        if piece.count < wanted { break }
      }
      return Int64(size)
    case .other: throw ArchiveError(.refused, "it is a named pipe, a socket or a device")
    }
  }

  private static var changed: ArchiveError { ArchiveError(.refused, "it was changed while it was packed") }
}

/// The permissions and the time that an entry has.
struct ToldAttributes {
  let mode: UInt32
  /// In seconds since 1970 and nanoseconds.
  let time: (seconds: Int64, nanoseconds: Int)
}

extension PackedArchive.Attributes {
  func of(_ status: Files.Status) -> ToldAttributes {
    switch self {
    case .normal: normal(status.kind, isExecutable: status.mode & 0o100 != 0)
    case .faithful: ToldAttributes(mode: status.mode & 0o777, time: Files.parts(ofNanoseconds: status.modified))
    }
  }

  /// What is told of something that no disk has, or of which no more is to be told.
  func normal(_ kind: Files.Kind, isExecutable: Bool = false) -> ToldAttributes {
    let time: Int64 = if case .normal(let time) = self { time } else { 0 }
    let mode: UInt32 =
      switch kind {
      case .link: 0o777
      case .directory: 0o755
      case .file, .other: isExecutable ? 0o755 : 0o644
      }
    return ToldAttributes(mode: mode, time: (time, 0))
  }
}

extension PathBelow {
  /// Its bytes with "/" before all others, which puts what is in a directory right behind it.
  fileprivate var inOrder: [UInt8] { bytes.map { $0 == UInt8(ascii: "/") ? 0 : $0 } }
}
