/// What kind of app a tree holds.
public enum Framework: Equatable, Codable, Sendable, CustomStringConvertible {
  /// Next.js, started by its own server. The version is the lockfile's, else what package.json asks for.
  case next(version: String)
  /// A program that Node runs.
  case node
  /// A program that Bun runs.
  case bun

  public var description: String {
    switch self {
    case .next(let version): "Next.js \(version)"
    case .node: "Node app"
    case .bun: "Bun app"
    }
  }

  public var isNext: Bool {
    if case .next = self { true } else { false }
  }

  /// Next's own server runs an app whose start command is Next's; with another one it is the app's affair.
  static func find(_ manifest: PackageManifest, start: Work?) -> Framework {
    let words = start?.arguments ?? []
    if let version = manifest.dependency("next"), start.map(startsNext) ?? true {
      return .next(version: version)
    }
    return words.first == "bun" || words.first == "bunx" ? .bun : .node
  }

  /// Whether a command is `next start` and nothing else: settings before it and options behind it change nothing.
  private static func startsNext(_ start: Work) -> Bool {
    let line = start.description
    if line.contains(where: { "&|;<>`\n".contains($0) }) { return false }
    let words = line.split(whereSeparator: \.isWhitespace).drop { $0.contains("=") || $0 == "cross-env" || $0 == "npx" }
    return words.starts(with: ["next", "start"])
  }
}

/// What is known of Next.js's versions.
enum NextVersion {
  /// Whether a custom server of this version can say where it runs behind (tried from 14 on).
  static func knowsOrigin(_ version: Version?) -> Bool { version.map { $0.major >= 14 } ?? false }

  /// Whether an App Router of this version runs foreign code (CVE-2025-55182), and the version that mends it.
  static func mendFor(_ version: Version) -> String? {
    let mended = ["15.0.5", "15.1.9", "15.2.6", "15.3.6", "15.4.8", "15.5.7", "16.0.7"]
    return mended.first { text in
      guard let mend = Version(text) else { return false }
      return mend.major == version.major && mend.minor == version.minor && version < mend
    }
  }
}
