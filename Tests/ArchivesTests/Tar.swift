/// A tar archive written field by field, so that it can hold what no tar would write.
struct Tar {
  private(set) var bytes: [UInt8] = []

  /// The archive with the two blocks of zeros at its end.
  var ended: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// One header and its content.
  ///
  /// - Parameters:
  ///   - size: what the size's field says; nil for the content's.
  ///   - field: changes bytes of the header before its checksum is made.
  mutating func add(
    _ name: String, _ type: Character = "0", to target: String = "", _ content: some Collection<UInt8> = [],
    mode: UInt32 = 0o644, time: Int = 1_700_000_000, size: String? = nil, magic: String = "ustar\u{0}00",
    field: (inout [UInt8]) -> Void = { _ in }
  ) {
    add(
      Array(name.utf8), type, to: Array(target.utf8), content, mode: mode, time: time, size: size, magic: magic,
      field: field)
  }

  mutating func add(
    _ name: [UInt8], _ type: Character = "0", to target: [UInt8] = [], _ content: some Collection<UInt8> = [],
    mode: UInt32 = 0o644, time: Int = 1_700_000_000, size: String? = nil, magic: String = "ustar\u{0}00",
    field: (inout [UInt8]) -> Void = { _ in }
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: some Collection<UInt8>, at place: Int, _ length: Int) {
      for (offset, byte) in text.prefix(length).enumerated() { header[place + offset] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> [UInt8] {
      let text = String(number, radix: 8)
      return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
    }
    put(name, at: 0, 100)
    put(octal(Int(mode), 7), at: 100, 8)
    put(octal(0, 7), at: 108, 8)
    put(octal(0, 7), at: 116, 8)
    put(size.map { Array($0.utf8) } ?? octal(content.count, 11), at: 124, 12)
    put(octal(time, 11), at: 136, 12)
    put("\(type)".utf8, at: 156, 1)
    put(target, at: 157, 100)
    put(magic.utf8, at: 257, 8)
    field(&header)
    Self.sign(&header)
    bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// A pax header for the next entry, or for all ("g").
  mutating func addPax(_ records: [(String, String)], _ type: Character = "x") {
    add("pax", type, Array(records.map { Self.record($0, $1) }.joined().utf8))
  }

  /// A record of a pax header: its length counts itself.
  static func record(_ key: String, _ value: String) -> String {
    let rest = " \(key)=\(value)\n"
    var length = rest.utf8.count
    while String(length).utf8.count + rest.utf8.count != length { length += 1 }
    return "\(length)\(rest)"
  }

  /// Makes a header's checksum right.
  static func sign(_ header: inout [UInt8], at start: Int = 0) {
    for place in 148..<156 { header[start + place] = UInt8(ascii: " ") }
    let sum = header[start..<start + 512].reduce(0) { $0 + Int($1) }
    let text = String(sum, radix: 8)
    let digits = String(repeating: "0", count: 6 - text.count) + text + "\u{0} "
    for (offset, byte) in digits.utf8.enumerated() { header[start + 148 + offset] = byte }
  }
}
