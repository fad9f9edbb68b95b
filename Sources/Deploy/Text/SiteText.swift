/// Texts of `_redirects` and `_headers`, which nobody may take for more than they are.
public enum SiteText {
  /// Characters that an address may hold as they are (RFC 3986), but for those that mean something to Caddy's
  /// configuration: its quotes, braces and backslashes are none of them.
  private static let address = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@%".utf8)

  /// A part of a path, written in one way: what is no ASCII is encoded, and what need not be is not. Nil if it holds what an
  /// address does not.
  ///
  /// - Parameter others: what may stand for itself, too, of what means something in some parts of addresses.
  static func path(_ text: String, decoding others: String = "") -> String? {
    var result = ""
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte >= 0x80 {
        result += encoded(byte)
      } else if byte == UInt8(ascii: "%") {
        guard rest.count >= 2, rest.prefix(2).allSatisfy(\.isHexDigit),
          let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        else { return nil }
        rest = rest.dropFirst(2)
        let isPlain = byte.isWordPart || "-.~\(others)".utf8.contains(byte)
        result += isPlain ? String(UnicodeScalar(byte)) : encoded(byte)
      } else {
        guard address.contains(byte) else { return nil }
        result.unicodeScalars.append(UnicodeScalar(byte))
      }
    }
    // What "." and ".." lead to is for browsers to find out, before they ask.
    return [".", ".."].contains(result) ? nil : result
  }

  /// A byte as an address has what does not stand for itself, as in "%C3".
  static func encoded(_ byte: UInt8) -> String {
    "%\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
  }

  /// The text for which a part of a path stands, in which what is no UTF-8 is U+FFFD, as it is to Caddy's patterns.
  public static func decoded(_ path: String) -> String {
    var (bytes, rest) = ([UInt8](), Array(path.utf8)[...])
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a text is printable ASCII without what ends a text in Caddy's configuration or begins a placeholder.
  public static func isPlainValue(_ text: String) -> Bool {
    text.utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7f && ![UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "}")].contains($0)
    }
  }
}
