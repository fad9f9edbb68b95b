extension Planned {
  /// Where package managers note what they have installed, in node_modules.
  private static let notes = [".package-lock.json", ".modules.yaml", integrity, ".yarn-state.yml"]
  private static let integrity = ".yarn-integrity"

  /// Whether what the last install left is what this one would, and is still there: a build may have changed it, as
  /// `npm prune` does.
  func isInstalled(_ seams: Seams) throws -> Bool {
    guard let noted = try seams.workspace.installedKey(), seams.workspace.exists(modules) else { return false }
    return try installed(seams) == noted
  }

  /// Has yarn 1 look at everything: by its note it takes packages for unchanged that it has copied from the repository.
  func forgetInstalled(_ seams: Seams) throws {
    let note = "\(modules)/\(Self.integrity)"
    if seams.workspace.exists(note) { try seams.workspace.remove(note) }
  }

  private var modules: String { plan.installDirectory.file("node_modules") }

  /// What stands for the packages that are there, if they are this commit's; nil where the next commit needs an install in
  /// any case.
  func installed(_ seams: Seams) throws -> String? {
    guard let installKey else { return nil }
    let notes = try Self.notes.compactMap { try seams.workspace.text("\(modules)/\($0)") }
    return try "\(installKey)\n\(seams.repository.fingerprint(notes.joined(separator: "\n")))"
  }
}
