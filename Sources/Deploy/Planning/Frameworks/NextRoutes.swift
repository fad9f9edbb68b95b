/// The pages that a build of Next.js says it has, from the manifests that it leaves.
struct NextRoutes: Equatable {
  /// Where visitors begin: "/" below basePath, with the slash at its end that trailingSlash asks for.
  let home: String
  /// The pages without parameters, as visitors ask for them; those with the shortest paths first, so that `home` is the
  /// first where it is a page.
  let pages: [String]
  /// Whether something else than a page may answer at `home`: a middleware, a rewrite, a redirect.
  let mayHaveHome: Bool

  init(_ manifests: NextManifests) throws {
    let config = try manifests.config()
    let base = config?["basePath"]?.string ?? ""
    let hasSlash = config?["trailingSlash"] == .bool(true)
    func full(_ route: String) -> String {
      let path = base + (route == "/" ? "" : route)
      let isFile = path.split(separator: "/").last?.contains(".") == true
      return WebAddress.encoded(path.isEmpty || hasSlash && !isFile ? "\(path)/" : path)
    }

    let app = (try manifests.json("app-path-routes-manifest.json")?.members ?? [])
      .filter { $0.key.hasSuffix("/page") }.compactMap(\.value.string)
    let locales = Set((config?["i18n"]?["locales"]?.elements ?? []).compactMap(\.string))
    let old = (try manifests.json("server/pages-manifest.json")?.members ?? []).map(\.key)
      .filter { $0 != "/api" && !$0.hasPrefix("/api/") && $0 != "/404" && $0 != "/500" }
      .map { Self.withoutLocale($0, locales) }
    // What begins with "_" is Next's own; "(." marks what only an interception shows.
    let routes = Set(app + old).filter { $0.hasPrefix("/") && !$0.hasPrefix("/_") && !$0.contains("(.") }
    var pages = routes.filter { !$0.contains("[") }
    if !pages.contains("/") {
      // Large where there are many pages, so it is read only where it decides.
      for made in try manifests.json("prerender-manifest.json")?["routes"]?.members ?? [] {
        let page = Self.withoutLocale(made.key, locales)
        if case .number(let status) = made.value["initialStatus"], status >= 400 {
          pages.remove(page)
        } else if let source = made.value["srcRoute"]?.string, source.contains("["), routes.contains(source) {
          pages.insert(page)
        }
      }
    }
    home = full("/")
    self.pages = pages.filter { $0.utf8.count < 500 }.map { (depth: $0.split(separator: "/").count, path: full($0)) }
      .sorted { $0 < $1 }.map(\.path)
    mayHaveHome =
      try routes.contains { $0.hasPrefix("/[[") } || !manifests.middleware().isEmpty
      || Self.answersHome(below: base, manifests.rules())
  }

  /// Whether a rewrite or a redirect of the app's own may be for its home.
  private static func answersHome(below base: String, _ manifest: JSON?) -> Bool {
    let rewrites = manifest?["rewrites"]
    let lists = [rewrites, manifest?["redirects"]] + ["beforeFiles", "afterFiles", "fallback"].map { rewrites?[$0] }
    return lists.flatMap { $0?.elements ?? [] }.contains { rule in
      guard rule["internal"] != .bool(true), let source = rule["source"]?.string, source.hasPrefix(base) else {
        return false
      }
      let rest = source.dropFirst(base.count)
      return rest.isEmpty || rest == "/" || rest.hasPrefix("/:") || rest.hasPrefix("/(")
    }
  }

  /// With `i18n`, the Pages Router lists a page once for each locale; without one, it is the visitor's.
  private static func withoutLocale(_ route: String, _ locales: Set<String>) -> String {
    guard let first = route.split(separator: "/").first, locales.contains(String(first)) else { return route }
    let rest = route.dropFirst(first.count + 1)
    return rest.isEmpty ? "/" : String(rest)
  }
}
