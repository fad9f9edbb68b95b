import Posix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of an archive as they arrive: read within the time, counted, hashed, and unpacked a block at a time.
///
/// It sees everything that libarchive is given, and so knows what libarchive does not tell: whether the stream has its
/// end, and whether anything follows it.
@safe final class ArchiveStream {
  private let input: FileDescriptor
  private let limits: ArchiveLimits
  private let deadline: ContinuousClock.Instant
  private var hash = SHA256()
  private var chunk: [UInt8] = []
  private var place = 0
  private var hasInputEnded = false

  private var compression: Compression?
  private var decompressor: (any Decompressor)?
  private var isEnd = false
  /// Full but for the last one; a multiple of tar's 512 bytes.
  private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
  /// Where the block begins in what is unpacked.
  private(set) var blockStart: Int64 = 0
  private var blockCount = 0

  /// How many bytes have arrived.
  private(set) var arrived: Int64 = 0
  /// How many bytes were unpacked from them.
  var unpacked: Int64 { blockStart + Int64(blockCount) }
  /// The end of the last unpacked byte that is not zero.
  private(set) var lastNonzero: Int64 = 0
  /// Whether it is a zip archive, which is known from the first bytes.
  private(set) var isZip = false
  /// What libarchive was not told: C's callback has no room for it.
  private(set) var failure: (any Error)?

  /// From where unpacked bytes are kept, and those of the blocks before this one.
  private var keptFrom: Int64?
  private var kept: [UInt8] = []
  /// The last bytes of the block before: libarchive may look a few bytes ahead of those that it uses up.
  private var tail: [UInt8] = []
  private static let tailLength = 64

  init(_ input: consuming FileDescriptor, _ limits: ArchiveLimits) throws {
    self.input = input
    self.limits = limits
    deadline = .now + .seconds(limits.seconds)
    while chunk.count < Compression.signatureLength {
      let more = try receive()
      if more.isEmpty { break }
      chunk += more
    }
    if chunk.isEmpty { throw ArchiveError(.damaged, "nothing arrived") }
    isZip = chunk.starts(with: [0x50, 0x4b, 0x03, 0x04])
    compression = Compression(signature: chunk[...])
    decompressor = try compression?.decompressor()
  }

  deinit { unsafe block.deallocate() }

  // MARK: Arriving

  private func receive() throws -> [UInt8] {
    let left = deadline - .now
    guard left > .zero, try input.isReadable(within: left) else {
      throw ArchiveError(over: .seconds, limits.seconds, "it is not all there in time")
    }
    let bytes = try input.read(upTo: 64 << 10)
    hasInputEnded = bytes.isEmpty
    arrived += Int64(bytes.count)
    if arrived > limits.bytes { throw ArchiveError(over: .bytes, limits.bytes, "more bytes than it may have arrived") }
    hash.add(bytes)
    return bytes
  }

  // MARK: Unpacking

  /// Unpacks the next block in the place of the one before, and lends it; empty at the end.
  func next() -> UnsafeRawBufferPointer? {
    do {
      if failure != nil { return nil }
      try refill()
      return unsafe UnsafeRawBufferPointer(rebasing: block[..<blockCount])
    } catch {
      failure = error
      return nil
    }
  }

  /// Does the same, and copies the block.
  func nextBytes() throws -> [UInt8] {
    try refill()
    return unsafe Array(block[..<blockCount])
  }

  /// Unpacks all that is left.
  func drain() throws {
    repeat { try refill() } while blockCount > 0
  }

  private func refill() throws {
    try keepBlock()
    unsafe tail = Array(block[max(0, blockCount - Self.tailLength)..<blockCount])
    blockStart += Int64(blockCount)
    blockCount = 0
    while unsafe blockCount < block.count && !isEnd { try fill() }
    if let last = unsafe Self.lastNonzero(UnsafeRawBufferPointer(rebasing: block[..<blockCount])) {
      lastNonzero = blockStart + Int64(last) + 1
    }
    try check(unpacked, isWritten: true)
  }

  /// The place of the last byte that is not zero. The padding of an archive is compared with itself, which is faster.
  @unsafe private static func lastNonzero(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return nil }
    if unsafe bytes[0] == 0 && memcmp(start, start + 1, bytes.count - 1) == 0 { return nil }
    return unsafe bytes.lastIndex { $0 != 0 }
  }

  private func fill() throws {
    if place == chunk.count && !hasInputEnded {
      chunk = try receive()
      place = 0
    }
    let rest = chunk.count - place
    let output = unsafe UnsafeMutableRawBufferPointer(rebasing: block[blockCount...])
    guard let decompressor, let compression else {
      let count = min(rest, output.count)
      unsafe chunk.withUnsafeBytes {
        unsafe output.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place..<place + count]))
      }
      place += count
      blockCount += count
      isEnd = count == 0
      return
    }
    let step = try unsafe chunk.withUnsafeBytes { bytes in
      unsafe try decompressor.step(UnsafeRawBufferPointer(rebasing: bytes[place...]), output)
    }
    place += step.read
    blockCount += step.written
    if step.isEnd {
      isEnd = true
      try expectNothing(behind: compression)
    } else if step.read == 0 && step.written == 0 {
      if rest > 0 { throw compression.damaged("it does not go on") }
      throw ArchiveError(.damaged, "it is cut off: the \(compression.rawValue) data has no end")
    }
  }

  /// Reads the input to its real end. Only zeros may be there, as on a tape.
  private func expectNothing(behind compression: Compression) throws {
    while true {
      if unsafe chunk[place...].withUnsafeBytes({ unsafe Self.lastNonzero($0) }) != nil {
        throw ArchiveError(
          .damaged, "something follows the end of the \(compression.rawValue) data: a second archive, or what is none")
      }
      if hasInputEnded { return }
      chunk = try receive()
      place = 0
    }
  }

  /// Compares how much there is, unpacked, with what there may be.
  ///
  /// - Parameter isWritten: whether they are there already, or a header only says so.
  func check(_ bytes: Int64, isWritten: Bool) throws {
    if bytes > limits.bytes { throw ArchiveError(over: .bytes, limits.bytes, "it holds more bytes than it may") }
    if isWritten, bytes > limits.unjudged && bytes / max(1, limits.ratio) > arrived {
      throw ArchiveError(
        over: .ratio, limits.ratio, "\(arrived) bytes became \(bytes), more than \(limits.ratio) times as many")
    }
    // Also where nothing has to be waited for.
    if ContinuousClock.now > deadline {
      throw ArchiveError(over: .seconds, limits.seconds, "it takes longer than it may")
    }
  }

  // MARK: Keeping

  /// Has the unpacked bytes from here on be kept, whatever libarchive reads.
  func keep(from position: Int64) {
    keptFrom = position
    kept = position < blockStart ? tail.suffix(Int(blockStart - position)) : []
  }

  /// The bytes from where keeping began up to a position.
  func keptBytes(to position: Int64) -> [UInt8] {
    guard let keptFrom else { return [] }
    let start = max(keptFrom, blockStart)
    var bytes = kept
    if position > start { unsafe bytes += block[Int(start - blockStart)..<Int(position - blockStart)] }
    return bytes
  }

  /// The bytes that were kept from a position on.
  func keptBytes(from position: Int64) -> [UInt8] {
    Array(keptBytes(to: unpacked).dropFirst(Int(position - (keptFrom ?? position))))
  }

  func stopKeeping() { keptFrom = nil }

  private func keepBlock() throws {
    guard let keptFrom, unpacked > keptFrom else { return }
    unsafe kept += block[Int(max(keptFrom - blockStart, 0))..<blockCount]
    if kept.count > 2 << 20 { throw ArchiveError(.refused, "its header is larger than 2 MB") }
  }

  // MARK: The end

  /// The checksum of all that arrived, in small hexadecimal digits.
  func finish() -> String { hash.finish() }
}
