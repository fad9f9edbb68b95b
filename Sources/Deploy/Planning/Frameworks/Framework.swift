/// What kind of app a tree holds.
public enum Framework: Equatable, Codable, Sendable, CustomStringConvertible {
  /// Next.js, started by its own server. The version is the lockfile's, else what package.json asks for.
  case next(version: String)
  /// A program that Node runs.
  case node
  /// A program that Bun runs.
  case bun
  /// Files that Caddy serves, and what makes them where that is known.
  case files(by: String?)

  /// The framework as messages name it, with the version of Next.js if that is known.
  public var description: String {
    switch self {
    case .next(let version): version.isEmpty ? "Next.js" : "Next.js \(version)"
    case .node: "Node app"
    case .bun: "Bun app"
    case .files(let kind): "\(kind.map { "\($0), " } ?? "")static site"
    }
  }

  /// Whether Next's own server starts it.
  public var isNext: Bool {
    if case .next = self { true } else { false }
  }

  /// An app that depends on Next.js and is built is Next.js, unless its start command runs a file of its own.
  ///
  /// - Parameter named: what nextdeploy.json says that it is.
  static func find(
    _ manifests: [PackageManifest], start: StartCommand?, isBuilt: Bool, named: ProjectFile.Framework?
  ) -> Framework {
    let own = manifests.first?.dependency("next")
    if named == .next { return .next(version: own ?? manifests.lazy.compactMap { $0.dependency("next") }.first ?? "") }
    if named == nil, let own, start?.leavesNext(isBuilt: isBuilt) ?? true { return .next(version: own) }
    return start?.runsBun == true ? .bun : .node
  }
}

extension StartCommand {
  /// Whether starting Next's server is left to NextDeploy.
  fileprivate func leavesNext(isBuilt: Bool) -> Bool {
    switch target {
    case .next, .nextDevelopment: true
    case .ownFile, .several: false
    case .unclear: isBuilt
    // What serves files is for a static export.
    case .program(let name): isBuilt && !StaticPlan.servers.contains(name)
    }
  }
}

/// What is known of Next.js's versions.
enum NextVersion {
  /// Whether a custom server of this version can be told the site's origin (tested from 14 on).
  static func knowsOrigin(_ version: Version?) -> Bool { version.map { $0.major >= 14 } ?? false }
}
