import Adapters
import Console
import Deploy
import Git
import Posix

/// `nextdeploy pack-releases`: what packs old releases, once a deploy has set them aside. Nobody waits for it.
enum ArchiveCommand {
  static let packReleases = ServerCommand.unsettledApp(
    CommandSpec(
      "pack-releases", [.app("APP")], [], "What a deploy leaves behind to pack old releases, and ends", isHidden: true),
    reach: .server
  ) { _, app in
    CurrentProcess.yieldToOthers()
    // What an app wrote into its releases may be millions of files.
    try app.server.restrain()
    let repository = app.repository
    try ReleasePacker(layout: app.layout, leftovers: app.leftovers(app.server.warn)).run {
      try app.config().archive ?? ArchiveSettings()
    } forget: {
      try repository.set("refs/nextdeploy/releases/\($0)", to: nil)
    }
    return 0
  }
}

extension AppContext {
  /// Begins to pack what waits for it, where nobody does; returns at once.
  ///
  /// - Parameter settings: what the archive is to be within, if that is looked at too.
  func beginPacking(within settings: ArchiveSettings? = nil) {
    let packer = ReleasePacker(layout: layout, leftovers: leftovers(server.warn))
    do {
      guard try packer.isNeeded(settings) else { return }
      let environment = server.baseEnvironment.merging(["NEXTDEPLOY_ROOT": server.layout.root]) { $1 }
      _ = try ChildProcess(
        Command([server.binary, "pack-releases", name.description], environment: environment), output: .null,
        errors: .null, family: .ownSession)
    } catch {
      // The next command tries again.
      server.warn("beginning to pack old releases of \(name): \(Failure(of: error))")
    }
  }
}
