// A site of files: what the build left is the release, and the proxy serves it.
extension Builder {
  /// Removes what an earlier build left: a page that is gone would be served for ever.
  func prepareFiles(_ plan: Plan) throws {
    guard let site = plan.app.site, plan.build != nil else { return }
    for directory in site.remade { try seams.workspace.remove(plan.project.root.file(directory.description)) }
  }
}

extension BuildReader {
  func staticOutput(of plan: Plan, _ site: StaticPlan) throws -> BuildOutput {
    let root = plan.project.root
    let place = site.directories.first { directory in
      Self.pages.contains { files.exists(root.appending(directory).file($0)) }
    }
    guard let place = place ?? (site.isNamed ? site.directories.first : nil) else { throw notMade(site, root) }
    let directory = root.appending(place)
    guard try directory.isTop || !files.list(directory.description).isEmpty else { throw notMade(site, root) }
    let base = try plan.project.base ?? (plan.app.isBuiltByNext ? basePath(manifests(root, nextOutput(root))) : .top)
    let kind = site.kind.map { "\($0), static files" } ?? "static files"
    return try served(
      plan, directory, base: base, fallback: site.fallback ?? guessedFallback(site, directory),
      framework: "\(kind) from \(place.isTop ? "the repository" : place.description)")
  }

  /// What `next build` exported.
  func exported(_ plan: Plan, _ output: String, name: String) throws -> BuildOutput {
    let root = plan.project.root
    let text = try files.text(root.file("\(output)/export-detail.json"))
    let detail = text.flatMap { try? JSON.parse($0) }
    let top = "\(files.directory)/"
    let made = detail?["outDirectory"]?.string.flatMap { path in
      path.hasPrefix(top) ? RelativePath(String(path.dropFirst(top.count))) : nil
    }
    let directory = made ?? root.appending(Self.out)
    guard detail?["success"] == .bool(true), try !files.list(directory.description).isEmpty else {
      throw Failure(
        "making a release", "the build says that its export (output: 'export') did not succeed",
        next: "Run 'next build' where you develop; then push again, or 'nextdeploy rebuild --clean'.")
    }
    return try served(
      plan, directory, base: basePath(manifests(root, output)), fallback: plan.project.fallback,
      framework: "\(name) (static export)")
  }

  /// Where next.config puts the site. It becomes a part of Caddy's configuration.
  private func basePath(_ manifests: NextManifests) throws -> RelativePath {
    guard let text = try manifests.config()?["basePath"]?.string, !text.isEmpty else { return .top }
    if let path = RelativePath(text.pathParts.joined(separator: "/")), path.isAddress {
      return path
    }
    throw Failure(
      "making a release", "basePath in next.config is \(text.quoted), which is no path of plain characters",
      next: "Use letters, digits and -._~ in it, commit and push again.")
  }

  private static let out = RelativePath("out") ?? .top
  /// What many tools call the page that answers where there is none.
  private static let shell = "200.html"
  private static let pages = ["index.html", "404.html", shell]

  /// - Parameter directory: the files, from the top of the workspace.
  private func served(
    _ plan: Plan, _ directory: RelativePath, base: RelativePath, fallback: RelativePath?, framework: String
  ) throws -> BuildOutput {
    if let fallback, !files.exists(directory.file(fallback.description)) {
      throw Failure(
        "making a release", "\"fallback\" names \(fallback), and \(directory.file(fallback.description)) is not there",
        next: "Correct \"fallback\" in \(ProjectFile.name), which begins at the top of the files.")
    }
    let isWhole = directory == plan.project.root
    var site = StaticSite(base: base, fallback: fallback, hidden: isWhole ? Self.ofProjects : [])
    (site.hashed, site.hasHashedScripts) = try hashedNames(directory)
    let rules = SiteRules(
      redirects: try files.text(directory.file(StaticSite.redirectsFile)),
      headers: try files.text(directory.file(StaticSite.headersFile)))
    (site.redirects, site.headers) = (rules.redirects, rules.headers)
    for warning in rules.warnings { events.warn(warning) }
    if let fallback, plan.project.fallback == nil {
      events.note(
        "\(fallback) answers for pages that are not there, as in an app of one page. Where that is not so, name the "
          + "directory as \"static\" in \(ProjectFile.name).")
    }
    return BuildOutput(
      assembly: Assembly(
        parts: [directory.isTop ? .everything(without: ["node_modules"]) : .copy(from: directory.description, to: "")],
        persist: []),
      framework: framework, serving: .files(site), page: try page(directory, base))
  }

  /// What a repository has beside its pages.
  private static let ofProjects =
    ["node_modules", "package.json", ProjectFile.name] + PackageManager.allCases.flatMap(\.lockfiles)

  /// The page that visitors come to: the first one, else any at the top.
  private func page(_ directory: RelativePath, _ base: RelativePath) throws -> String {
    let home = base.isTop ? "/" : "/\(WebAddress.encoded(base.description))/"
    if files.exists(directory.file("index.html")) { return home }
    let pages = try files.list(directory.description).filter { $0.hasSuffix(".html") && $0 != "404.html" }
    return home + (pages.first.map { WebAddress.encoded(String($0.dropLast(".html".count))) } ?? "")
  }

  /// 200.html, which is there for nothing else; or index.html, where a tool that makes apps of one page left no other.
  private func guessedFallback(_ site: StaticPlan, _ directory: RelativePath) throws -> RelativePath? {
    if !site.isNamed, files.exists(directory.file(Self.shell)) { return RelativePath(Self.shell) }
    guard site.mayBeSinglePage else { return nil }
    let pages = try files.list(directory.description).filter { $0.hasSuffix(".html") }
    return pages == ["index.html"] ? RelativePath("index.html") : nil
  }

  private func notMade(_ site: StaticPlan, _ root: RelativePath) -> Failure {
    let places = site.directories.map { $0.isTop ? "the app's directory" : root.file($0.description) }
    return Failure(
      "making a release", "there are no pages in \(places.joined(separator: " or ")) after the build",
      next:
        "Name the directory that the build fills as \"static\" in \(ProjectFile.name); or, for an app with a server, "
        + "how that is started as \"start\".")
  }

  // MARK: Names that change with their content

  /// Directories whose files all have such names, and whether scripts at the top have.
  private func hashedNames(_ directory: RelativePath) throws -> ([RelativePath], Bool) {
    let hashed = try HashedNames.directories.filter { path in
      var names: [String] = []
      let top = directory.file(path)
      for name in try files.list(top) {
        let inner = name.contains(".") ? [] : try files.list("\(top)/\(name)")
        names += inner.isEmpty ? [name] : inner
      }
      return HashedNames.areAll(names, below: path)
    }
    let scripts = try files.list(directory.description).contains(where: HashedNames.isGatsbyScript)
    return (hashed.compactMap { RelativePath($0) }, scripts)
  }
}
