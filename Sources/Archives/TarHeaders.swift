/// The names in the headers of one entry, as they are: libarchive takes a name in a pax or GNU header only up to a NUL, and
/// composes accents in those of pax.
struct TarHeaders {
  /// The entry's path in a pax header; nil if there is none.
  private(set) var path: [UInt8]?
  /// What the entry links to in a pax header; nil if there is none.
  private(set) var link: [UInt8]?

  /// Looks through the headers, which may begin with the padding of the entry before.
  init(_ bytes: [UInt8], from position: Int64) throws(ArchiveError) {
    var place = Int((512 - position % 512) % 512)
    while place + 512 <= bytes.count {
      let type = bytes[place + 156]
      guard let size = Self.octal(bytes[place + 124..<place + 136]), Array("xgXLK".utf8).contains(type) else { return }
      let start = place + 512
      guard size <= bytes.count - start else { return }
      let content = bytes[start..<start + size]
      switch UnicodeScalar(type) {
      case "L", "K":
        if let end = content.firstIndex(of: 0), content[end...].contains(where: { $0 != 0 }) { throw Self.hidden }
      case "x", "X": try read(records: content)
      // What is for all entries is not taken.
      default: break
      }
      place = start + (size + 511) / 512 * 512
    }
  }

  /// Reads the records of a pax header: "LENGTH KEY=VALUE\n".
  private mutating func read(records content: ArraySlice<UInt8>) throws(ArchiveError) {
    var rest = content
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > space - rest.startIndex + 1,
      length <= rest.count
    {
      let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
      if record.starts(with: "path=".utf8) { path = Array(record.dropFirst(5)) }
      if record.starts(with: "linkpath=".utf8) { link = Array(record.dropFirst(9)) }
      rest = rest.dropFirst(length)
    }
    if path?.contains(0) == true || link?.contains(0) == true { throw Self.hidden }
  }

  private static var hidden: ArchiveError {
    ArchiveError(.refused, "its name, or that of what it links to, has a NUL byte")
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { (48..<56).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}

/// The name in the header of one entry of a zip archive, as it is.
enum ZipHeader {
  /// Finds the header that ends the bytes, and the name in it.
  static func name(in bytes: [UInt8]) -> [UInt8]? {
    func number(at place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
    // What tells the end of the entry before may still be there.
    for start in bytes.indices
    where bytes[start...].starts(with: [0x50, 0x4b, 0x03, 0x04]) && start + 30 <= bytes.count {
      let (name, extra) = (number(at: start + 26), number(at: start + 28))
      if start + 30 + name + extra == bytes.count { return Array(bytes[start + 30..<start + 30 + name]) }
    }
    return nil
  }
}
