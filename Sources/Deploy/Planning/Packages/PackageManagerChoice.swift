/// Which package manager installs a tree, in which version and where, judging by package.json and the lockfiles.
public struct PackageManagerChoice: Equatable, Codable, Sendable {
  /// The package manager to use.
  public let manager: PackageManager
  /// The version to use; nil if any will do.
  public let version: PackageManagerVersion?
  /// The lockfile's name; nil if there is none.
  public let lockfile: String?
  /// Where it runs: the directory of the lockfile, else of package.json.
  public let directory: RelativePath
  /// Whether a workspace above that directory has nothing to do with the lockfile.
  let isAlone: Bool
  /// What was found that is not as it should be, but is no reason to stop.
  public let warnings: [String]

  /// - Parameters:
  ///   - root: the app's directory; the nearest lockfile above it (a workspace's) counts too.
  ///   - manifests: package.json of the directories from the app's up to the top, nearest first.
  static func find(
    in tree: some SourceTree, root: RelativePath, manifests: [Project.Located]
  ) throws -> PackageManagerChoice {
    let directories = ancestors(of: root)
    let place = directories.firstIndex { !lockfiles(in: tree, $0).isEmpty }
    let directory = place.map { directories[$0] } ?? root
    let found = lockfiles(in: tree, directory)
    // What stands above the lockfile is about another one.
    let below = directories.prefix((place ?? directories.count) + 1)
    let near = manifests.filter { below.contains($0.directory) }.map(\.manifest)
    // Where the install runs comes first, as it does for the package managers themselves.
    let deciding = place == nil ? near : near.reversed()
    let named = try deciding.lazy.compactMap { try Request($0) }.first
    var warnings: [String] = []
    let manager = try choose(named, found, directory, &warnings)
    let lockfile = found.first { $0.manager == manager }?.file
    if lockfile == nil, manifests.contains(where: \.manifest.hasDependencies) {
      warnings.append(
        "there is no lockfile: versions can change from one deploy to the next. Commit \(manager.lockfiles[0]).")
    }
    let engines = deciding.lazy.compactMap { $0.engines[manager.rawValue] }.first
    return PackageManagerChoice(
      manager: manager,
      version: try version(manager, named: named, engines: engines, lockfile, directory, tree, &warnings),
      lockfile: lockfile, directory: directory,
      isAlone: lockfile != nil && isAlone(manager, directory, manifests, tree), warnings: warnings)
  }

  /// The version for people: what Corepack brings, or what the machine's own must be; nil if any will do.
  public var wanted: String? {
    version.map { manager.programs.isEmpty ? $0.range ?? $0.description : $0.description }
  }

  /// Whether it is yarn 2 or later.
  var isModernYarn: Bool { manager == .yarn && (version?.number?.major ?? 0) > 1 }

  /// The install's arguments, after the program's own name.
  public var installArguments: [String] {
    manager.install(frozen: lockfile != nil, modern: isModernYarn, alone: isAlone)
  }

  /// The version in the lockfile of a package that an app asks for; nil if that is not clear.
  func version(of package: String, for app: Project.Located, in tree: some SourceTree) throws -> String? {
    guard let lockfile, let range = app.manifest.dependency(package),
      let file = try Lockfile(manager, directory.file(lockfile), in: tree)
    else { return nil }
    let place = app.directory.description.pathParts.dropFirst(directory.description.pathParts.count)
    return file.version(of: package, range: range, for: app.manifest.name ?? "", in: Array(place))
  }

  /// A directory and those above it, nearest first.
  public static func ancestors(of root: RelativePath) -> [RelativePath] {
    let parts = root.description.split(separator: "/")
    return (0...parts.count).reversed().map { count in
      RelativePath(parts.prefix(count).joined(separator: "/")) ?? .top
    }
  }

  // MARK: Parts

  /// What a package.json says about the package manager.
  private struct Request {
    let manager: PackageManager
    let version: String?
    /// As it is written, for messages.
    let text: String

    init?(_ manifest: PackageManifest) throws(Failure) {
      if let text = manifest.packageManager {
        let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
        guard let name = parts.first, let manager = PackageManager(rawValue: name) else {
          throw Failure(
            "choosing the package manager", "package.json's \"packageManager\" is \(text.quoted), which is not known",
            next: NearestName.hint(parts.first ?? "", among: PackageManager.allCases.map(\.rawValue)))
        }
        self.manager = manager
        version = parts.count > 1 ? parts[1] : nil
        self.text = text
      } else if let named = manifest.developmentManager, let manager = PackageManager(rawValue: named.name) {
        self.manager = manager
        version = named.range
        text = "\(named.name)\(named.range.map { " \($0)" } ?? "")"
      } else {
        return nil
      }
    }
  }

  private static func choose(
    _ named: Request?, _ found: [(manager: PackageManager, file: String)], _ directory: RelativePath,
    _ warnings: inout [String]
  ) throws(Failure) -> PackageManager {
    if let named {
      let others = found.filter { $0.manager != named.manager }
      if found.count > others.count {
        warnings += others.map { "\($0.file) is not used, for package.json says \(named.text): delete it." }
      } else if let other = others.first {
        throw Failure(
          "choosing the package manager",
          "package.json says \(named.text), but the lockfile is \(other.manager.rawValue)'s \(directory.file(other.file))",
          next: "Delete \(other.file) and commit \(named.manager.lockfiles[0]), or correct \"packageManager\".")
      }
      return named.manager
    }
    let managers = PackageManager.allCases.filter { manager in found.contains { $0.manager == manager } }
    if managers.count > 1 {
      let choices = managers.map { manager in
        let rest = found.filter { $0.manager != manager }.map(\.file).joined(separator: " and ")
        return "if you use \(manager.rawValue), delete \(rest)"
      }
      throw Failure(
        "choosing the package manager",
        "there are lockfiles of several: \(found.map { directory.file($0.file) }.joined(separator: ", "))",
        next: choices.joined(separator: "; ").capitalizedFirst + ".")
    }
    return managers.first ?? .npm
  }

  /// Decided by `packageManager`, else `devEngines`, else `engines`, else the lockfile, else the newest one known.
  private static func version(
    _ manager: PackageManager, named: Request?, engines: String?, _ lockfile: String?, _ directory: RelativePath,
    _ tree: some SourceTree, _ warnings: inout [String]
  ) throws -> PackageManagerVersion? {
    let settings = manager == .yarn ? try tree.text(directory.file(".yarnrc.yml")) : nil
    // A yarn of the repository's own takes the place of every other, whatever else is said.
    if let settings, let version = ownYarn(settings) { return version }
    let written = try lockfile.flatMap { try Lockfile(manager, directory.file($0), in: tree)?.format }
    let format = written ?? LockfileFormat.newest(manager, modernYarn: settings != nil)
    let asked = format.map { PackageManagerVersion($0) }
    if let text = named?.version {
      if let version = PackageManagerVersion(text, of: manager, format) { return version }
      if let asked {
        warnings.append(
          "package.json says \(named?.text ?? ""), which is no version: \(manager.rawValue) \(asked) is taken.")
      }
    }
    return engines.flatMap { PackageManagerVersion($0, of: manager, format) } ?? asked
  }

  /// The yarn that `yarnPath` names, as in ".yarn/releases/yarn-3.6.1.cjs".
  private static func ownYarn(_ settings: String) -> PackageManagerVersion? {
    let line = settings.split(whereSeparator: \.isNewline).first { $0.hasPrefix("yarnPath:") }
    guard let name = line?.split(separator: "/").last?.filter({ !"\"'".contains($0) }), name.hasPrefix("yarn-"),
      let ending = [".cjs", ".js"].first(where: name.hasSuffix)
    else { return nil }
    return PackageManagerVersion(String(name.dropFirst("yarn-".count).dropLast(ending.count)), of: .yarn, nil)
  }

  /// Whether the lockfile stands apart from a workspace above it, whose packages must not be installed instead.
  private static func isAlone(
    _ manager: PackageManager, _ directory: RelativePath, _ manifests: [Project.Located], _ tree: some SourceTree
  ) -> Bool {
    let above = ancestors(of: directory).dropFirst()
    switch manager {
    case .npm: return manifests.contains { above.contains($0.directory) && $0.manifest.hasWorkspaces }
    case .pnpm:
      let settings = "pnpm-workspace.yaml"
      // With lockfiles of their own (shared-workspace-lockfile=false) packages of a workspace still use each other.
      let uses = manifests.first { $0.directory == directory }?.manifest.usesWorkspace ?? false
      return !uses && tree.entries[directory.file(settings)] == nil
        && above.contains { tree.entries[$0.file(settings)] != nil }
    case .yarn, .bun: return false
    }
  }

  private static func lockfiles(
    in tree: some SourceTree, _ directory: RelativePath
  ) -> [(manager: PackageManager, file: String)] {
    PackageManager.allCases.flatMap { manager in
      manager.lockfiles.filter { tree.entries[directory.file($0)] != nil }.map { (manager, $0) }
    }
  }
}

extension String {
  /// The text with its first letter a capital.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
