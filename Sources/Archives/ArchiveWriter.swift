import CArchive
import Posix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// libarchive, which writes tar, and hands the bytes on to be compressed.
@safe final class ArchiveWriter {
  private let pointer: OpaquePointer
  private let entry: OpaquePointer
  private let output: CompressedOutput
  /// Nil where nobody compares it with what comes back.
  private var digest: ContentDigest?
  private var isFinished = false
  /// The number of the user and of the group that entries belong to.
  var owner: Int64 = 0

  init(
    to output: consuming FileDescriptor, _ compression: PackedArchive.Compression,
    _ attributes: PackedArchive.Attributes, digests: Bool = false
  ) throws {
    let output = try CompressedOutput(output, compression)
    self.output = output
    digest = digests ? ContentDigest() : nil
    guard let pointer = unsafe archive_write_new(), let entry = unsafe archive_entry_new() else {
      throw ArchiveError(.refused, "libarchive cannot begin").whilePacking
    }
    unsafe self.pointer = unsafe pointer
    unsafe self.entry = unsafe entry
    switch attributes {
    // The plain format, and pax where that has no room.
    case .normal: try check(unsafe archive_write_set_format_pax_restricted(pointer))
    // Only pax has parts of a second.
    case .faithful: try check(unsafe archive_write_set_format_pax(pointer))
    }
    try check(unsafe archive_write_set_bytes_per_block(pointer, 256 << 10))
    try check(unsafe archive_write_set_bytes_in_last_block(pointer, 1))
    try check(
      unsafe archive_write_open(
        pointer, Unmanaged.passUnretained(output).toOpaque(), nil,
        { _, output, start, count in
          guard let output = unsafe output else { return -1 }
          let bytes = unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
          return unsafe Unmanaged<CompressedOutput>.fromOpaque(output).takeUnretainedValue().take(bytes) ? count : -1
        }, nil))
  }

  deinit {
    // Where it was not finished it stays without an end: libarchive would write one, and half an archive would pass for whole.
    if !isFinished { _ = unsafe archive_write_fail(pointer) }
    output.abandon()
    unsafe archive_entry_free(entry)
    unsafe archive_write_free(pointer)
  }

  // MARK: Entries

  /// Begins an entry; a file's content has to follow.
  func begin(_ path: PathBelow, _ kind: Files.Kind, _ told: ToldAttributes, size: Int, target: [UInt8] = []) throws {
    digest?.begin(path, kind, told, size: size, target: target)
    unsafe archive_entry_clear(entry)
    path.withCString { unsafe archive_entry_set_pathname(entry, $0) }
    let type: mode_t = kind == .directory ? S_IFDIR : kind == .link ? S_IFLNK : S_IFREG
    unsafe archive_entry_set_filetype(entry, UInt32(type))
    unsafe archive_entry_set_perm(entry, mode_t(told.mode))
    unsafe archive_entry_set_size(entry, Int64(size))
    unsafe archive_entry_set_mtime(entry, time_t(told.time.seconds), told.time.nanoseconds)
    unsafe archive_entry_set_uid(entry, owner)
    unsafe archive_entry_set_gid(entry, owner)
    if kind == .link {
      unsafe (target + [0]).withUnsafeBufferPointer { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe archive_entry_set_symlink(entry, $0.baseAddress) }
      }
    }
    try check(unsafe archive_write_header(pointer, entry))
  }

  /// Adds a piece of a file's content.
  func add(_ bytes: [UInt8]) throws {
    digest?.add(bytes)
    guard unsafe archive_write_data(pointer, bytes, bytes.count) == bytes.count else {
      try check(ARCHIVE_FATAL)
      return
    }
  }

  /// Writes the end of the archive; returns the checksums of all that was written and of what was packed, in small hexadecimal
  /// digits.
  func finish() throws -> (sha256: String, digest: String) {
    try check(unsafe archive_write_close(pointer))
    isFinished = true
    return (try output.finish(), digest?.finish() ?? "")
  }

  private func check(_ status: Int32) throws {
    if status == ARCHIVE_OK { return }
    // Why nothing more is taken: C's callback has no room for it.
    if let failure = output.failure { throw failure }
    let words = unsafe archive_error_string(pointer).map { unsafe String(cString: $0) } ?? "libarchive gave no reason"
    throw ArchiveError(.refused, "it cannot be written (\(words))").whilePacking
  }
}
