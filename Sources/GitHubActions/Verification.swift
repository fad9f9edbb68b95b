public import Deploy

/// What is checked before a commit is deployed: the scripts of package.json that show whether it is good.
public struct Verification: Equatable, Sendable {
  /// The scripts that count, in the order in which they run.
  public enum Script: String, CaseIterable, Sendable { case lint, typecheck, test }

  /// The scripts that package.json has, in the order in which they run.
  public let scripts: [Script]
  let setup: RunnerSetup

  /// Finds the project's scripts; nil if package.json has none of them.
  public init?(_ project: Project, in tree: some SourceTree) throws(Failure) {
    let scripts = Script.allCases.filter { project.manifest.scripts[$0.rawValue].map(Self.isReal) ?? false }
    if scripts.isEmpty { return nil }
    self.scripts = scripts
    setup = try RunnerSetup(project, in: tree, without: "--no-verify")
  }

  /// The file that says which version of Node to use; nil if there is none.
  public var nodeFile: String? { setup.nodeFile }

  /// `npm init` writes a test script that always fails.
  private static func isReal(_ command: String) -> Bool {
    command.contains { !$0.isWhitespace } && !command.contains("no test specified")
  }
}
