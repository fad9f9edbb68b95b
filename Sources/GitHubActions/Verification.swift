public import Deploy

/// What is checked before a commit is pushed to the server: the scripts of package.json that show whether it is good.
public struct Verification: Equatable, Sendable {
  /// The scripts that count, in the order in which they run.
  public enum Script: String, CaseIterable, Sendable { case lint, typecheck, test }

  /// What installs the packages.
  enum Install: Equatable, Sendable {
    case manager([String])
    /// The user's own command, from nextdeploy.json.
    case own(String)
  }

  /// The scripts that package.json has, in the order in which they run.
  public let scripts: [Script]
  let root: RelativePath
  let packages: PackageManagerChoice
  let install: Install?
  /// The file that says which version of Node to use; nil if there is none.
  public let nodeFile: String?
  /// The file that says which version of Bun to use; nil if there is none.
  let bunFile: String?

  /// Finds the project's scripts; nil if package.json has none of them.
  public init?(_ project: Project, in tree: some SourceTree) throws(Failure) {
    let scripts = Script.allCases.filter { project.manifest.scripts[$0.rawValue].map(Self.isReal) ?? false }
    if scripts.isEmpty { return nil }
    self.scripts = scripts
    root = project.root
    packages = project.packages
    install =
      !project.installs
      ? nil
      : project.file.install.map { .own($0) }
        ?? .manager([packages.manager.rawValue] + packages.installArguments)
    nodeFile = Self.nodeFile(project, tree)
    bunFile = Self.bunFile(project, tree)
    try check()
  }

  /// `npm init` writes a test script that always fails.
  private static func isReal(_ command: String) -> Bool {
    command.contains { !$0.isWhitespace } && !command.contains("no test specified")
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

  /// What is written into the workflow must have no special meaning there.
  private func check() throws(Failure) {
    for path in [root, packages.directory] where !path.isTop && !path.description.isPlain(and: ".-/@") {
      throw Failure(
        "describing how the app is checked",
        "the directory \(path.description.quoted) has characters that mean something in a workflow",
        next: "Rename it to letters, digits and . _ - @, or leave the checks out with --no-verify.")
    }
    guard case .own(let command) = install else { return }
    if command.contains("{{") || command.contains(where: \.isNewline) || command.utf8.contains(where: { $0 < 0x20 }) {
      throw Failure(
        "describing how the app is checked", "\"install\" in \(ProjectFile.name) has a line break or '{{' in it",
        next: "Put it into a script that \"install\" calls, or leave the checks out with --no-verify.")
    }
  }
}
