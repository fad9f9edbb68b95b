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
    let isMissing = app.migration.map { !CommandProgram($0).isThere(in: app.directory, release.exists) } ?? false
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
}
