// What is packed of a release, from its directory: the inverse of `ship`.
extension Packing {
  /// Plans what is packed of a release, so that `ship` makes the same again. What this server has given it is left out:
  /// links to persistent paths, programs, what instances have written into caches.
  ///
  /// - Parameters:
  ///   - tree: the commit's that it was built from; nil for what was built elsewhere, which says itself how it is served.
  ///   - directory: the name of the directory that has the release's files, in what is packed.
  ///   - files: the release's files.
  ///   - events: where is told what else is worth knowing.
  public init(
    _ release: ReleaseRecord, builtFrom tree: (any SourceTree)?, in directory: String, files: any BuiltFiles,
    events: Events
  ) throws {
    switch release.serving {
    case .files(let site):
      let place = Self.place(of: site)
      self.init([.copy(from: directory, to: place.description)], release.framework)
      describe(site, in: place, HealthSettings(release.health), release.releaseCommand)
    case .process(let process):
      self.init([.copy(from: directory, to: "")], release.framework)
      let project = try ReleaseProject(release, builtFrom: tree, files: files)
      var file = project.file
      leftOut.formUnion(file.persist.map { process.directory.file($0.description) })
      leaveOutCaches(
        try BuildReader(files: files, events: events).nextOutputs(process.directory), process, files: files)
      file.root = process.directory
      if file != project.own ?? ProjectFile() {
        texts[ProjectFile.name] = file.text
      }
      try takeNode(tree, project.committed, to: process.directory, files: files)
      leaveOutEnvironment(
        PackageManagerChoice.ancestors(of: process.directory), files: files,
        isCommitted: tree.map { tree in
          let root = project.committed?.root ?? .top
          return { path in
            tree.entries[path] != nil || tree.entries[root.file(path.pathParts.last ?? path)] != nil
          }
        }, events
      ) { $0 }
    }
    if let command = release.releaseCommand {
      look(for: command, in: release.process?.directory ?? .top, events) {
        files.exists(String($0.dropFirst(directory.utf8.count + 1)))
      }
    }
  }

  /// Leaves out what instances and Node keep, but for what the build itself fetched, as `pack` does.
  private mutating func leaveOutCaches(_ outputs: [String], _ process: AppProcess, files: any BuiltFiles) {
    for output in outputs {
      let cache = process.directory.file("\(output)/cache")
      let names = (try? files.list(cache)) ?? []
      leftOut.formUnion(names.filter { $0 != "fetch-cache" }.map { "\(cache)/\($0)" })
    }
  }

  /// Brings the file that names the Node, which Next.js takes along into no standalone server.
  private mutating func takeNode(
    _ tree: (any SourceTree)?, _ committed: ProjectFile?, to place: RelativePath, files: any BuiltFiles
  ) throws {
    guard let tree else { return }
    let project = try Project(tree, file: committed)
    guard let source = project.node.wish?.source, let text = try tree.text(source), !files.exists(source) else {
      return
    }
    texts[place.file(source.pathParts.last ?? source)] = text
  }
}

/// What the nextdeploy.json said that a release was made with.
struct ReleaseProject {
  /// The release's own, where all of the project is in it.
  let own: ProjectFile?
  /// That of the commit that it was built from.
  let committed: ProjectFile?

  init(_ release: ReleaseRecord, builtFrom tree: (any SourceTree)?, files: any BuiltFiles) throws {
    // What is in a site of files is what visitors get.
    own = release.site == nil ? try files.text(ProjectFile.name).map { text in try ProjectFile(text) } : nil
    committed = try tree?.text(ProjectFile.name).map { text in try ProjectFile(text) }
  }

  var file: ProjectFile { own ?? committed ?? ProjectFile() }
}

extension HealthSettings {
  /// What has to be said for a policy to be the same again.
  fileprivate init(_ policy: HealthPolicy) {
    let usual = HealthPolicy()
    self.init()
    path = policy.path == usual.path ? nil : policy.path
    timeout = policy.timeout == usual.timeout ? nil : policy.timeout
    status = policy.status == usual.status ? nil : policy.status
  }
}
