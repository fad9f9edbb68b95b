/// One record of the directory at the end of a zip archive (APPNOTE.TXT 4.3.12), which alone tells permissions and symlinks.
struct ZipRecord {
  let name: [UInt8]
  /// The bytes of the content.
  let size: UInt64
  /// The kind and the permissions as Unix has them; nil if something else has made the archive.
  let mode: UInt32?
}

/// The directory at the end of a zip archive, read record by record as it arrives.
struct ZipDirectory {
  private let stream: ArchiveStream
  private let start: Int64
  private var buffer: [UInt8]
  private var place = 0
  private var records = 0

  /// Begins where libarchive has found the end of the entries.
  init(_ stream: ArchiveStream, from position: Int64) {
    self.stream = stream
    start = position
    buffer = stream.keptBytes(from: position)
    stream.stopKeeping()
  }

  /// The next record; nil after the last one, when everything to the end of the stream is read and agrees.
  mutating func next() throws -> ZipRecord? {
    guard try number(at: 0, 4) == 0x0201_4b50 else {
      try readEnd()
      return nil
    }
    try need(46)
    let lengths = (
      name: Int(try number(at: 28, 2)), extra: Int(try number(at: 30, 2)), comment: Int(try number(at: 32, 2))
    )
    try need(46 + lengths.name + lengths.extra + lengths.comment)
    let name = Array(buffer[place + 46..<place + 46 + lengths.name])
    var size = try number(at: 24, 4)
    if size == 0xffff_ffff, let large = try zip64Size(46 + lengths.name, lengths.extra) { size = large }
    // 3 is Unix, 19 macOS.
    let isUnix = try [3, 19].contains(number(at: 5, 1))
    let attributes = UInt32(try number(at: 38, 4))
    place += 46 + lengths.name + lengths.extra + lengths.comment
    records += 1
    return ZipRecord(name: name, size: size, mode: isUnix ? attributes >> 16 : nil)
  }

  /// The size in the field for large files, which is its first if the record's own has no room.
  private mutating func zip64Size(_ start: Int, _ length: Int) throws -> UInt64? {
    var field = start
    while field + 4 <= start + length {
      let (kind, count) = try (number(at: field, 2), Int(number(at: field + 2, 2)))
      if kind == 1, count >= 8, field + 12 <= start + length { return try number(at: field + 4, 8) }
      field += 4 + count
    }
    return nil
  }

  // MARK: The end

  private mutating func readEnd() throws {
    let end = stream.unpacked - Int64(buffer.count - place)
    var isLarge = false
    if try number(at: 0, 4) == 0x0606_4b50 {
      isLarge = true
      let length = try number(at: 4, 8)
      guard length < 65_536 else { throw disagreement }
      place += 12 + Int(length)
      guard try number(at: 0, 4) == 0x0706_4b50 else { throw disagreement }
      place += 20
    }
    guard try number(at: 0, 4) == 0x0605_4b50 else {
      throw ArchiveError(
        .damaged, "the directory at the end of the zip archive is not where it should be, or has no end")
    }
    let (count, size, offset) = try (number(at: 10, 2), number(at: 12, 4), number(at: 16, 4))
    guard isLarge || (count == records && size == UInt64(end - start) && offset == UInt64(start)) else {
      throw disagreement
    }
    place += 22 + Int(try number(at: 20, 2))
    try need(0)
    repeat {
      if buffer[place...].contains(where: { $0 != 0 }) {
        throw ArchiveError(.damaged, "something follows the archive's end: a second archive, or what is none")
      }
      place = buffer.count
    } while try more()
  }

  private var disagreement: ArchiveError {
    ArchiveError(.damaged, "the directory at the end of the zip archive does not fit what comes before it")
  }

  // MARK: Bytes

  /// A number, with its lowest byte first.
  private mutating func number(at offset: Int, _ length: Int) throws -> UInt64 {
    try need(offset + length)
    return buffer[place + offset..<place + offset + length].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func need(_ count: Int) throws {
    while buffer.count - place < count {
      if try !more() {
        throw ArchiveError(.damaged, "it is cut off: the directory at the end of the zip archive has no end")
      }
    }
  }

  private mutating func more() throws -> Bool {
    let block = try stream.nextBytes()
    if block.isEmpty { return false }
    let done = min(place, buffer.count)
    buffer.removeFirst(done)
    place -= done
    buffer += block
    return true
  }
}
