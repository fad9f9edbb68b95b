/// The end of a tar archive. libarchive stops at the first block of zeros, or where nothing is left.
enum TarEnd {
  /// Reads to the end of the stream: there are two blocks of zeros after the last entry, and nothing but zeros.
  static func check(_ stream: ArchiveStream, after lastEntry: Int64) throws {
    stream.stopKeeping()
    try stream.drain()
    let end = (lastEntry + 511) / 512 * 512
    if stream.lastNonzero > end {
      throw ArchiveError(.damaged, "something follows the archive's end: a second archive, or what is none")
    }
    if stream.unpacked < end + 1024 {
      throw ArchiveError(.damaged, "it is cut off: the two blocks of zeros that end a tar archive are missing")
    }
  }
}
