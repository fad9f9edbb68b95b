extension BuildReader {
  /// The app's `public/`, of which the proxy can serve what Next.js would only read; nil if there is none, or the app wants
  /// to serve it itself.
  ///
  /// - Parameter place: the app's directory in the release.
  func nextPublic(_ project: ProjectFile, _ output: String, place: RelativePath) throws -> PublicFolder? {
    let root = project.root
    guard project.files == .disk, files.exists(root.file("public")),
      let directory = RelativePath(place.file("public"))
    else { return nil }
    let manifests = manifests(root, output)
    guard let rules = try NextRules(manifests),
      let path = rules.base.isEmpty ? .top : RelativePath(rules.base.joined(separator: "/"))
    else { return nil }
    // It is told to say nothing by which a browser could ask whether a file is still the same.
    if try manifests.config()?["generateEtags"] == .bool(false) { return nil }
    return PublicFolder(
      directory: directory, path: path,
      rules: NextPublic(rules, hasOldStatic: files.exists(root.file("static"))))
  }
}

/// Which files of `public/` Next.js would read and send without asking anything of the app's.
public struct NextPublic: Sendable {
  private let rules: NextRules
  /// What is below these has other places to come from, or means a language.
  private let reserved: Set<String>

  /// - Parameter hasOldStatic: whether the app has a `static/`, which `next start` looks into before `public/static/`.
  init(_ rules: NextRules, hasOldStatic: Bool = false) {
    self.rules = rules
    reserved = rules.locales.union(hasOldStatic ? ["_next", "static"] : ["_next"])
  }

  /// Why a file must go through Next.js; nil if it need not.
  ///
  /// - Parameter path: the names in its path below `public/`, of plain characters.
  public func obstacle(_ path: [String]) -> String? {
    let name = path.joined(separator: "/").quoted
    if let first = path.first?.lowercased(), reserved.contains(first) { return "\(name) means something else to it" }
    return rules.asked(for: path)?.reason(for: name)
  }
}

extension NextRules.Asked {
  /// Why something must go through Next.js.
  func reason(for what: String) -> String {
    switch self {
    case .middleware: "the middleware's matcher may match \(what)"
    case .headers: "next.config sets headers for \(what)"
    case .redirects: "next.config redirects or rewrites \(what)"
    }
  }
}
