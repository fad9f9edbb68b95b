import Deploy

/// What a runner sets up before it checks or builds a project: Node or Bun, the package manager, and the packages.
struct RunnerSetup: Equatable, Sendable {
  let root: RelativePath
  let packages: PackageManagerChoice
  /// What installs the packages; nil if there are none.
  let install: StepCommand?
  /// The file that says which version of Node to use; nil if there is none.
  let nodeFile: String?
  /// The file that says which version of Bun to use; nil if there is none.
  let bunFile: String?

  /// - Parameter way: the option with which nothing of this would be in the workflow, for errors.
  init(_ project: Project, in tree: some SourceTree, without way: String) throws(Failure) {
    root = project.root
    packages = project.packages
    let manager = ([packages.manager.rawValue] + packages.installArguments).joined(separator: " ")
    install =
      !project.installs
      ? nil
      : project.file.install.map { StepCommand(own: $0, as: "NEXTDEPLOY_INSTALL", in: project.root) }
        ?? StepCommand(manager, in: packages.directory)
    nodeFile = Self.nodeFile(project, tree)
    bunFile = Self.bunFile(project, tree)
    for path in [root, packages.directory] where !path.isTop && !path.description.isPlain(and: ".-/@") {
      throw Failure(
        "describing what a runner does",
        "the directory \(path.description.quoted) has characters that mean something in a workflow",
        next: "Rename it to letters, digits and . _ - @, or leave this out: \(way).")
    }
    if let own = project.file.install { try Self.check(own, of: "install", without: way) }
  }

  /// What is written into the workflow must have no special meaning there.
  static func check(_ command: String, of setting: String, without way: String) throws(Failure) {
    if command.contains("{{") || command.contains(where: \.isNewline) || command.utf8.contains(where: { $0 < 0x20 }) {
      throw Failure(
        "describing what a runner does", "\"\(setting)\" in \(ProjectFile.name) has a line break or '{{' in it",
        next: "Put it into a script that \"\(setting)\" calls, or leave this out: \(way).")
    }
  }

  private static func nodeFile(_ project: Project, _ tree: some SourceTree) -> String? {
    let directories = PackageManagerChoice.ancestors(of: project.root)
    for directory in directories {
      for name in [".nvmrc", ".node-version"] where tree.entries[directory.file(name)] != nil {
        return directory.file(name)
      }
    }
    return project.manifests.first { $0.manifest.nodeRange != nil }?.directory.file("package.json")
  }

  private static func bunFile(_ project: Project, _ tree: some SourceTree) -> String? {
    for directory in PackageManagerChoice.ancestors(of: project.root)
    where tree.entries[directory.file(".bun-version")] != nil {
      return directory.file(".bun-version")
    }
    // The version that it names, not only the manager's name.
    guard project.packages.manager == .bun, project.packages.version != nil else { return nil }
    return project.manifests.first { $0.manifest.packageManager != nil }?.directory.file("package.json")
  }
}
