/// The two lines that nextdeploy needs in the admin's own Caddyfile; every other line stays as it is.
struct CaddyfileEdit: Equatable {
  /// Puts Caddy's administration on a socket that only root and Caddy can connect to: on localhost, the default, every
  /// app and build could rewrite the configuration.
  static let admin = "admin unix//var/lib/caddy/admin.socket"
  static let sites = "import /opt/nextdeploy/caddy/*.caddy"

  /// The whole text after the edit.
  private(set) var text: String
  private(set) var addsAdmin = false
  private(set) var addsImport = false

  /// - Parameter text: the Caddyfile as it is.
  init(_ text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if let begin = Self.globalBlock(lines) {
      if !Self.hasAdmin(lines, from: begin) {
        lines.insert("\t\(Self.admin)", at: begin + 1)
        addsAdmin = true
      }
    } else {
      // Global options must come before everything else.
      lines.insert(contentsOf: ["{", "\t\(Self.admin)", "}", ""], at: 0)
      addsAdmin = true
    }
    if !lines.contains(where: { Self.trimmed($0) == Self.sites }) {
      while lines.last == "" { lines.removeLast() }
      lines += ["", "# The apps of nextdeploy, one file each.", Self.sites, ""]
      addsImport = true
    }
    self.text = lines.joined(separator: "\n")
  }

  var changesNothing: Bool { !addsAdmin && !addsImport }

  /// The index of the line that opens the block of global options; nil if there is no such block.
  private static func globalBlock(_ lines: [String]) -> Int? {
    guard let first = lines.firstIndex(where: { !trimmed($0).isEmpty && !trimmed($0).hasPrefix("#") }) else {
      return nil
    }
    return trimmed(lines[first]) == "{" ? first : nil
  }

  private static func hasAdmin(_ lines: [String], from begin: Int) -> Bool {
    var depth = 0
    for line in lines[begin...] {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.first?.hasPrefix("#") == true { continue }
      if depth == 1 && words.first == "admin" { return true }
      if words.last == "{" { depth += 1 }
      if words.first == "}" { depth -= 1 }
      if depth == 0 { return false }
    }
    return false
  }

  private static func trimmed(_ line: String) -> String {
    String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
