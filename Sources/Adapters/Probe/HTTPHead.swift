/// The head of an HTTP/1 answer (RFC 9112).
struct HTTPHead {
  let status: Int
  /// The header fields, their names in lowercase.
  let fields: [(name: String, value: String)]

  /// The first value of a field; nil if there is none.
  func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

extension HTTPHead {
  /// Takes a head off the beginning of what curl wrote; nil if it has not all of it yet.
  init?(takenFrom bytes: inout ArraySlice<UInt8>) {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    bytes = bytes[end.upperBound...]
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
    self.status = status
    fields = lines.dropFirst().compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 ? (parts[0].lowercased(), String(parts[1].drop { $0 == " " })) : nil
    }
  }
}
