import CBzip2
import CLzma
import CZlib
import CZstd

/// How much memory a sender can make a decompressor take: `zstd -19` and `xz -7` are below it.
private let memoryLimit: UInt64 = 20 << 20
private let windowLog: Int32 = 24

/// zlib with its header and trailer for gzip: checksum and length are compared.
@safe final class GzipDecompressor: Decompressor {
  private let state: UnsafeMutablePointer<z_stream>

  init() throws(ArchiveError) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: z_stream())
    // 15 for the largest window, 16 for gzip only.
    let status = unsafe inflateInit2_(state, 15 + 16, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Compression.gzip.damaged("zlib cannot begin: \(status)") }
  }

  deinit {
    unsafe inflateEnd(state)
    unsafe state.deallocate()
  }

  @safe func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecompressionStep {
    unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
    unsafe state.pointee.avail_in = UInt32(input.count)
    unsafe state.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    unsafe state.pointee.avail_out = UInt32(output.count)
    let status = unsafe inflate(state, Z_NO_FLUSH)
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw Compression.gzip.damaged(unsafe state.pointee.msg.map { unsafe String(cString: $0) } ?? "error \(status)")
    }
    return unsafe DecompressionStep(
      read: input.count - Int(state.pointee.avail_in), written: output.count - Int(state.pointee.avail_out),
      isEnd: status == Z_STREAM_END)
  }
}

/// libzstd, one frame, its checksum compared if it has one.
@safe final class ZstdDecompressor: Decompressor {
  private let state: OpaquePointer

  init() throws(ArchiveError) {
    guard let state = unsafe ZSTD_createDCtx() else { throw Compression.zstd.damaged("libzstd cannot begin") }
    unsafe self.state = unsafe state
    unsafe ZSTD_DCtx_setParameter(state, ZSTD_d_windowLogMax, windowLog)
  }

  deinit { unsafe ZSTD_freeDCtx(state) }

  @safe func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecompressionStep {
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = unsafe ZSTD_decompressStream(state, &target, &source)
    if ZSTD_isError(status) != 0 {
      let reason = unsafe String(cString: ZSTD_getErrorName(status))
      if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
        throw ArchiveError(
          .refused, "unpacking it needs a window of more than \(1 << (windowLog - 20)) MB: 'zstd -19' needs less")
      }
      throw Compression.zstd.damaged(reason)
    }
    return unsafe DecompressionStep(read: source.pos, written: target.pos, isEnd: status == 0)
  }
}

/// liblzma, one stream, its checks and index compared.
@safe final class XzDecompressor: Decompressor {
  private let state: UnsafeMutablePointer<lzma_stream>

  init() throws(ArchiveError) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: lzma_stream())
    // LZMA_TELL_UNSUPPORTED_CHECK, a macro that Swift cannot read: a check that liblzma does not know would not be made.
    let status = unsafe lzma_stream_decoder(state, memoryLimit, 0x02)
    guard status == LZMA_OK else { throw Compression.xz.damaged("liblzma cannot begin: \(status.rawValue)") }
  }

  deinit {
    unsafe lzma_end(state)
    unsafe state.deallocate()
  }

  @safe func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecompressionStep {
    unsafe state.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
    unsafe state.pointee.avail_in = input.count
    unsafe state.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    unsafe state.pointee.avail_out = output.count
    let status = unsafe lzma_code(state, LZMA_RUN)
    switch status {
    case LZMA_OK, LZMA_STREAM_END, LZMA_BUF_ERROR: break
    case LZMA_MEMLIMIT_ERROR:
      throw ArchiveError(
        .refused, "unpacking it needs more than \(memoryLimit >> 20) MB of memory: 'xz -6' and 'xz -7' need less")
    case LZMA_UNSUPPORTED_CHECK: throw Compression.xz.damaged("its kind of checksum is not known")
    default: throw Compression.xz.damaged("error \(status.rawValue)")
    }
    return unsafe DecompressionStep(
      read: input.count - state.pointee.avail_in, written: output.count - state.pointee.avail_out,
      isEnd: status == LZMA_STREAM_END)
  }
}

/// libbz2, one stream, its checksums compared. It takes at most 4 MB.
@safe final class Bzip2Decompressor: Decompressor {
  private let state: UnsafeMutablePointer<bz_stream>

  init() throws(ArchiveError) {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: bz_stream())
    let status = unsafe BZ2_bzDecompressInit(state, 0, 0)
    guard status == BZ_OK else { throw Compression.bzip2.damaged("libbz2 cannot begin: \(status)") }
  }

  deinit {
    unsafe BZ2_bzDecompressEnd(state)
    unsafe state.deallocate()
  }

  @safe func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) throws(ArchiveError) -> DecompressionStep {
    unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: CChar.self).baseAddress)
    unsafe state.pointee.avail_in = UInt32(input.count)
    unsafe state.pointee.next_out = output.bindMemory(to: CChar.self).baseAddress
    unsafe state.pointee.avail_out = UInt32(output.count)
    let status = unsafe BZ2_bzDecompress(state)
    guard status == BZ_OK || status == BZ_STREAM_END else { throw Compression.bzip2.damaged("error \(status)") }
    return unsafe DecompressionStep(
      read: input.count - Int(state.pointee.avail_in), written: output.count - Int(state.pointee.avail_out),
      isEnd: status == BZ_STREAM_END)
  }
}
