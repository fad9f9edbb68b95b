/// The top of a monorepo that was pushed as if it were the app: it starts nothing itself, but packages below it do.
struct MonorepoTop {
  /// The directories below that hold apps.
  let apps: [RelativePath]
  private let command: StartCommand?

  /// Nil if it is the app itself, or if no app is found below it.
  init?(_ app: Project, in tree: some SourceTree) throws {
    guard app.root.isTop, app.file.start == nil, app.file.framework == nil, app.manifest.dependency("next") == nil,
      app.manifest.hasWorkspaces || tree.entries["pnpm-workspace.yaml"] != nil
    else { return nil }
    command = app.command
    switch command?.target {
    case nil, .unclear: break
    case .program(let name) where Self.runners.contains(name): break
    default: return nil
    }
    apps = try StarterFile.apps(below: tree)
    if apps.isEmpty { return nil }
  }

  /// What hands a script on to another package.
  private static let runners: Set = ["npm", "pnpm", "yarn", "bun", "turbo", "nx", "lerna"]

  /// Refuses it where nothing could be started, or only by what a release does not have.
  func requireRoot() throws(Failure) {
    switch command?.target {
    case nil: break
    case .program(let name) where ["turbo", "nx", "lerna"].contains(name): break
    default: return
    }
    throw Failure(
      "reading package.json", "it is the top of a monorepo, which starts nothing itself: there are apps in \(list)",
      next: "Name the one that is meant in \(ProjectFile.name) at the top of the repository: \(example).")
  }

  var warning: String {
    "the start script hands on to another package, so nothing is known of that: name the app's directory in "
      + "\(ProjectFile.name), as in \(example)."
  }

  private var list: String { apps.prefix(5).map(\.description).joined(separator: ", ") }
  private var example: String { "{ \"root\": \"\(apps[0])\" }" }
}
