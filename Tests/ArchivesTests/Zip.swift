/// A zip archive written field by field, so that it can hold what no zip would write. Nothing in it is compressed.
struct Zip {
  /// One entry, as the part before its content tells it, and as the directory at the end does.
  struct Entry {
    var name: [UInt8]
    var content: [UInt8]
    var mode: UInt32
    var flags: UInt16 = 0x800
    var method: UInt16 = 0
    /// What the directory says instead.
    var directoryName: [UInt8]?
    var directorySize: UInt32?
    /// Fields of its header.
    var extra: [UInt8] = []
    /// What is neither.
    var gap: [UInt8] = []
    var isListed = true
    var isThere = true
  }

  private var entries: [Entry] = []
  /// What the end says instead of how many entries there are.
  var count: UInt16?
  var comment: [UInt8] = []
  /// What is between the entries and the directory.
  var gap: [UInt8] = []

  mutating func add(
    _ name: String, _ content: String = "", mode: UInt32 = 0o100644, change: (inout Entry) -> Void = { _ in }
  ) {
    var entry = Entry(name: Array(name.utf8), content: Array(content.utf8), mode: mode)
    change(&entry)
    entries.append(entry)
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = bytes.count
      let size = UInt32(entry.content.count)
      // Version, flags, method, time and date, checksum, sizes.
      let common =
        Self.low(20, 2) + Self.low(entry.flags, 2) + Self.low(entry.method, 2) + Self.low(0x5000, 2)
        + Self.low(0x5a21, 2) + Self.low(Self.checksum(entry.content), 4)
      if entry.isThere {
        bytes += Self.low(0x0403_4b50, 4) + common + Self.low(size, 4) + Self.low(size, 4)
        bytes += Self.low(entry.name.count, 2) + Self.low(entry.extra.count, 2) + entry.name + entry.extra
        bytes += entry.content + entry.gap
      }
      let name = entry.directoryName ?? entry.name
      guard entry.isListed else { continue }
      directory += Self.low(0x0201_4b50, 4) + Self.low(0x031e, 2) + common + Self.low(size, 4)
      directory += Self.low(entry.directorySize ?? size, 4) + Self.low(name.count, 2) + [UInt8](repeating: 0, count: 8)
      directory += Self.low(entry.mode << 16, 4) + Self.low(offset, 4) + name
    }
    let listed = count ?? UInt16(entries.count { $0.isListed })
    bytes += gap
    let start = bytes.count
    bytes += directory + Self.low(0x0605_4b50, 4) + Self.low(0, 4) + Self.low(listed, 2) + Self.low(listed, 2)
    return bytes + Self.low(directory.count, 4) + Self.low(start, 4) + Self.low(comment.count, 2) + comment
  }

  /// The field in which Info-ZIP tells the name as UTF-8.
  static func unicodePath(_ name: String, instead original: String) -> [UInt8] {
    low(0x7075, 2) + low(name.utf8.count + 5, 2) + [1] + low(checksum(Array(original.utf8)), 4) + name.utf8
  }

  private static func low(_ number: some BinaryInteger, _ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  /// CRC-32 as zip has it.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
    }
  }
}
