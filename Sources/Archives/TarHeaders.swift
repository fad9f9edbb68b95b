/// What libarchive drops without a word: it takes the name in a pax or GNU header only up to a NUL.
enum TarHeaders {
  /// Looks through the headers of one entry, which may begin with the padding of the one before.
  static func check(_ bytes: [UInt8], from position: Int64) throws(ArchiveError) {
    var place = Int((512 - position % 512) % 512)
    while place + 512 <= bytes.count {
      let type = bytes[place + 156]
      guard let size = octal(bytes[place + 124..<place + 136]), Array("xgXLK".utf8).contains(type) else { return }
      let start = place + 512
      guard size <= bytes.count - start else { return }
      let content = bytes[start..<start + size]
      if type == UInt8(ascii: "L") || type == UInt8(ascii: "K") {
        if let end = content.firstIndex(of: 0), content[end...].contains(where: { $0 != 0 }) { throw hidden }
      } else {
        try checkRecords(content)
      }
      place = start + (size + 511) / 512 * 512
    }
  }

  private static var hidden: ArchiveError {
    ArchiveError(.refused, "its name, or that of what it links to, has a NUL byte")
  }

  /// The records of a pax header: "LENGTH KEY=VALUE\n".
  private static func checkRecords(_ content: ArraySlice<UInt8>) throws(ArchiveError) {
    var rest = content
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > space - rest.startIndex,
      length <= rest.count
    {
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      if record.starts(with: "path=".utf8) || record.starts(with: "linkpath=".utf8), record.contains(0) { throw hidden }
      rest = rest.dropFirst(length)
    }
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { (48..<56).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
