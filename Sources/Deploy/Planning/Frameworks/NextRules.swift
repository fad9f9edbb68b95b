/// What of an app's own is asked before Next.js looks for a file: its middleware, and rules of next.config.
struct NextRules: Sendable {
  /// What may want to be asked for a file.
  enum Asked: CaseIterable, Sendable {
    case middleware
    case headers
    case redirects
  }

  /// The parts of basePath, which is not in a middleware's patterns.
  let base: [String]
  /// Whether addresses may begin with a language, which patterns of next.config then do, too.
  let locales: Set<String>
  private let middleware: [NextPattern]
  private let headers: [NextPattern]
  private let redirects: [NextPattern]

  /// Reads a build's rules; nil if it left none that can be read.
  init?(_ manifests: NextManifests) throws {
    guard let rules = try manifests.rules(), let config = try manifests.config() else { return nil }
    let base = (config["basePath"]?.string ?? "").pathParts
    self.base = base
    locales = Set((config["i18n"]?["locales"]?.elements ?? []).compactMap { $0.string?.lowercased() })
    middleware = try manifests.middleware().flatMap { $0["matchers"]?.elements ?? [.null] }
      .map { NextPattern($0["originalSource"]?.string) }
    let own = { (rules: JSON?) in
      (rules?.elements ?? []).filter { $0["internal"] != .bool(true) }.map { NextPattern($0["source"]?.string) }
    }
    headers = own(rules["headers"])
    // With an assetPrefix Next.js itself adds the rule by which what it serves is found there.
    let asset = (config["assetPrefix"]?.string ?? "").pathParts + ["_next", ":path+"]
    let rewrites = (rules["rewrites"]?["beforeFiles"]?.elements ?? []).filter {
      $0["source"]?.string?.pathParts != asset
        || $0["destination"]?.string?.pathParts != base + ["_next", ":path+"] || $0["has"] != nil
        || $0["missing"] != nil
    }
    redirects = own(rules["redirects"]) + own(.array(rewrites))
  }

  /// What may be for one of the files below a directory.
  ///
  /// - Parameters:
  ///   - directory: the names in its path on the site.
  ///   - inner: the same as the app has it, without basePath or assetPrefix.
  func asked(below directory: [String], as inner: [String]) -> Asked? {
    let paths = [directory, base + inner]
    // It is asked for the address as it is written, with an assetPrefix, too.
    let seen = directory.starts(with: base) ? [Array(directory.dropFirst(base.count)), inner] : [inner]
    if middleware.contains(where: { seen.contains(where: $0.mayBe(below:)) }) { return .middleware }
    if headers.contains(where: { paths.contains(where: $0.mayBe(below:)) }) { return .headers }
    return redirects.contains { paths.contains(where: $0.mayBe(below:)) } ? .redirects : nil
  }

  /// What may be for a file of `public/`.
  ///
  /// - Parameter path: the names in its path below basePath.
  func asked(for path: [String]) -> Asked? {
    // With languages patterns of next.config begin with those.
    let hasLanguages = !locales.isEmpty
    if middleware.contains(where: { hasLanguages || $0.mayBe(for: path, isData: true) }) { return .middleware }
    let full = base + path
    if headers.contains(where: { hasLanguages || $0.mayBe(for: full) }) { return .headers }
    return redirects.contains { hasLanguages || $0.mayBe(for: full) } ? .redirects : nil
  }
}
