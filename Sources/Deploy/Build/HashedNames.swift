/// Which of a site's names change with what they name, so that a browser may keep the files for ever.
enum HashedNames {
  /// Where tools put such files.
  static let directories = ["_next/static", "_astro", "_app/immutable", "assets", "static"]

  /// Names that only tools give.
  private static let certain: Set = ["_next/static", "_app/immutable"]

  /// - Parameter names: those of the directory's files, as far as they were looked at.
  static func areAll(_ names: [String], below directory: String) -> Bool {
    if names.isEmpty { return false }
    if certain.contains(directory) { return true }
    // Pictures may be named by their dates.
    guard names.contains(where: { $0.hasSuffix(".js") || $0.hasSuffix(".css") }) else { return false }
    let ends = names.filter { !$0.hasSuffix(".LICENSE.txt") }.map(hash)
    // A word may look like a hash, but not each of many; and a hash may look like a word.
    let clear = ends.compactMap(\.self).count { $0.utf8.contains { $0.isDigit || $0.isUppercase } }
    return !ends.isEmpty && !ends.contains(nil) && clear * 2 >= ends.count
  }

  /// What stands before a name's endings, as in "index-D4x_9aQz.js" and "main.8f3d2c1b.css.map".
  private static func hash(_ name: String) -> Substring? {
    var stem = name[...]
    for _ in 0..<3 {
      guard let dot = stem.lastIndex(of: "."), stem[dot...].utf8.count <= 6 else { break }
      stem = stem[..<dot]
    }
    guard let start = stem.lastIndex(where: { $0 == "." }) ?? stem.firstIndex(of: "-") else { return nil }
    let end = stem[stem.index(after: start)...]
    // Vite's may hold a "-" itself, so its last eight characters are looked at.
    let hash = end.suffix(max(8, end.split(separator: "-").last?.count ?? 0))
    return hash.utf8.count >= 8 && String(hash).isPlain(and: "-") ? hash : nil
  }

  /// "app-2b1c…f3.js", whose last twenty digits before the ending are a hash.
  static func isGatsbyScript(_ name: String) -> Bool {
    guard name.hasPrefix("webpack-runtime-"), name.hasSuffix(".js") else { return false }
    let hash = name.dropFirst("webpack-runtime-".count).dropLast(".js".count)
    return hash.utf8.count == 20 && hash.utf8.allSatisfy(\.isLowercaseHexDigit)
  }
}
