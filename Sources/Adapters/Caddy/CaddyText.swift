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

  /// A regular expression that matches a text.
  static func pattern(_ text: String) -> String {
    text.utf8.map { byte in
      let character = String(UnicodeScalar(byte))
      return byte.isLetterOrDigit ? character : "\\\(character)"
    }.joined()
  }
}
