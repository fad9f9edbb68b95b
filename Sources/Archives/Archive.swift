public import Posix

/// What was extracted.
public struct ExtractedArchive: Equatable, Sendable {
  /// The SHA-256 checksum of the stream as it arrived, in small hexadecimal digits.
  public let sha256: String
  /// How many entries the archive has.
  public let entries: Int
  /// How many bytes its files have in all.
  public let bytes: Int64
}

/// An archive that somebody else made: tar (as it is, or with gzip, zstd, xz or bzip2) or zip.
public enum Archive {
  /// Extracts an archive, as it arrives, into an empty directory that nobody else writes to.
  ///
  /// Files, directories, symlinks and hard links that stay below the directory are made, with their times and permissions;
  /// nobody but their owner may write them, and the owner always may. All else is an error, as is whatever exceeds a limit,
  /// is cut off or damaged, or follows the archive's end. Nothing outside of the directory is touched. What was made until
  /// an error stays for the caller to remove.
  ///
  /// - Parameters:
  ///   - isFaithful: whether permissions, times and symlinks are those that the archive tells, as
  ///     ``PackedArchive/Attributes/faithful`` has packed them: for archives that nextdeploy itself has made. Special bits are
  ///     dropped all the same, and nothing is made through a link.
  ///   - mode: converts permissions.
  ///   - watch: called before each entry; what it throws ends the extraction.
  /// - Throws: ``ArchiveError`` for the archive, `SystemError` for this machine.
  public static func extract(
    from input: consuming FileDescriptor, into target: borrowing Directory, limits: ArchiveLimits = ArchiveLimits(),
    isFaithful: Bool = false, mode: @escaping (UInt32) -> UInt32 = { $0 }, watch: () throws -> Void = {}
  ) throws -> ExtractedArchive {
    let locale = try TextLocale()
    let stream = try ArchiveStream(input, limits)
    let reader = try ArchiveReader(stream)
    var extraction = Extraction(limits, isFaithful: isFaithful, mode)
    var end: Int64 = 0
    while let entry = try reader.next(extraction.entries + 1) {
      try watch()
      do {
        try extraction.add(entry, from: reader, stream, in: target)
      } catch let error as ArchiveError {
        throw error.at(extraction.entries, entry.name)
      }
      end = reader.position
    }
    if extraction.entries == 0 { throw ArchiveError(.damaged, "it holds nothing") }
    if stream.isZip {
      try amend(&extraction, stream, from: reader.position, in: target)
    } else {
      try TarEnd.check(stream, after: end)
    }
    try extraction.finish(in: target)
    _ = consume locale
    return ExtractedArchive(sha256: stream.finish(), entries: extraction.entries, bytes: extraction.bytes)
  }

  /// Reads a zip archive's directory, which is at its end.
  private static func amend(
    _ extraction: inout Extraction, _ stream: ArchiveStream, from position: Int64, in target: borrowing Directory
  ) throws {
    var directory = ZipDirectory(stream, from: position)
    var number = 0
    while let record = try directory.next() {
      number += 1
      do { try extraction.amend(record, in: target) } catch let error as ArchiveError {
        throw error.at(number, record.name)
      }
    }
    try extraction.compareAmended()
  }
}
