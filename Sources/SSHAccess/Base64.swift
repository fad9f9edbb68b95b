/// Base64 as OpenSSH writes it (RFC 4648, section 4): padded, without spaces or line breaks.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Decodes the text; nil if it is not exactly that. Unused bits must be zero, so that a key has only one spelling.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
    guard !text.isEmpty, text.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.dropLast(padding) {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    return bits == 0 ? bytes : nil
  }
}
