extension Deployment {
  /// What a deploy of a tree runs once before anything new is started; nil for nothing.
  public static func releaseCommand(of tree: some SourceTree) throws -> String? { try Project(tree).releaseCommand }
}

// What of a start command is done otherwise than it says, because NextDeploy starts the app itself.
extension Project {
  /// What runs once for each push before anything new is started: the app's own command, else what would run first at
  /// each start.
  var releaseCommand: String? { file.releaseCommand ?? beforeStart }

  /// What `npm start` would run before the program that is the app, and NextDeploy, which starts that itself, does not.
  private var beforeStart: String? {
    let commands = beforeScript + (framework.isNext ? command?.preceding ?? [] : [])
    return commands.isEmpty ? nil : commands.joined(separator: " && ")
  }

  /// The "prestart" script, without what only installs and builds.
  private var beforeScript: [String] {
    guard file.start == nil, start != nil, !packages.isModernYarn, let script = manifest.scripts["prestart"] else {
      return []
    }
    let read = StartCommand("\(script) && next start", scripts: manifest.scripts)
    return read.startsNext ? read.preceding : [script]
  }

  /// The start command as it is written.
  private var startLine: String { file.start ?? manifest.scripts["start"] ?? "" }

  var startWarnings: [String] {
    guard let command else { return [] }
    var warnings: [String] = []
    if let before = beforeStart {
      warnings.append(
        file.releaseCommand == nil
          ? "\(before.quoted), which runs before the start, runs once for each push, as \"release\" in \(ProjectFile.name) "
            + "does: not again when the app is started again."
          : "\(before.quoted), which runs before the start, is not run: \"release\" in \(ProjectFile.name) takes its place."
      )
    }
    if framework.isNext { return warnings + nextWarnings(command) }
    if command.target == .several, manifest.dependency("next") != nil {
      warnings.append(
        "\(startLine.quoted) starts other programs beside Next.js: it is run as it says, without what NextDeploy does for "
          + "Next.js. With \"framework\": \"next\" in \(ProjectFile.name) Next.js is started, and they are not.")
    }
    return warnings
  }

  private func nextWarnings(_ command: StartCommand) -> [String] {
    var warnings: [String] = []
    if command.target == .nextDevelopment {
      warnings.append(
        "\(startLine.quoted) starts the development server of Next.js: here the app is built, and started for production."
      )
    }
    let leftOut = command.startsNext ? command.leftOut : file.framework == nil ? [startLine] : []
    if !leftOut.isEmpty {
      warnings.append(
        "NextDeploy starts Next.js itself, without \(leftOut.map(\.quoted).joined(separator: " and ")). With "
          + "\"framework\": \"node\" in \(ProjectFile.name) the start command is run as it says.")
    }
    let unknown = command.settings.unknown
    if !unknown.isEmpty {
      warnings.append(
        "\(startLine.quoted) takes \(unknown.joined(separator: ", ")) from other variables, which is not done: set it with "
          + "'nextdeploy env set'.")
    }
    return warnings
  }
}
