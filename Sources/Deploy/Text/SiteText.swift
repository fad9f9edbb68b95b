/// Texts of `_redirects` and `_headers`, which nobody may take for more than they are.
public enum SiteText {
  /// Characters that an address may hold as they are (RFC 3986), but for those that mean something to Caddy's
  /// configuration: its quotes, braces and backslashes are none of them.
  private static let address = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@%".utf8)

  /// A part of a path, with what is no ASCII encoded; nil if it holds what an address does not.
  static func path(_ text: String) -> String? {
    var result = ""
    for byte in text.utf8 {
      if byte >= 0x80 {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%\(digits)"
      } else {
        guard address.contains(byte) else { return nil }
        result.unicodeScalars.append(UnicodeScalar(byte))
      }
    }
    // What "." and ".." lead to is for browsers to find out, before they ask.
    return [".", ".."].contains(result) ? nil : result
  }

  /// Whether a text is printable ASCII without what ends a text in Caddy's configuration or begins a placeholder.
  public static func isPlainValue(_ text: String) -> Bool {
    text.utf8.allSatisfy {
      $0 >= 0x20 && $0 < 0x7f && ![UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "}")].contains($0)
    }
  }
}
