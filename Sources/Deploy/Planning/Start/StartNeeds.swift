// What a start command needs that a release would not have.
extension Project {
  /// Refuses a start command that runs what a release does not hold.
  ///
  /// - Parameter origin: where a need comes from; nil if that is not known.
  func requireStart(_ origin: (StartCommand.Need) -> LockedPackages.Origin?) throws(Failure) {
    guard let command, site == nil else { return }
    for need in command.needs {
      switch (need, origin(need)) {
      case (_, .development(let package)) where file.dependencies == .production:
        throw unfit("\"start\" \(need.use(of: package)), a development dependency, and a release has none of these") {
          [
            alternative(origin),
            "move \(package) to \"dependencies\", or set \"dependencies\": \"all\" in "
              + "\(ProjectFile.name), which keeps development packages",
          ]
        }
      case (.fetched(let program), .absent):
        throw unfit(
          "\"start\" runs '\(program)', which no dependency brings: it would come from the network at each start"
        ) {
          [
            alternative(origin),
            "add the package that brings it ('\(packages.manager.add) \(program)') and commit the lockfile",
          ]
        }
      default: continue
      }
    }
  }

  private func unfit(_ cause: String, _ remedies: () -> [String?]) -> Failure {
    let next = remedies().compactMap(\.self).joined(separator: "; or ")
    return Failure(
      "reading \(file.start == nil ? manifestPath : ProjectFile.name)", cause, next: next.capitalizedFirst + ".")
  }

  private func alternative(_ origin: (StartCommand.Need) -> LockedPackages.Origin?) -> String? {
    productionStart(origin).map {
      "set \"start\" in \(ProjectFile.name) to \($0.command.quoted), as the script \"\($0.script)\" has it"
    }
  }

  /// A script that starts the built app, where "start" is for development.
  func productionStart(
    _ origin: (StartCommand.Need) -> LockedPackages.Origin?
  ) -> (script: String, command: String)? {
    for script in ["start:prod", "start:production", "serve:prod", "prod", "production"] {
      guard let line = manifest.command(ofScript: script) else { continue }
      let needs = StartCommand(line, scripts: manifest.scripts).needs
      let isFit = needs.allSatisfy { need in
        switch origin(need) {
        case .development: file.dependencies == .all
        case .absent: if case .fetched = need { false } else { true }
        default: true
        }
      }
      if isFit { return (script, line) }
    }
    return nil
  }

  /// What the server has in any case: a large lockfile is not read for these.
  private static let common: Set<StartCommand.Need> = [
    .program("node"), .program("npm"), .program("npx"), .program("sh"), .program("env"), .program("exec"),
    .program("bun"),
  ]

  /// Where a need comes from, going by npm's lockfile; nil for other package managers, whose packages all stay in a
  /// release.
  func origin(in tree: some SourceTree) throws -> (StartCommand.Need) -> LockedPackages.Origin? {
    guard packages.manager == .npm, file.install == nil, let lockfile = packages.lockfile,
      command?.needs.contains(where: { !Self.common.contains($0) }) == true,
      let text = try tree.text(packages.directory.file(lockfile)), let locked = LockedPackages(text)
    else { return { _ in nil } }
    return { locked.origin(of: $0, in: root.seen(from: packages.directory)) }
  }
}

extension RelativePath {
  /// This directory, as seen from one above it.
  func seen(from directory: RelativePath) -> RelativePath {
    RelativePath(description.pathParts.dropFirst(directory.description.pathParts.count).joined(separator: "/")) ?? .top
  }
}

extension LockedPackages {
  func origin(of need: StartCommand.Need, in directory: RelativePath) -> Origin {
    switch need {
    case .program(let name), .fetched(let name): origin(ofProgram: name, in: directory)
    case .package(let name): origin(ofPackage: name, in: directory)
    }
  }
}

extension StartCommand.Need {
  fileprivate func use(of package: String) -> String {
    switch self {
    case .program(let name), .fetched(let name): "runs '\(name)' of \(package)"
    case .package: "loads \(package)"
    }
  }
}

extension PackageManager {
  /// The command that adds a package.
  var add: String { self == .npm ? "npm install" : "\(rawValue) add" }
}
