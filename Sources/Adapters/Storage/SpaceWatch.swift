import Deploy
import Posix

/// Watches the disk while a build runs: a build that leaves the machine too little space is ended, so that the sites
/// and other apps' deploys have what they need.
struct SpaceWatch {
  let app: AppName
  let layout: AppLayout
  /// Where builds write, and how much space was free there when this one began.
  private let places: [(directory: String, atFirst: Int)]
  private var next = ContinuousClock.now

  init(_ layout: AppLayout, of app: AppName) throws {
    self.app = app
    self.layout = layout
    places = try [layout.workspace, layout.cache, layout.directory].filter { Files.exists($0) }
      .map { ($0, try Files.space($0).free) }
  }

  /// Throws if too little space is left.
  mutating func look() throws {
    let now = ContinuousClock.now
    if now < next { return }
    next = now + .milliseconds(100)
    for (directory, atFirst) in places {
      // It may be gone; others report that.
      guard let space = try? Files.space(directory) else { continue }
      let cause: String
      // A separate file system has a reserve of its own.
      let reserve = Reserve(of: space)
      if space.free < reserve.bytes {
        cause =
          "only \(space.free >> 20) MB of the disk are left (\(atFirst >> 20) MB when it began); "
          + "\(reserve.bytes >> 20) MB are kept for the sites and other apps"
      } else if let files = space.freeFiles, files < reserve.files {
        cause =
          "the disk takes only \(files) more files (inodes); \(reserve.files) are kept for the sites and other apps"
      } else {
        continue
      }
      throw Failure(
        "building \(app)", "it was ended, for \(cause)",
        next: "\(layout.usage()); 'nextdeploy rebuild COMMIT --clean --app \(app)' begins without it.")
    }
  }
}

/// The space to leave free on a disk for sites, databases and the deploys of other apps.
struct Reserve: Equatable {
  let bytes: Int
  let files: Int

  /// A fiftieth of the disk, but at most half a gigabyte.
  init(of space: Files.Space) {
    bytes = min(512 << 20, max(16 << 20, space.size / 50))
    files = min(20_000, (space.files ?? 0) / 50)
  }
}
