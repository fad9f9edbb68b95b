// What a build of Next.js that was made elsewhere says of itself, and its instances must be told.
extension BuildReader {
  /// The deployment id that is in its pages, and the key that encrypted what its server actions hold.
  func builtIdentity(_ plan: Plan) throws -> [String: String] {
    var identity: [String: String] = [:]
    for output in try nextOutputs(plan.project.root) {
      let manifests = manifests(plan.project.root, output)
      identity[AppProcess.nextDeployment] = try manifests.config()?["deploymentId"]?.string
      identity[ServerActionsKey.name] = try manifests.json("server/server-reference-manifest.json")?["encryptionKey"]?
        .string
    }
    events.redact([identity[ServerActionsKey.name]].compactMap(\.self))
    return identity
  }
}

extension Project {
  /// Reads what a build left, which may be only a part of what it was made from.
  init(built tree: some SourceTree) throws {
    guard tree.entries[ProjectFile.name] == nil else {
      try self.init(tree)
      return
    }
    var file = ProjectFile()
    let manifest = "package.json"
    if tree.entries[manifest] == nil, tree.entries["index.html"] != nil {
      // A directory of pages.
      file.staticFiles = .top
    } else if let root = Self.standaloneRoot(in: tree) {
      file.root = root
    }
    try self.init(tree, file: file)
  }

  /// Where the app is in what a build of Next.js leaves of a workspace of several packages (`output: "standalone"`).
  private static func standaloneRoot(in tree: some SourceTree) -> RelativePath? {
    let name = "/required-server-files.json"
    let outputs = tree.entries.keys.filter { $0.hasSuffix(name) }.map { $0.dropLast(name.count).description.pathParts }
    let roots = outputs.filter { !$0.contains("standalone") }.compactMap { output in
      RelativePath(output.dropLast().joined(separator: "/"))
    }
    .filter { tree.entries[$0.file("server.js")] != nil && tree.entries[$0.file("package.json")] != nil }
    return roots.count == 1 ? roots[0] : nil
  }
}
