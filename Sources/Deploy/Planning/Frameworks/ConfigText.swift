/// What a configuration file in JavaScript says, as far as that can be read without running it.
enum ConfigText {
  /// The lines that are no comments.
  static func lines(_ text: String) -> [Substring] {
    text.split(whereSeparator: \.isNewline).filter { line in
      !["//", "*", "/*"].contains { line.drop(while: \.isWhitespace).hasPrefix($0) }
    }
  }

  /// Where a tool's configuration puts its output, by the tool's name: the files that may say so, without their endings,
  /// and what it is called there.
  private static let outputs: [String: (files: [String], key: String)] = [
    "Vite": (["vite.config"], "outDir"), "Astro": (["astro.config"], "outDir"),
    "SvelteKit": (["svelte.config"], "pages"), "Vue CLI": (["vue.config"], "outputDir"),
    "Eleventy": (["eleventy.config", ".eleventy"], "output"),
  ]
  private static let endings = ["js", "mjs", "cjs", "ts", "mts", "cts"]

  /// The directories that the configuration of an app's tool names as text. The build alone knows: they are looked into after it.
  static func outputs(of tool: String, _ root: RelativePath, in tree: some SourceTree) throws -> [String] {
    guard let (files, key) = outputs[tool] else { return [] }
    return try files.flatMap { file in
      try endings.flatMap { ending in
        guard let text = try tree.text(root.file("\(file).\(ending)")) else { return [String]() }
        return lines(text).flatMap { values(of: key, in: $0) }
      }
    }
  }

  /// The texts of plain characters that a line gives a key, as in "outDir: './out'".
  private static func values(of key: String, in line: Substring) -> [String] {
    line.matches(of: #/(\w+)["']?\s*[:=]\s*["'`]([\w.\/\-]+)["'`]/#).filter { $0.1 == key }.map { String($0.2) }
  }
}
