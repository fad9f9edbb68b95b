/// A hole that something of an app has.
public struct FoundHole: Equatable, Sendable {
  /// The hole.
  public let hole: Hole
  /// What has it.
  public let package: InstalledPackage
  /// Whether strangers can reach it: not where it takes an App Router, and the app has none.
  public let isReached: Bool
  /// The first version of the same release line that has no such hole.
  let fix: Version

  /// Whether strangers can run code by it.
  public var isRemoteCode: Bool { hole.severity == .remoteCode && isReached }

  /// Whether the app's settings let it be.
  public func isAllowed(by allowed: [HoleID]) -> Bool { hole.ids.contains(where: allowed.contains) }

  /// What a stranger can do by it, its name, how bad it is, and which version does not have it.
  public var told: String {
    let note = isReached ? "" : ", not reached without an App Router"
    return "\(hole.allows) (\(hole.ids[0]), \(hole.severity.rawValue)\(note), fixed in \(fix))"
  }
}

extension HoleList {
  /// The holes of what an app is made of, the worst first.
  ///
  /// - Parameter node: the version of the Node that runs it; nil if none does.
  public func find(in inventory: Inventory, node: Version?) -> [FoundHole] {
    let packages =
      inventory.packages
      + [node.map { InstalledPackage(name: InstalledPackage.node, version: $0, isOwn: true) }].compactMap(\.self)
    var found: [FoundHole] = []
    for severity in Hole.Severity.allCases {
      for hole in holes where hole.severity == severity {
        for package in packages where hole.packages.contains(package.name) {
          guard let version = Version(package.version), let fix = hole.fix(of: version),
            Self.isOpen(hole, in: inventory),
            // What a hole of Next.js's comes from is not told again.
            !found.contains(where: { $0.package.name != package.name && $0.hole.ids.contains(where: hole.ids.contains) }
            )
          else { continue }
          let isReached = hole.need != .appRouter || inventory.hasAppRouter != false
          found.append(FoundHole(hole: hole, package: package, isReached: isReached, fix: fix))
        }
      }
    }
    return found
  }

  private static func isOpen(_ hole: Hole, in inventory: Inventory) -> Bool {
    guard case .sharp(let below) = hole.need else { return true }
    guard let library = inventory.imageLibrary.flatMap({ Version($0) }) else { return false }
    return below.map(library.precedes) ?? true
  }
}
