/// One header of a tar archive (POSIX.1-2017, pax; and GNU's long names).
struct TarHeader: Equatable {
  enum Kind: Equatable {
    case file, directory, link
    /// Records about the next entry, as `pax` writes them.
    case records
    /// The next entry's name, or what it links to, as GNU tar writes it.
    case longName, longTarget
    /// Records about all that follows, of which nothing is used.
    case globalRecords
    /// A hard link, a device, a pipe: what no runtime has.
    case other
  }

  static let blockSize = 512

  var kind: Kind
  var name: [UInt8]
  var size: Int
  var isExecutable: Bool
  var target: [UInt8]

  /// Nil if the block is no header.
  init?(_ block: [UInt8]) {
    func field(_ range: Range<Int>) -> [UInt8] { Array(block[range].prefix { $0 != 0 }) }
    func number(_ range: Range<Int>) -> Int? {
      let digits = field(range).filter { $0 != UInt8(ascii: " ") }
      return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
    guard block.count == Self.blockSize, let size = number(124..<136), size >= 0, let mode = number(100..<108),
      let sum = number(148..<156)
    else { return nil }
    let sums = block.enumerated().map { (148..<156).contains($0) ? Int(UInt8(ascii: " ")) : Int($1) }
    guard sums.reduce(0, +) == sum else { return nil }
    switch block[156] {
    case 0, UInt8(ascii: "0"): kind = .file
    case UInt8(ascii: "2"): kind = .link
    case UInt8(ascii: "5"): kind = .directory
    case UInt8(ascii: "x"): kind = .records
    case UInt8(ascii: "g"): kind = .globalRecords
    case UInt8(ascii: "L"): kind = .longName
    case UInt8(ascii: "K"): kind = .longTarget
    default: kind = .other
    }
    // In GNU's own format something else is in the place of the name's beginning.
    let prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? field(345..<500) : []
    name = prefix.isEmpty ? field(0..<100) : prefix + [UInt8(ascii: "/")] + field(0..<100)
    self.size = size
    isExecutable = mode & 0o111 != 0
    target = field(157..<257)
  }

  /// How many bytes follow the content, up to the next header.
  var padding: Int { (Self.blockSize - size % Self.blockSize) % Self.blockSize }

  /// The values of pax records ("LENGTH KEY=VALUE\n"), by their keys; nil if they are none.
  static func records(_ bytes: [UInt8]) -> [String: [UInt8]]? {
    var records: [String: [UInt8]] = [:]
    var rest = bytes[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0 != UInt8(ascii: " ") }
      guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1, length <= rest.count
      else { return nil }
      let record = rest.prefix(length)
      rest = rest.dropFirst(length)
      guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let key = record[(digits.endIndex + 1)..<max(equals, digits.endIndex + 1)]
      records[String(decoding: key, as: UTF8.self)] = Array(record[(equals + 1)...].dropLast())
    }
    return records
  }
}
