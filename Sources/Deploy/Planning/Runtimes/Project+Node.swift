extension Project {
  /// What the app says about the Node that it wants.
  struct NodeWishes: Equatable {
    /// Nil if it says nothing.
    var wish: RuntimeWish?
    /// What was said but cannot be followed.
    var warnings: [String] = []
  }

  /// What the repository says about Node: files for version managers first, since they name one, then package.json;
  /// each from the app's own directory up.
  static func nodeWishes(in tree: some SourceTree, root: RelativePath, manifests: [Located]) throws -> NodeWishes {
    var found = NodeWishes()
    func take(_ text: String, _ source: String, isAdvice: Bool = false) -> Bool {
      do {
        found.wish = RuntimeWish(try RuntimeRequest(text), source: source, isAdvice: isAdvice)
        return true
      } catch {
        found.warnings.append("\(source) asks for Node \(text.quoted), which is no version: it is not followed.")
        return false
      }
    }
    for directory in PackageManagerChoice.ancestors(of: root) {
      for file in VersionFile.allCases {
        let path = directory.file(file.rawValue)
        if let text = try tree.text(path), let version = file.version(in: text), take(version, path) { return found }
      }
    }
    for located in manifests {
      let path = located.directory.file("package.json")
      if let text = located.manifest.developmentNode, take(text, "devEngines in \(path)") { return found }
      if let text = located.manifest.nodeRange, take(text, "engines in \(path)", isAdvice: true) { return found }
    }
    return found
  }

  /// What its Next.js needs, where the lockfile says which one that is (`engines` of each major version's newest).
  var nextsNode: RuntimeWish? {
    guard case .next(let text) = framework, let version = Version(text) else { return nil }
    let range =
      switch version.major {
      case 16...: ">=20.9.0"
      case 15: "^18.18.0 || ^19.8.0 || >= 20.0.0"
      case 14: ">=18.17.0"
      default: ""
      }
    return (try? RuntimeRequest(range)).map { RuntimeWish($0, source: "Next.js \(version)") }
  }
}

/// A file in which version managers note the Node of a directory.
private enum VersionFile: String, CaseIterable {
  case nvm = ".nvmrc"
  case node = ".node-version"
  case asdf = ".tool-versions"

  /// The version as it is written; nil if the file names none.
  func version(in text: String) -> String? {
    let lines = text.withoutByteOrderMark.split(whereSeparator: \.isNewline).prefix(1_000).lazy.map { line in
      line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
    }.filter { !$0.isEmpty }
    let words: [Substring]? =
      switch self {
      // nvm takes settings of its own as KEY=VALUE.
      case .nvm: lines.first { !$0[0].contains("=") || "<>".contains($0[0].first ?? " ") }
      case .node: lines.first { _ in true }
      case .asdf: lines.first { $0[0] == "nodejs" || $0[0] == "node" }?.dropFirst().first.map { [$0] }
      }
    let version = words?.joined(separator: " ")
    // That of the machine, whatever it is.
    return version == "system" ? nil : version
  }
}
