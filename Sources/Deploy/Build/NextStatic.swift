// What of a build's files the proxy can serve in the place of Next.js.
extension BuildReader {
  /// The files below `/_next/static`, which are the same for every visitor and change their names with their content.
  ///
  /// - Parameter place: the app's directory in the release.
  func nextStatic(_ project: ProjectFile, _ output: String, place: RelativePath) throws -> PublishedFiles? {
    guard let directory = RelativePath(place.file("\(output)/static")) else { return nil }
    let rules = try NextStatic(manifests(project.root, output))
    guard let path = rules.path else { return nil }
    let isWanted = project.files == .disk
    if isWanted, let reason = rules.obstacle {
      events.note("Next.js itself serves /_next/static, not Caddy from the disk: \(reason)")
    }
    return PublishedFiles(directory: directory, path: path, isDirect: isWanted && rules.obstacle == nil)
  }

  /// What of a release that is there already the proxy can serve.
  ///
  /// - Parameter project: the settings that it was made with.
  func published(
    of release: ReleaseRecord, _ project: ProjectFile
  ) throws -> (files: PublishedFiles?, folder: PublicFolder?) {
    // A server of an app's own publishes nothing, though Next.js built for it.
    guard let process = release.process, process.isNext, release.framework.hasPrefix("Next.js") else {
      return (nil, nil)
    }
    var project = project
    project.root = process.directory
    let output = try nextOutput(project.root)
    return (
      try nextStatic(project, output, place: project.root), try nextPublic(project, output, place: project.root)
    )
  }

  /// What the build says of itself.
  func manifests(_ root: RelativePath, _ output: String) -> NextManifests {
    NextManifests { [files] in try files.text(root.file("\(output)/\($0)")) }
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

    if let rules = try NextRules(manifests) {
      obstacle = rules.asked(below: path?.description.pathParts ?? [], as: ["_next", "static"])?.reason(for: "it")
    } else {
      obstacle = "the build left no routes-manifest.json and required-server-files.json that can be read"
    }
  }
}
