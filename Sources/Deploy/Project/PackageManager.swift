/// The program that installs an app's packages.
public enum PackageManager: String, CaseIterable, Codable, Sendable {
  case npm, pnpm, yarn, bun

  /// The lockfiles it writes; the first is the usual one.
  public var lockfiles: [String] {
    switch self {
    case .npm: ["package-lock.json", "npm-shrinkwrap.json"]
    case .pnpm: ["pnpm-lock.yaml"]
    case .yarn: ["yarn.lock"]
    case .bun: ["bun.lock", "bun.lockb"]
    }
  }

  /// Files beside package.json that change what an install does.
  static let settingsFiles: Set<String> = [
    ".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", ".pnpmfile.cjs", "bunfig.toml",
  ]

  /// The arguments of an install that takes exactly what the lockfile says.
  ///
  /// - Parameter modern: whether yarn is version 2 or later, which its lockfile tells.
  func install(frozen: Bool, modern: Bool) -> [String] {
    switch self {
    case .npm: [frozen ? "ci" : "install", "--include=dev", "--no-audit", "--no-fund"]
    case .pnpm: ["install", frozen ? "--frozen-lockfile" : "--no-frozen-lockfile", "--prod=false"]
    case .yarn where modern: ["install", frozen ? "--immutable" : "--no-immutable"]
    case .yarn: ["install", "--production=false", "--non-interactive"] + (frozen ? ["--frozen-lockfile"] : [])
    case .bun: ["install"] + (frozen ? ["--frozen-lockfile"] : [])
    }
  }
}

/// Which package manager installs a tree, found from `packageManager` and the lockfiles.
public struct PackageManagerChoice: Equatable, Codable, Sendable {
  public let manager: PackageManager
  /// The version that package.json asks for, if it does.
  public let wantedVersion: String?
  /// Nil where there is none.
  public let lockfile: String?
  /// Where it runs: the directory of the lockfile, else of package.json.
  public let directory: RelativePath
  /// Whether it is yarn 2 or later.
  public let modernYarn: Bool
  public let warnings: [String]

  /// - Parameters:
  ///   - root: the app's directory; a lockfile above it (a workspace's) counts too.
  ///   - manifests: package.json of the directories from the app's up to the top, nearest first.
  static func find(
    in tree: some SourceTree, root: RelativePath, manifests: [PackageManifest]
  ) throws -> PackageManagerChoice {
    let directories = ancestors(of: root)
    let directory = directories.first { !lockfiles(in: tree, $0).isEmpty } ?? root
    let found = lockfiles(in: tree, directory)
    let named = manifests.lazy.compactMap(\.packageManager).first
    var warnings: [String] = []
    var manager: PackageManager
    var wanted: String?
    if let named {
      (manager, wanted) = try parse(named)
      let others = found.filter { $0.manager != manager }
      if found.count > others.count {
        warnings += others.map { "\($0.file) is not used, for package.json says \(named): delete it." }
      } else if let other = others.first {
        throw Failure(
          "choosing the package manager",
          "package.json says \(named), but the lockfile is \(other.manager.rawValue)'s \(directory.file(other.file))",
          next: "Delete \(other.file) and commit \(manager.lockfiles[0]), or correct \"packageManager\".")
      }
    } else {
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
      manager = managers.first ?? .npm
    }
    let lockfile = found.first { $0.manager == manager }?.file
    if lockfile == nil, manifests.contains(where: \.hasDependencies) {
      warnings.append(
        "there is no lockfile: versions can change from one deploy to the next. Commit \(manager.lockfiles[0]).")
    }
    var modern = wanted.flatMap { Version($0) }.map { $0.major > 1 } ?? false
    if let lockfile, let text = try tree.text(directory.file(lockfile)) { modern = text.contains("__metadata:") }
    return PackageManagerChoice(
      manager: manager, wantedVersion: wanted, lockfile: lockfile, directory: directory,
      modernYarn: manager == .yarn && modern,
      warnings: warnings)
  }

  /// The install's arguments, after the program's own name.
  public var installArguments: [String] { manager.install(frozen: lockfile != nil, modern: modernYarn) }

  /// A directory and those above it, nearest first.
  public static func ancestors(of root: RelativePath) -> [RelativePath] {
    let parts = root.description.split(separator: "/")
    return (0...parts.count).reversed().map { count in
      RelativePath(parts.prefix(count).joined(separator: "/")) ?? .top
    }
  }

  private static func lockfiles(
    in tree: some SourceTree, _ directory: RelativePath
  ) -> [(manager: PackageManager, file: String)] {
    PackageManager.allCases.flatMap { manager in
      manager.lockfiles.filter { tree.entries[directory.file($0)] != nil }.map { (manager, $0) }
    }
  }

  private static func parse(_ text: String) throws(Failure) -> (PackageManager, String?) {
    let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
    guard let name = parts.first, let manager = PackageManager(rawValue: name) else {
      let names = PackageManager.allCases.map(\.rawValue)
      throw Failure(
        "choosing the package manager", "package.json's \"packageManager\" is \(text.quoted), which is not known",
        next: NearestName.hint(parts.first ?? "", among: names))
    }
    // What follows a plus is a checksum.
    return (manager, parts.count > 1 ? parts[1].split(separator: "+").first.map(String.init) : nil)
  }
}

extension String {
  /// The text with its first letter a capital.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
