/// How the bytes of an archive were compressed.
///
/// libarchive has filters for it, but the one for gzip checks no checksum (3.6.2), some ignore what follows, and those for
/// zstd and xz take what memory the sender asks for. The libraries themselves tell where a stream ends, and take a limit.
enum Compression: String {
  case gzip, zstd, xz, bzip2

  /// The first bytes that tell it.
  static let signatureLength = 6

  /// What the first bytes of a stream say; nil for none of these.
  init?(signature: ArraySlice<UInt8>) {
    if signature.starts(with: [0x1f, 0x8b]) {
      self = .gzip
    } else if signature.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
      self = .zstd
    } else if signature.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) {
      self = .xz
    } else if signature.starts(with: Array("BZh".utf8)) {
      self = .bzip2
    } else {
      return nil
    }
  }

  func decompressor() throws -> any Decompressor {
    switch self {
    case .gzip: try GzipDecompressor()
    case .zstd: try ZstdDecompressor()
    case .xz: try XzDecompressor()
    case .bzip2: try Bzip2Decompressor()
    }
  }

  func damaged(_ reason: String) -> ArchiveError {
    ArchiveError(.damaged, "the \(rawValue) data is damaged (\(reason))")
  }
}

/// What one step of a decompressor did.
struct DecompressionStep {
  /// How many bytes of the input were used up.
  let read: Int
  /// How many bytes were written.
  let written: Int
  /// Whether the compressed stream has ended, and every checksum in it was right.
  let isEnd: Bool
}

/// Unpacks one compressed stream; a second one behind it is not begun.
protocol Decompressor: AnyObject {
  @safe func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecompressionStep
}
