// What an app is made of is compared with the holes that are known, before any of it runs in front of visitors.
extension Builder {
  /// What was installed of what can have holes.
  func inventory(of plan: Plan) throws -> Inventory {
    let own = plan.app.manifest
    let names = try seams.holes().packages
    let development = try reader.developmentPackages(plan)
    var inventory = try Inventory(
      names, in: files, root: plan.project.root,
      own: Set(own.dependencies.keys).union(own.developmentDependencies.keys), without: development)
    if !inventory.hasNext {
      try inventory.add(
        plan.handsOnTo.map { try Inventory(names, in: files, root: $0, own: ["next"], without: development) }
          .filter(\.hasNext))
    }
    inventory.manager = plan.packages.manager
    return inventory
  }
}

extension Half {
  /// Refuses what lets strangers run code, unless the app's settings allow it; warns of the rest. Of a site of files nothing
  /// runs that strangers could reach.
  func requireNoHoles(in inventory: Inventory, of plan: Plan) throws {
    if plan.app.site != nil { return }
    let found = try found(in: inventory, node: plan.runtime)
    let refused = found.filter { $0.isRemoteCode && !$0.isAllowed(by: config.allowedHoles ?? []) }
    tell(found.filter { !refused.contains($0) }, in: inventory)
    guard let first = refused.first else { return }
    // One version that has none of them, not the next one to be refused or warned of.
    let packages = found.filter { hole in refused.contains { $0.package.name == hole.package.name } }
    let ids = ((config.allowedHoles ?? []) + refused.map { $0.hole.ids[0] }).uniqued()
    throw Failure(
      "looking for known holes in \(first.package.told)",
      refused.map { $0.package == first.package ? $0.told : "\($0.package.told): \($0.told)" }.joined(separator: "; "),
      next:
        "\(Remedy(packages, in: inventory).sentence), commit and push again. Or let it be, at your own risk, on the "
        + "server: 'nextdeploy config set allow-vulnerable \(ids.map(\.description).joined(separator: ",")) --app \(app)'."
    )
  }

  /// Warns of what lets strangers run code in a release that is to be live again: to go back may be urgent.
  func warnOfHoles(in release: ReleaseRecord) {
    guard release.process != nil, let inventory = release.inventory else { return }
    steps.attempt("looking for known holes in the release") {
      tell(try found(in: inventory, node: nil).filter(\.isRemoteCode), in: inventory)
    }
  }

  private func found(in inventory: Inventory, node: Tool?) throws -> [FoundHole] {
    try seams.holes().find(in: inventory, node: node.flatMap { Version($0.version) })
  }

  private func tell(_ found: [FoundHole], in inventory: Inventory) {
    for hole in found {
      let remedy = Remedy(found.filter { $0.package == hole.package }, in: inventory)
      seams.events.warn("\(hole.package.told): \(hole.told): \(remedy).")
    }
  }
}

extension Plan {
  /// The Node that runs the app; nil if Bun does.
  var runtime: Tool? { framework == .bun ? nil : node }
}
