/// Changes valid archives into what somebody might send.
struct Mutator {
  /// A valid archive, and how it is to be changed.
  enum Original {
    /// Its headers are made right again after most changes, so that these get past the checksums.
    case tar([UInt8])
    case zip([Zip.Entry])
    /// Changed in its compressed bytes only.
    case bytes([UInt8])
  }

  let originals: [Original]

  /// Names that lead out, or try to.
  private static let names = [
    "../outside/file", "/tmp/x", "..", ".", "/", "", "l", "l/file", "d", "d/", "d/file", "d/../../outside/file",
    "./d/./file",
    "a\u{1b}[31m", String(repeating: "n", count: 99), "d/l", "d/l/x", "../release/d", "l/../..", "d/d/d/d/d",
    "d/up/../outside", "d/up/..", "d/up",
    "\\..\\x",
  ]
  private static let types = Array("01234567xgLKSVMDNA\0")
  private static let sizes = ["77777777777", "00000000000", "00000000777", "-0000000001", "zzzzzzzzzzz", "00000001000"]

  func archive(_ random: inout Random) -> [UInt8] {
    switch random.oneOf(originals) {
    case .bytes(var bytes):
      change(&bytes, &random)
      return bytes
    case .tar(var bytes):
      for _ in 0...random.below(4) {
        if random.happens(70) { changeHeader(&bytes, &random) } else { change(&bytes, &random) }
      }
      if random.happens(85) { sign(&bytes) }
      if random.happens(20) { bytes += [UInt8](repeating: 0, count: 1024) }
      return Self.wrapped(bytes, random.below(3))
    case .zip(let entries):
      var zip = Zip()
      for entry in entries { zip.add("", change: { $0 = changed(entry, &random) }) }
      if random.happens(10) { zip.add("", change: { $0 = changed(random.oneOf(entries), &random) }) }
      var bytes = zip.bytes
      if random.happens(30) { change(&bytes, &random) }
      return bytes
    }
  }

  // MARK: Bytes

  private func change(_ bytes: inout [UInt8], _ random: inout Random) {
    for _ in 0...random.below(4) where !bytes.isEmpty {
      let place = random.below(bytes.count)
      let length = random.below(min(bytes.count - place, 1 << random.below(12))) + 1
      let range = place..<min(place + length, bytes.count)
      switch random.below(8) {
      case 0, 1: bytes[place] ^= 1 << random.below(8)
      case 2: bytes[place] = random.oneOf([0, 1, 0x2e, 0x2f, 0x7f, 0x80, 0xff])
      case 3: bytes.replaceSubrange(place..<place, with: Array(bytes[range]))
      case 4: bytes.removeSubrange(range)
      case 5: bytes.removeSubrange(place...)
      case 6: if case .bytes(let other) = random.oneOf(originals) { splice(other, into: &bytes, at: place, &random) }
      default: if case .tar(let other) = random.oneOf(originals) { splice(other, into: &bytes, at: place, &random) }
      }
    }
  }

  private func splice(_ other: [UInt8], into bytes: inout [UInt8], at place: Int, _ random: inout Random) {
    let start = random.below(other.count)
    let piece = other[start..<min(other.count, start + random.below(2000))]
    bytes.replaceSubrange(place..<min(bytes.count, place + random.below(2000)), with: piece)
  }

  // MARK: tar

  private func changeHeader(_ bytes: inout [UInt8], _ random: inout Random) {
    let headers = Self.headers(in: bytes)
    if headers.isEmpty { return }
    let start = random.oneOf(headers)
    func put(_ text: String, _ offset: Int, _ length: Int) {
      let field = Array(text.utf8.prefix(length)) + [UInt8](repeating: 0, count: max(0, length - text.utf8.count))
      bytes.replaceSubrange(start + offset..<start + offset + length, with: field)
    }
    switch random.below(10) {
    case 0, 1: put(random.oneOf(Self.names), 0, 100)
    case 2, 3: put(random.oneOf(Self.names), 157, 100)
    case 4: put(String(random.oneOf(Self.types)), 156, 1)
    case 5: put(random.oneOf(Self.sizes), 124, 12)
    case 6: bytes.replaceSubrange(start + 124..<start + 136, with: (0..<12).map { _ in UInt8(random.below(256)) })
    case 7: bytes.insert(contentsOf: bytes[start..<start + 512], at: random.oneOf(headers))
    case 8: bytes.removeSubrange(start..<min(bytes.count, start + 512 * (1 + random.below(3))))
    default: put(random.oneOf(["0004755", "0007777", "7777777", "0000000"]), 100, 8)
    }
  }

  /// Where headers are: every block with tar's magic.
  private static func headers(in bytes: [UInt8]) -> [Int] {
    stride(from: 0, to: bytes.count - 511, by: 512).filter { bytes[($0 + 257)...].starts(with: "ustar".utf8) }
  }

  private func sign(_ bytes: inout [UInt8]) {
    for start in Self.headers(in: bytes) { Tar.sign(&bytes, at: start) }
  }

  /// As it is, or packed without being compressed, which needs no program.
  private static func wrapped(_ bytes: [UInt8], _ kind: Int) -> [UInt8] {
    func low(_ number: some BinaryInteger, _ length: Int) -> [UInt8] {
      (0..<length).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
    let pieces = stride(from: 0, to: bytes.count, by: 60_000).map { bytes[$0..<min(bytes.count, $0 + 60_000)] }
    if pieces.isEmpty || kind == 0 { return bytes }
    var packed: [UInt8] = kind == 1 ? [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] : [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]
    for (number, piece) in pieces.enumerated() {
      let isLast = number == pieces.count - 1 ? 1 : 0
      if kind == 1 {
        packed += low(isLast, 1) + low(piece.count, 2) + low(~piece.count, 2) + piece
      } else {
        packed += low(piece.count << 3 | isLast, 3) + piece
      }
    }
    return kind == 1 ? packed + low(Zip.checksum(bytes), 4) + low(bytes.count, 4) : packed
  }

  // MARK: zip

  private func changed(_ entry: Zip.Entry, _ random: inout Random) -> Zip.Entry {
    var entry = entry
    switch random.below(20) {
    case 0: entry.name = Array(random.oneOf(Self.names).utf8)
    case 1: entry.directoryName = Array(random.oneOf(Self.names).utf8)
    case 2: entry.mode = random.oneOf([0o120777, 0o100644, 0o040755, 0o104755, 0o010644, 0, 0o120000, 0o177777])
    case 3: (entry.mode, entry.content) = (0o120777, Array(random.oneOf(Self.names).utf8))
    case 4: entry.flags = UInt16(random.below(65_536))
    case 5: entry.method = random.oneOf([0, 8, 9, 12, 14, 93, 95, 98, 99, 1])
    case 6: entry.directorySize = UInt32(random.below(1 << 32))
    case 7: entry.isListed = false
    case 8: entry.isThere = false
    case 9: entry.gap = (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
    case 10: change(&entry.content, &random)
    case 11: change(&entry.name, &random)
    default: break
    }
    return entry
  }
}
