/// The manifests that a build of Next.js leaves, each read when it is asked for.
struct NextManifests {
  /// A file's text by its name below the build's directory; nil if there is none.
  let text: (String) throws -> String?

  /// A manifest; nil if there is none, or it is no JSON.
  func json(_ name: String) throws -> JSON? { try text(name).flatMap { try? JSON.parse($0) } }

  /// next.config, as the build took it.
  func config() throws -> JSON? { try json("required-server-files.json")?["config"] }

  /// The rules of next.config for routes: redirects, rewrites, headers.
  func rules() throws -> JSON? { try json("routes-manifest.json") }

  /// The app's middleware, for the edge and for Node; null for one of which nothing is known, where there may be one.
  func middleware() throws -> [JSON] {
    let files = ["server/middleware-manifest.json", "server/functions-config-manifest.json"]
    let (edge, node) = (try json(files[0]), try json(files[1]))
    let unread = try zip(files, [edge, node]).filter { try $1 == nil && text($0) != nil }
    return (edge?["middleware"]?.members ?? []).map(\.value) + [node?["functions"]?["/_middleware"]].compactMap(\.self)
      + unread.map { _ in .null }
  }
}
