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

  /// The app's middleware, for the edge and for Node.
  func middleware() throws -> [JSON] {
    (try json("server/middleware-manifest.json")?["middleware"]?.members ?? []).map(\.value)
      + [try json("server/functions-config-manifest.json")?["functions"]?["/_middleware"]].compactMap(\.self)
  }
}
