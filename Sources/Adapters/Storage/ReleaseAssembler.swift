import Deploy
import Posix

/// Assembles a release's files from the workspace.
///
/// A build may run as another user than nextdeploy, who can do more: `.next -> ../../blog` would make nextdeploy read
/// or remove another app's files. So the workspace and the release are open directories, and every path is looked up
/// below them. And a release never has the workspace's own file: a later build could write to it, through a link that
/// an earlier build made.
struct ReleaseAssembler: ~Copyable {
  private let workspace: Directory
  private let release: Directory
  /// Where the release's files go.
  private let files: PathBelow
  private let packages: String
  private let compiled: String
  private let persistent: PersistentPaths
  private let access: any FileAccess
  private let copier: ReleaseCopier
  /// Whether the files are moved, for nobody else has them.
  private let moves: Bool

  /// - Parameters:
  ///   - release: the directory that the release's files go into.
  ///   - files: their place in it, which must not exist yet.
  ///   - shared: the directory of what is kept across releases.
  ///   - packages: the store of package files for releases.
  ///   - compiled: what Node has compiled for releases (``CompiledCode``).
  ///   - access: lets the app write to its release.
  ///   - moves: whether the files are moved to the release: nobody else has them, and they are readable to the app.
  init(
    workspace: String, release: String, files: PathBelow, shared: String, packages: String,
    compiled: String, access: any FileAccess = OneUser(), moves: Bool = false
  ) throws {
    let open = try Directory(workspace)
    let target = try Directory(release)
    persistent = try PersistentPaths(shared, access)
    self.workspace = open
    self.release = target
    self.files = files
    self.packages = packages
    self.compiled = compiled
    self.access = access
    self.moves = moves
    copier = ReleaseCopier(isForAnotherUser: access.isForOtherUsers)
  }

  func assemble(_ assembly: Assembly) throws {
    for part in assembly.parts { try assemble(part) }
    for path in assembly.persist { try persistent.link(path, in: release, files) }
    for (path, key) in assembly.images { try persistent.link(path, to: "\(Self.images)/\(key)", in: release, files) }
    if let compiled = assembly.compiled {
      try CompiledCode(directory: self.compiled).give(to: release, at: place(compiled))
    }
    if access.isForOtherUsers { for path in assembly.writable { try open(path) } }
  }

  /// Where images are kept that instances have optimized, below what is shared by releases.
  static let images = "\(ProjectFile.reserved)/images"

  func assemble(_ part: Assembly.Part) throws {
    switch part {
    case .copy(let from, let to): try copy(from, to: to)
    case .everything(let without): try copyAll(without: without)
    }
  }

  private func copy(_ from: String, to: String) throws {
    guard let source = try source(from) else { return }
    // If the place of all files were a link, the release would be made of what it points at.
    if to.isEmpty, try workspace.status(source)?.kind == .link { throw Self.refusal(from, "it is a symlink") }
    // The app's own build may have copied it into the standalone folder, as Next.js's documentation says.
    let target = try emptied(to)
    if moves {
      if try workspace.status(source) != nil { try workspace.rename(source, to: target, in: release) }
      return
    }
    if try workspace.status(source)?.kind == .file {
      return try copier.copy(source, of: workspace, to: target, in: release)
    }
    try workspace.copy(
      source, to: target, in: release,
      file: { source, path, target in try copier.copy(path.name, of: source, to: path.name, in: target) })
  }

  private func copyAll(without: Set<String>) throws {
    let without = Set(without.compactMap { PathBelow($0) }).union([".git"])
    if moves { return try move(except: without) }
    var packages = try PackageStore(packages, copier)
    try workspace.copy(.top, to: files, in: release, except: { without.contains($0) }) { source, path, target in
      try packages.give(path, from: source, to: target)
    }
    try packages.sweep()
  }

  /// Moves directories as a whole where nothing in them is left out.
  private func move(except without: Set<PathBelow>) throws {
    let holders = without.reduce(into: Set<PathBelow>()) { holders, path in
      var place = path
      while !place.isTop {
        place = place.parent
        holders.insert(place)
      }
    }
    var open = [PathBelow.top]
    while let place = open.popLast() {
      try release.makeDirectory(files.appending(place))
      for entry in try workspace.directory(place).entries() {
        let path = place.appending(entry.name)
        if without.contains(path) { continue }
        if entry.kind == .directory, holders.contains(path) {
          open.append(path)
        } else {
          try workspace.rename(path, to: files.appending(path), in: release)
        }
      }
    }
  }

  /// The place to copy from; nil if nothing is there, or a link leads outside.
  private func source(_ path: String) throws -> PathBelow? {
    guard let path = PathBelow(path), !path.isTop else { throw Self.refusal(path, "it is no path in the workspace") }
    return try workspace.followed(path.parent)?.appending(path.name)
  }

  /// The place to write to, emptied, with the directories above it made and no link among them.
  private func emptied(_ path: String) throws -> PathBelow {
    let place = try place(path)
    try release.remove(place)
    return place
  }

  private func place(_ path: String) throws -> PathBelow {
    guard let below = PathBelow(path) else { throw Self.refusal(path, "it is no path in the release") }
    let place = files.appending(below)
    do { if !below.isTop { _ = try release.made(place.parent) } } catch {
      guard error.isNoWay else { throw error }
      throw Self.refusal(path, "part of it is no directory")
    }
    return place
  }

  /// Lets the app write to a directory of its release.
  private func open(_ path: String) throws {
    let place = try place(path)
    switch try release.status(place)?.kind {
    case .directory: break
    case nil: try release.makeDirectory(place)
    default: throw Self.refusal(path, "it is no directory")
    }
    try access.openToApp(place, in: release)
  }

  private static func refusal(_ path: String, _ cause: String) -> Failure {
    Failure(
      "making a release: using \(path.quoted)", cause,
      next: "Look at what the build writes there; 'nextdeploy rebuild --clean' starts from an empty workspace.")
  }
}
