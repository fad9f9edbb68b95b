/// Parts of a site's file that serve releases as files, as they stand there.
///
/// A switch from one kind of release to another needs a file that knows both. What it knew before stays in it until another
/// change has to be loaded anyway: a load is a load of all apps' sites, and Caddy 2.6 closes all their WebSockets at one.
struct FormerParts: Equatable {
  /// By their keys.
  private(set) var texts: [String: String] = [:]

  init() {}

  /// - Parameter file: a site's file.
  init(in file: String) {
    var (key, lines): (String?, [Substring]) = (nil, [])
    for line in file.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == Self.first { (key, lines) = ("", []) }
      if key == nil { continue }
      lines.append(line)
      if lines.count == 2 { key = line.split(separator: " ").last.map(String.init) }
      guard line == Self.last else { continue }
      // As a template is filled: with the end of its last line.
      if let key { texts[key] = lines.joined(separator: "\n") + "\n" }
      key = nil
    }
  }

  private static let first = "\t\t# Releases that are served as files in this way; {release} is the live one."
  private static let last = "\t\t}"
}

extension SiteBlock {
  /// The text of the block: that of the file as it is, if this holds nothing else than the block and what once was in it.
  func text(keeping file: String?) throws -> String {
    let text = try text
    guard names != nil, let file, file != text else { return text }
    var wider = self
    wider.formerParts = FormerParts(in: file)
    for hasProcess in [hasProcess, true] {
      wider.hasProcess = hasProcess
      if try wider.text == file { return file }
    }
    return text
  }
}
