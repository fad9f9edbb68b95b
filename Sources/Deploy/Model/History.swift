/// Which releases have been live, worked out from the deploys that got that far.
public struct History: Equatable, Sendable {
  /// A deploy puts its release on top; a rollback takes off everything above the one it returns to.
  private(set) var stack: [ReleaseID] = []
  /// Every release that was ever live, the most recently live first.
  public private(set) var byLastUse: [ReleaseID] = []

  /// Works out the history from an app's records, in any order; only deploys that went live count.
  public init(_ deploys: [DeployRecord]) {
    let finished = deploys.filter { $0.outcome == .live }.sorted {
      ($0.order ?? 0, $0.finishedAt ?? "", $0.id) < ($1.order ?? 0, $1.finishedAt ?? "", $1.id)
    }
    for deploy in finished {
      // A restart boots what is live already.
      guard let release = deploy.release, deploy.kind != .restart else { continue }
      if deploy.kind == .rollback, let place = stack.lastIndex(of: release) {
        stack.removeSubrange((place + 1)...)
      } else if stack.last != release {
        stack.append(release)
      }
      byLastUse.removeAll { $0 == release }
      byLastUse.insert(release, at: 0)
    }
  }

  /// The release that a rollback without an id returns to: what was live before this one and still exists; nil if none.
  public func rollbackTarget(live: ReleaseID, available: Set<ReleaseID>) -> ReleaseID? {
    guard let place = stack.lastIndex(of: live) else { return nil }
    return stack[..<place].last { available.contains($0) && $0 != live }
  }

  /// The releases to remove so that `keep` are left: those unused longest, but never one in use.
  public func surplus(of releases: [ReleaseID], keep: Int, inUse: Set<ReleaseID>) -> [ReleaseID] {
    let order = Dictionary(uniqueKeysWithValues: byLastUse.enumerated().map { ($1, $0) })
    let ranked = releases.sorted { left, right in
      let (a, b) = (order[left] ?? Int.max, order[right] ?? Int.max)
      return a == b ? left > right : a < b
    }
    let kept = ranked.filter(inUse.contains)
    let others = ranked.filter { !inUse.contains($0) }
    return Array(others.dropFirst(max(0, keep - kept.count)))
  }
}
