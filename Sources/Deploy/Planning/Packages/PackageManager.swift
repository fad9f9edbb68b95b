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

  /// The programs that Corepack brings, in the version that is wanted; npm comes with Node, Bun on its own.
  var programs: [String] {
    switch self {
    case .pnpm: ["pnpm", "pnpx"]
    case .yarn: ["yarn", "yarnpkg"]
    case .npm, .bun: []
    }
  }

  /// The command that makes the app depend on these packages, as in "next@16.4.5".
  func adding(_ packages: [String]) -> String {
    ([rawValue, self == .npm ? "install" : "add"] + packages).joined(separator: " ")
  }

  /// The command that says which packages bring one.
  func reason(_ package: String) -> String { "\(rawValue) \(self == .npm ? "explain" : "why") \(package)" }

  /// Files next to package.json that change what an install does.
  static let settingsFiles: Set<String> = [
    ".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", ".pnpmfile.cjs", "bunfig.toml",
  ]

  /// The arguments of an install.
  ///
  /// - Parameters:
  ///   - frozen: whether it installs exactly what the lockfile says.
  ///   - modern: whether yarn is version 2 or later.
  ///   - alone: whether a workspace above the app is not the app's.
  func install(frozen: Bool, modern: Bool, alone: Bool) -> [String] {
    switch self {
    case .npm:
      [frozen ? "ci" : "install", "--include=dev", "--no-audit", "--no-fund"] + (alone ? ["--no-workspaces"] : [])
    case .pnpm:
      ["install", frozen ? "--frozen-lockfile" : "--no-frozen-lockfile", "--prod=false"]
        + (alone ? ["--ignore-workspace"] : [])
    case .yarn where modern: ["install", frozen ? "--immutable" : "--no-immutable"]
    case .yarn: ["install", "--production=false", "--non-interactive"] + (frozen ? ["--frozen-lockfile"] : [])
    case .bun: ["install"] + (frozen ? ["--frozen-lockfile"] : [])
    }
  }
}
