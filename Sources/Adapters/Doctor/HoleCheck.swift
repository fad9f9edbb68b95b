import Deploy
import Posix

/// Compares what live releases are made of with the holes that are known now.
struct HoleCheck {
  let app: AppName
  let inventory: Inventory
  /// The version of the Node that runs it; nil if none does.
  let node: Version?
  let allowed: [HoleID]

  func findings(_ list: HoleList) -> [Finding] {
    let found = list.find(in: inventory, node: node)
    return found.map { hole in
      let isAllowed = hole.isAllowed(by: allowed)
      let remedy = Remedy(found.filter { $0.package == hole.package }, in: inventory)
      return Finding(
        .holes, hole.isRemoteCode && !isAllowed ? .problem : .warning,
        "\(app) runs \(hole.package.told): \(hole.told)\(isAllowed ? ", allowed by allow-vulnerable" : "")", app: app,
        advice: "\(remedy.sentence)\(remedy.command == nil ? "" : " where it is developed, commit and push").")
    }
  }
}

extension Doctor {
  func holes(_ apps: [AppName]) throws -> [Finding] {
    let list = try KnownHoles.list()
    var node: Version?
    if let file = Command.find("node", path: programs.environment["PATH"] ?? "") {
      node = Version(try self.node(file).version)
    }
    let found = liveReleases(apps).flatMap { app, release -> [Finding] in
      // Of a site of files nothing runs.
      guard let process = release.process else { return [] }
      return caught(.holes, app: app) {
        // A release may run with a Node of its own.
        let own = process.runtimes?.first { $0.name == "node" }.flatMap { Version($0.version) }
        return HoleCheck(
          app: app, inventory: try inventory(of: release, process, app, list),
          node: release.framework.hasPrefix("Bun") ? nil : own ?? node,
          allowed: try Apps(layout: layout).config(of: app).allowedHoles ?? []
        ).findings(list)
      }
    }
    return found.isEmpty ? [Finding(.holes, .ok, "nothing that is live has a known hole")] : found
  }

  /// What the release's record says, else what is in the release: records were made without it once.
  private func inventory(
    of release: ReleaseRecord, _ process: AppProcess, _ app: AppName, _ list: HoleList
  ) throws -> Inventory {
    if let inventory = release.inventory { return inventory }
    let files = FilesBelow(directory: layout.app(app).release(release.id).files)
    var inventory = try Inventory(list.packages, in: files, root: process.directory, own: ["next"])
    // What a build leaves says nothing of the routers that the app's sources have.
    inventory.hasAppRouter = nil
    return inventory
  }
}
