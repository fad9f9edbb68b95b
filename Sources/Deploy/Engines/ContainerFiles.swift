/// All that is written for an engine, beside the release itself.
public struct ContainerFiles: Equatable, Sendable {
  /// The files, by their paths in the folder.
  public let files: [EngineFile]
  /// The release command as a program of the image; nil where there is none.
  public let migration: String?
  /// What several instances of the app need.
  public let needs: [SharedNeed]

  /// Writes what an engine takes.
  ///
  /// - Parameter release: the release's files.
  public init(_ app: ContainerApp, for engine: Engine, release: any BuiltFiles) throws {
    let required = try app.nextOutput.flatMap { try release.text($0.file(BuildReader.serverFiles)) }
      .flatMap { try? JSON.parse($0) }
    needs = SharedNeed.all(of: app, required: required)
    let isMissing = try app.migration.map { try !Self.has($0, app, release) } ?? false
    let own: [EngineFile] =
      switch engine {
      case .oci: []
      case .compose: [app.compose]
      case .kubernetes: [app.kubernetes] + [app.kubernetesVolumes, app.kubernetesMigration].compactMap(\.self)
      case .kamal: app.kamal
      }
    migration = app.migration.map {
      "#!/bin/sh\n# The app's release command: it runs once for each release.\ncd '\(app.workingDirectory)' || exit 1\n\($0)\n"
    }
    files =
      own + (engine == .oci ? [] : [app.containerfile, app.ignoreFile])
      + [app.readme(for: engine, needs, lacksMigration: isMissing)]
    lacksMigration = isMissing
  }

  /// Whether the release seems not to have what its release command runs: a release has no development packages.
  public let lacksMigration: Bool

  /// Whether the first word of a command is a program that the image has, as far as its words tell.
  private static func has(_ command: String, _ app: ContainerApp, _ release: any BuiltFiles) throws -> Bool {
    let words = command.split(separator: " ").map(String.init)
    let places = PackageManagerChoice.ancestors(of: app.directory)
    switch words.first {
    case "node", "bun": return words.count > 1 && release.exists(app.directory.file(words[1]))
    case let name?: return places.contains { release.exists($0.file("node_modules/.bin/\(name)")) }
    case nil: return true
    }
  }
}
