extension Plan {
  /// Everything an install's result depends on: if the key is the same, node_modules need not be installed again. Nil where
  /// the commit itself has files there: each checkout puts them back in the place of what was installed.
  func installKey(of tree: some SourceTree) throws -> String? {
    let modules = PackageManagerChoice.ancestors(of: project.root).map { $0.file("node_modules/") }
    if tree.entries.keys.contains(where: { path in modules.contains(where: path.hasPrefix) }) { return nil }
    let copied = try copiedPlaces(tree)
    let relevant = tree.entries.values.filter { entry in
      let name = entry.name
      return name == "package.json" || PackageManager.settingsFiles.contains(name)
        || PackageManager.allCases.contains { $0.lockfiles.contains(name) }
        || entry.path.split(separator: "/").contains { $0 == "patches" || $0 == ".yarn" }
        || copied.contains { $0.holds(entry.path) }
    }
    let files = relevant.map { "\($0.path) \($0.id)" }.sorted()
    return (["install \(install?.description ?? "") in \(installDirectory)", tools] + files).joined(separator: "\n")
  }

  /// What the commit's package.json files name by `file:`. An install copies that into node_modules, but npm, which links
  /// directories.
  private func copiedPlaces(_ tree: some SourceTree) throws -> [CopiedPlace] {
    guard install != nil else { return [] }
    let manifests = tree.entries.values.filter { $0.name == "package.json" && [.file, .executable].contains($0.kind) }
    return try manifests.flatMap { manifest in
      let text = try tree.bytes(of: manifest, atMost: SettingsFile.limit).map { String(decoding: $0, as: UTF8.self) }
      return (text ?? "").split(separator: "\"").filter { $0.hasPrefix("file:") }.compactMap { reference in
        CopiedPlace(
          String(reference.dropFirst("file:".count)), from: manifest.path, isDirectory: packages.manager != .npm)
      }
    }
  }
}

/// A package's archive in the repository, or the directory of one.
private struct CopiedPlace {
  let path: String
  /// Whether it may be a directory.
  let isDirectory: Bool

  /// Nil for what is not in the repository.
  init?(_ path: String, from manifest: String, isDirectory: Bool) {
    if path.hasPrefix("/") || path.hasPrefix("~") { return nil }
    var place = Array(manifest.pathParts.dropLast())
    for part in path.pathParts where part != "." {
      if part != ".." { place.append(part) } else if place.popLast() == nil { return nil }
    }
    self.path = place.joined(separator: "/")
    self.isDirectory = isDirectory
  }

  func holds(_ file: String) -> Bool {
    file == path || isDirectory && (path.isEmpty || file.hasPrefix("\(path)/"))
  }
}
