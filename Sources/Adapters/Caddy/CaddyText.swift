import Deploy

/// A text that Caddy takes for nothing but itself, wherever in its configuration it stands.
enum CaddyText {
  /// The text in backticks, in which nothing is special to the Caddyfile but a backtick; what would be a placeholder
  /// even there is refused. Values are checked where they are read, so this only fails where that was forgotten.
  static func quoted(_ text: String) throws -> String {
    guard SiteText.isPlainValue(text) else {
      throw Failure(
        "writing the site's configuration", "it cannot hold \(text.quoted)",
        next: "Take it out of the site's _redirects, _headers or settings.")
    }
    return "`\(text)`"
  }

  /// A regular expression that matches a text, whatever that holds.
  static func pattern(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      UInt8(exactly: scalar.value)?.isLetterOrDigit == true
        ? "\(scalar)" : "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
    }.joined()
  }

  /// A regular expression that matches a part of an address, as ``SiteText`` has it, however it is written: "(" may be
  /// "%28", and "%C3" may be "%c3".
  static func address(_ text: String) -> String {
    var (result, digits) = ("", 0)
    for byte in text.utf8 {
      let character = String(UnicodeScalar(byte))
      if digits > 0 {
        digits -= 1
        result += anyCase(character)
      } else if byte == UInt8(ascii: "%") {
        digits = 2
        result += character
      } else if byte.isWordPart || "-.~".utf8.contains(byte) {
        result += byte.isLetterOrDigit ? character : "\\\(character)"
      } else {
        result += "(?:\\\(character)|%\(anyCase(String(byte, radix: 16, uppercase: true))))"
      }
    }
    return result
  }

  private static func anyCase(_ digits: String) -> String {
    digits.map { $0.isLetter ? "[\($0)\($0.lowercased())]" : "\($0)" }.joined()
  }
}
