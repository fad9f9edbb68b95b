// What of a build's files the proxy can serve in the place of Next.js.
extension Builder {
  /// The files below `/_next/static`, which are the same for every visitor and change their names with their content.
  ///
  /// - Parameter place: the app's directory in the release.
  func nextStatic(_ plan: Plan, _ output: String, place: RelativePath) throws -> PublishedFiles? {
    guard let directory = RelativePath(place.file("\(output)/static")) else { return nil }
    let rules = try NextStatic(manifests(plan.project.root, output))
    guard let path = rules.path else { return nil }
    let isWanted = plan.project.files == .disk
    if isWanted, let reason = rules.obstacle {
      seams.events.note("Next.js itself serves /_next/static, not Caddy from the disk: \(reason)")
    }
    return PublishedFiles(directory: directory, path: path, isDirect: isWanted && rules.obstacle == nil)
  }

  /// What the build says of itself.
  func manifests(_ root: RelativePath, _ output: String) -> NextManifests {
    NextManifests { [workspace = seams.workspace] in try workspace.text(root.file("\(output)/\($0)")) }
  }
}

/// What a build's manifests say about the files below `/_next/static`.
struct NextStatic: Equatable {
  /// Where visitors find them; nil if that is on another site.
  let path: RelativePath?
  /// Why they must go through Next.js; nil if it would only read them from the disk.
  let obstacle: String?

  init(_ manifests: NextManifests) throws {
    let config = try manifests.config()
    let asset = config?["assetPrefix"]?.string ?? ""
    // With a prefix that is another site's address, its pages load them from there, and it fetches them from here.
    let base = asset.hasPrefix("/") && !asset.hasPrefix("//") ? asset : config?["basePath"]?.string ?? ""
    path = RelativePath((base.pathParts + ["_next", "static"]).joined(separator: "/"))

    let rules = try manifests.rules()
    let matchers = try manifests.middleware().flatMap { $0["matchers"]?.elements ?? [.null] }
    let own = { (name: JSON?) in (name?.elements ?? []).filter { $0["internal"] != .bool(true) } }
    if rules == nil {
      obstacle = "the build left no routes-manifest.json"
    } else if matchers.contains(where: { Self.mayMatch($0["originalSource"]?.string) }) {
      obstacle = "the middleware's matcher may match it"
    } else if own(rules?["headers"]).contains(where: { Self.mayMatch($0["source"]?.string) }) {
      obstacle = "next.config sets headers for it"
    } else if (own(rules?["redirects"]) + own(rules?["rewrites"]?["beforeFiles"])).contains(where: {
      Self.mayMatch($0["source"]?.string)
    }) {
      obstacle = "next.config redirects or rewrites it"
    } else {
      obstacle = nil
    }
  }

  /// Whether a pattern of next.config or of a middleware may match a file below `/_next/static`. It says so unless that
  /// is plain to see: patterns are regular expressions of the app's, which may take for ever.
  static func mayMatch(_ source: String?) -> Bool {
    guard let source, source.hasPrefix("/") else { return true }
    if source == "/" { return false }
    // "/((?!api|_next/static|favicon.ico).*)", as Next.js's documentation has it.
    for beginning in ["/((?!", "/(?!"] where source.hasPrefix(beginning) {
      let left = source.dropFirst(beginning.count).prefix { $0 != ")" }
      return !left.split(separator: "|").contains { ["_next", "_next/", "_next/static", "_next/static/"].contains($0) }
    }
    // A segment of plain characters that is not "_next".
    guard let first = source.pathParts.first?.lowercased(), first != "_next" else { return true }
    return !first.isPlain(and: "-.~")
  }
}
