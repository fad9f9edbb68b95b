import CArchive
import Posix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// libarchive, which writes tar, compresses it, and hands the bytes on.
@safe final class ArchiveWriter {
  /// Where the bytes go.
  private final class Sink {
    let output: FileDescriptor
    var hash = SHA256()
    /// What libarchive was not told: C's callback has no room for it.
    var failure: (any Error)?

    init(_ output: consuming FileDescriptor) { self.output = output }

    @unsafe func take(_ bytes: UnsafeRawBufferPointer) -> Int {
      do {
        try unsafe output.write(bytes)
        unsafe hash.add(Array(bytes))
        return bytes.count
      } catch {
        failure = error
        return -1
      }
    }
  }

  private let pointer: OpaquePointer
  private let entry: OpaquePointer
  private let sink: Sink
  private var digest = ContentDigest()
  private var isFinished = false

  init(
    to output: consuming FileDescriptor, _ compression: PackedArchive.Compression,
    _ attributes: PackedArchive.Attributes
  ) throws {
    let sink = Sink(output)
    self.sink = sink
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
    switch compression {
    case .zstd: try check(unsafe archive_write_add_filter_zstd(pointer))
    case .gzip:
      try check(unsafe archive_write_add_filter_gzip(pointer))
      // It would be the time of the packing.
      try check(unsafe archive_write_set_filter_option(pointer, "gzip", "timestamp", nil))
    case .none: break
    }
    try check(unsafe archive_write_set_bytes_in_last_block(pointer, 1))
    try check(
      unsafe archive_write_open(
        pointer, Unmanaged.passUnretained(sink).toOpaque(), nil,
        { _, sink, start, count in
          guard let sink = unsafe sink else { return -1 }
          let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
          return unsafe Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue().take(bytes)
        }, nil))
  }

  deinit {
    // Where it was not finished it stays without an end: libarchive would write one, and half an archive would pass for whole.
    if !isFinished { _ = unsafe archive_write_fail(pointer) }
    unsafe archive_entry_free(entry)
    unsafe archive_write_free(pointer)
  }

  // MARK: Entries

  /// Begins an entry; a file's content has to follow.
  func begin(_ path: PathBelow, _ kind: Files.Kind, _ told: ToldAttributes, size: Int, target: [UInt8] = []) throws {
    digest.begin(path, kind, told, size: size, target: target)
    unsafe archive_entry_clear(entry)
    path.withCString { unsafe archive_entry_set_pathname(entry, $0) }
    let type: mode_t = kind == .directory ? S_IFDIR : kind == .link ? S_IFLNK : S_IFREG
    unsafe archive_entry_set_filetype(entry, UInt32(type))
    unsafe archive_entry_set_perm(entry, mode_t(told.mode))
    unsafe archive_entry_set_size(entry, Int64(size))
    unsafe archive_entry_set_mtime(entry, time_t(told.time.seconds), told.time.nanoseconds)
    if kind == .link {
      unsafe (target + [0]).withUnsafeBufferPointer { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe archive_entry_set_symlink(entry, $0.baseAddress) }
      }
    }
    try check(unsafe archive_write_header(pointer, entry))
  }

  /// Adds a piece of a file's content.
  func add(_ bytes: [UInt8]) throws {
    digest.add(bytes)
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
    return (sink.hash.finish(), digest.finish())
  }

  private func check(_ status: Int32) throws {
    if let failure = sink.failure { throw failure }
    if status == ARCHIVE_OK { return }
    let words = unsafe archive_error_string(pointer).map { unsafe String(cString: $0) } ?? "libarchive gave no reason"
    throw ArchiveError(.refused, "it cannot be written (\(words))").whilePacking
  }
}
