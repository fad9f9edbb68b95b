import SSHAccess
import Archives
public import Deploy
import FoundationEssentials
public import Posix

/// Writes all that a server has and a push does not bring: settings, variables, keys, what apps keep, their repositories
/// and the releases that are live.
///
/// What apps shape is reached by descriptors alone, for root may run this.
public struct BackupWriter: ~Copyable {
  let layout: Layout
  let root: Directory
  /// Called with what could not be packed as it is.
  let tell: (String) -> Void

  /// What was written.
  public struct Summary {
    /// How many apps.
    public let apps: Int
    /// How many files, links and directories.
    public let entries: Int
    /// The bytes of all files.
    public let bytes: Int64
  }

  /// - Parameter tell: called with what could not be packed as it is.
  public init(layout: Layout, tell: @escaping (String) -> Void) throws {
    self.layout = layout
    root = try Directory(layout.root)
    self.tell = tell
  }

  /// - Parameters:
  ///   - apps: the server's.
  ///   - keys: who may push.
  ///   - bundle: writes an app's repository into a file; false if it has no commits.
  public func write(
    _ apps: [AppName], keys: [KeyRing.Entry], to output: consuming FileDescriptor,
    bundle: (AppName, borrowing FileDescriptor) throws -> Bool
  ) throws -> Summary {
    let tell = tell
    let packer = try TreePacker(to: output) { tell(VisibleText.line("\($0): \($1)")) }
    var manifest = BackupManifest()
    manifest.keys = keys.compactMap { entry in
      entry.isUsable
        ? entry.key.map { .init(name: entry.name.description, key: "\($0.type) \($0.base64)", apps: entry.apps) } : nil
    }
    try packer.add("config.json", of: root, at: "config.json")
    for app in apps {
      if let written = try write(app, with: packer, bundle) { manifest.apps.append(written) }
    }
    try packer.add(Array(JSONEncoder().encode(manifest)), at: Self.manifest)
    try packer.finish()
    return Summary(apps: manifest.apps.count, entries: packer.entries, bytes: packer.bytes)
  }

  /// Nil for an app that was removed since they were listed.
  private func write(
    _ app: AppName, with packer: TreePacker, _ bundle: (AppName, borrowing FileDescriptor) throws -> Bool
  ) throws -> BackupManifest.App? {
    guard let name = PathBelow(app.description) else { throw SystemError("reading", app.description, code: 22) }
    let place = Self.apps.appending(name)
    if try root.status(place) == nil { return nil }
    try require(place, .directory)
    try require(place.appending("shared"), .directory)
    for file in Self.files { try require(place.appending(file), .file) }
    let state = AppDirectory(app: app, layout: layout.app(app))
    // An import would refuse these: who makes the backup can still mend them.
    _ = (try Apps(layout: layout).config(of: app), try state.environment())
    func add(_ path: PathBelow) throws {
      try packer.add(place.appending(path), of: root, at: place.appending(path))
    }
    var told = BackupManifest.App(name: app)
    // What is live comes before what pushes move on meanwhile: its commit is in the repository.
    let live = try state.live()
    for file in Self.files { try add(file) }
    let owner = try root.status(.top)?.owner
    if let live, let release = PathBelow("releases/\(live.release)"),
      let record = PathBelow("deploys/\(live.deploy).json")
    {
      let inode = try root.status(place.appending(release))?.inode
      try add(record)
      try packer.add(place.appending(release), of: root, at: place.appending(release)) { _ in
        false
      } link: { path, target in
        // The app may have made others where it can write.
        guard let maker = try? root.status(path)?.owner, maker == owner else { return }
        let path = path.parts.dropFirst(place.parts.count + 2)
        guard let kept = kept(target, from: path.count, of: app) else { return }
        told.links.append(.init(path: path.map(\.description).joined(separator: "/"), kept: kept))
      }
      guard let inode, try root.status(place.appending(release))?.inode == inode else {
        throw Failure(
          "exporting \(app)", "deploys have removed the release \(live.release) while it was packed",
          next: "Export again. More releases are kept with 'nextdeploy config set keep 5 --app \(app)'.")
      }
      told.live = live.release
    }
    try add("shared")
    let file = try FileDescriptor.temporary(in: layout.root)
    if try bundle(app, file) {
      try file.rewind()
      try packer.add(file, at: place.appending(Self.bundle))
      told.hasCommits = true
    }
    return told
  }

  /// Throws if something else is there, as a link to another disk.
  private func require(_ place: PathBelow, _ kind: Files.Kind) throws {
    guard let found = try root.status(place)?.kind, found != kind else { return }
    let path = "\(layout.root)/\(place)"
    throw Failure(
      "exporting the server",
      "\(path) is no \(kind == .file ? "file" : "directory"), and what a link leads to would not be in it",
      next: "Put it there itself; where it is on another disk, by mount(8) with --bind.")
  }

  /// What of `shared` a release's link leads to; nil if it leads elsewhere.
  private func kept(_ target: [UInt8], from depth: Int, of app: AppName) -> String? {
    guard let text = String(validating: target, as: UTF8.self) else { return nil }
    // As PersistentPaths makes them.
    let starts = ["\(layout.app(app).shared)/", String(repeating: "../", count: depth + 1) + "shared/"]
    let kept = starts.first { text.hasPrefix($0) }.map { String(text.dropFirst($0.utf8.count)) }
    return kept.flatMap { PathBelow($0)?.isTop == false ? $0 : nil }
  }

  static let manifest: PathBelow = "backup.json"
  static let apps: PathBelow = "apps"
  static let bundle: PathBelow = "repository.bundle"
  static let files: [PathBelow] = ["config.json", "env", "env.set", "server-actions-key"]
}
