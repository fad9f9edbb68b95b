/// What a commit's next.config says, as far as that can be read without running it.
enum NextConfig {
  private static let names = ["js", "mjs", "cjs", "ts", "mts"].map { "next.config.\($0)" }

  /// Whether it says `output: 'export'`. The build alone knows: this is for what is told before one.
  static func exports(_ root: RelativePath, in tree: some SourceTree) throws -> Bool {
    for name in names {
      guard let text = try tree.text(root.file(name)) else { continue }
      return ConfigText.lines(text).contains { $0.contains(#/\boutput["']?\s*[:=]\s*["'`]export["'`]/#) }
    }
    return false
  }
}
