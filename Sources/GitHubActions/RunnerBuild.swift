public import Deploy

/// How a runner builds a project as the server would.
public struct RunnerBuild: Equatable, Sendable {
  let setup: RunnerSetup
  /// What builds it; nil if nothing does.
  let command: Work?
  /// Where that runs, from the top of the repository.
  let directory: RelativePath
  /// Whether Next.js builds it.
  let isNext: Bool

  /// Finds out how a project is built; throws if a workflow cannot do it as the server does.
  public init(_ project: Project, in tree: some SourceTree) throws {
    let way = "have the server build it, without --build-on-runner"
    if let own = project.file.build { try RunnerSetup.check(own, of: "build", without: way) }
    setup = try RunnerSetup(project, in: tree, without: way)
    let build = try project.build(in: tree)
    command = build?.command
    directory = build?.directory ?? project.root
    isNext = project.isBuiltByNext
  }
}
