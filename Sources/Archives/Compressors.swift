import CZlib
import CZstd

/// Compresses one stream.
protocol Compressor: AnyObject {
  /// Takes the next bytes, and calls with each piece of what becomes of them.
  @safe func compress(_ bytes: [UInt8], isEnd: Bool, _ write: (UnsafeRawBufferPointer) throws -> Void) throws
}

extension PackedArchive.Compression {
  func compressor() throws -> sending any Compressor {
    switch self {
    case .zstd: try ZstdCompressor()
    case .gzip: try GzipCompressor()
    case .none: NoCompressor()
    }
  }
}

final class NoCompressor: Compressor {
  @safe func compress(_ bytes: [UInt8], isEnd: Bool, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try unsafe bytes.withUnsafeBytes(write)
  }
}

/// libzstd at its usual level, 3, with a checksum.
@safe final class ZstdCompressor: Compressor {
  private let state: OpaquePointer
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 16)

  init() throws(ArchiveError) {
    guard let state = unsafe ZSTD_createCCtx() else { throw cannotBegin("libzstd") }
    unsafe self.state = unsafe state
    unsafe ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    unsafe ZSTD_freeCCtx(state)
    unsafe buffer.deallocate()
  }

  @safe func compress(_ bytes: [UInt8], isEnd: Bool, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try unsafe bytes.withUnsafeBytes { bytes in
      var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
      while true {
        var output = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        let left = unsafe ZSTD_compressStream2(state, &output, &input, isEnd ? ZSTD_e_end : ZSTD_e_continue)
        if ZSTD_isError(left) != 0 {
          throw notWritten(unsafe String(cString: ZSTD_getErrorName(left)))
        }
        if unsafe output.pos > 0 { try unsafe write(UnsafeRawBufferPointer(rebasing: buffer[..<output.pos])) }
        if unsafe isEnd ? left == 0 : input.pos == input.size { return }
      }
    }
  }
}

/// zlib at its usual level, 6; the header has no time.
@safe final class GzipCompressor: Compressor {
  private let state: UnsafeMutablePointer<z_stream>
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)

  init() throws(ArchiveError) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: z_stream())
    // 15 for the largest window, 16 for gzip; 8 is the usual memory.
    let status = unsafe deflateInit2_(
      state, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, zlibVersion(),
      Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw cannotBegin("zlib") }
  }

  deinit {
    unsafe deflateEnd(state)
    unsafe state.deallocate()
    unsafe buffer.deallocate()
  }

  @safe func compress(_ bytes: [UInt8], isEnd: Bool, _ write: (UnsafeRawBufferPointer) throws -> Void) throws {
    try unsafe bytes.withUnsafeBytes { bytes in
      unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
      unsafe state.pointee.avail_in = UInt32(bytes.count)
      while true {
        unsafe state.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
        unsafe state.pointee.avail_out = UInt32(buffer.count)
        let status = unsafe deflate(state, isEnd ? Z_FINISH : Z_NO_FLUSH)
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
          throw notWritten("zlib: \(status)")
        }
        let left = unsafe Int(state.pointee.avail_out)
        if unsafe left < buffer.count {
          try unsafe write(UnsafeRawBufferPointer(rebasing: buffer[..<(buffer.count - left)]))
        }
        if isEnd ? status == Z_STREAM_END : left > 0 { return }
      }
    }
  }
}

private func cannotBegin(_ library: String) -> ArchiveError { notWritten("\(library) cannot begin") }

private func notWritten(_ reason: String) -> ArchiveError {
  ArchiveError(.refused, "it cannot be written (\(reason))").whilePacking
}
