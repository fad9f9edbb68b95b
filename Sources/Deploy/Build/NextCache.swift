// What `next build` keeps for the next build, and nobody else bounds: Turbopack's cache only grows.
extension Builder {
  /// Removes from a build's cache what no build has used for long, then the oldest of it until the rest is small enough.
  func trimNextCache(_ root: RelativePath) throws {
    let limits = config.cache ?? CacheLimits()
    for output in try Set(reader.nextOutputs(root) + [".next"]) {
      let cache = root.file("\(output)/cache")
      let parts = try cacheParts(cache)
      let surplus = limits.surplus(of: parts.map(\.usage))
      if surplus.isEmpty { continue }
      for index in surplus { try seams.workspace.remove(parts[index].path) }
      let bytes = surplus.reduce(0) { $0 + parts[$1].usage.bytes }
      seams.events.note(
        "\(bytes >> 20) MB of \(cache) removed: it may have \(limits.mostBytes), and what no build has written to for "
          + "\(limits.mostDays) days goes (cache.size and cache.days of 'nextdeploy config')")
    }
  }

  /// What can go without the rest: a bundler's cache for one version, or one kind of build, is whole or worthless.
  private func cacheParts(_ cache: String) throws -> [(path: String, usage: DiskUsage)] {
    var paths: [String] = []
    for name in try seams.workspace.list(cache) {
      let path = "\(cache)/\(name)"
      let below = ["turbopack", "webpack"].contains(name) ? try seams.workspace.list(path) : []
      paths += below.isEmpty ? [path] : below.map { "\(path)/\($0)" }
    }
    return try paths.compactMap { path in try seams.workspace.usage(of: path).map { (path, $0) } }
  }
}

extension CacheLimits {
  /// Which of a cache's parts go, by their index. A part's age is counted from the last write to any of them.
  public func surplus(of parts: [DiskUsage]) -> [Int] {
    let now = parts.map(\.written).max() ?? 0
    let newest = parts.indices.sorted { parts[$0].written > parts[$1].written }
    var bytes = 0
    return newest.filter { index in
      if now - parts[index].written > mostDays * 86_400 { return true }
      if bytes + parts[index].bytes > mostBytes.bytes { return true }
      bytes += parts[index].bytes
      return false
    }
  }
}
