public import Deploy
import Posix
import Templates

/// An app's releases on the disk: `releases/ID/` with release.json, the release's files in `app/`, and programs that it
/// is given in `bin/` and `corepack/`.
public struct ReleaseDirectory: Releases {
  let layout: AppLayout
  let leftovers: Leftovers
  /// What releases are made of.
  let source: String
  /// Whether what they are made of becomes theirs.
  let moves: Bool

  /// - Parameters:
  ///   - leftovers: removes what apps have written into releases.
  ///   - source: the directory of files that a release is made of; nil for the app's workspace.
  ///   - moves: whether those files are moved to the release, for nobody else has them and the app can read them.
  public init(
    layout: AppLayout, leftovers: Leftovers = Leftovers(), from source: String? = nil, moving moves: Bool = false
  ) {
    self.layout = layout
    self.leftovers = leftovers
    self.source = source ?? layout.workspace
    self.moves = moves
  }

  /// Reads each `release.json`, the oldest release first, without the damaged ones.
  public func list() throws -> [ReleaseRecord] {
    try ids().compactMap { try read($0) }
  }

  /// The releases whose `release.json` is missing or cannot be read.
  public func damaged() throws -> [ReleaseID] { try ids().filter { try read($0) == nil } }

  private func ids() throws -> [ReleaseID] {
    try Files.list(layout.releases).compactMap { try? ReleaseID($0) }.sorted()
  }

  /// A release's record; nil if there is none with that id, or it is damaged.
  func read(_ release: ReleaseID) throws -> ReleaseRecord? {
    try StateFile.intact(ReleaseRecord.self, record(release))
  }

  /// Assembles the release beside its final place, or in one that it is given, syncs it to the disk, and renames it there.
  public func make(
    _ release: ReleaseRecord, from assembly: Assembly, in place: String? = nil, _ settle: () throws -> Void = {}
  ) throws {
    let partial = place ?? layout.unfinishedRelease(release.id)
    do {
      // A build may have made some of it unreadable to nextdeploy.
      try leftovers.reach { try assemble(release, from: assembly, in: partial) }
      try settle()
    } catch {
      // The original error is the one to report; recovery removes what cannot be removed now.
      if place == nil { try? Files.remove(partial) }
      throw error
    }
    try Files.rename(partial, to: "\(layout.releases)/\(release.id)")
  }

  private func assemble(_ release: ReleaseRecord, from assembly: Assembly, in partial: String) throws {
    // It stays the same directory: an instance that is prepared has it already.
    try Files.makeDirectory(partial)
    try leftovers.empty(partial)
    let assembler = try ReleaseAssembler(
      workspace: source, release: partial, files: "app", shared: layout.shared, packages: layout.packages,
      compiled: layout.compiled, access: leftovers.files, moves: moves)
    try assembler.assemble(assembly)
    if let launcher = assembly.launcher {
      try Files.write(text(of: launcher), to: "\(partial)/\(launcher.file)", durable: false)
    }
    try Scripts.write(assembly.programs, to: "\(partial)/bin")
    // Builds can write to the cache, so it is read as carefully as the workspace.
    if !assembly.corepack.isEmpty {
      let cache = try ReleaseAssembler(
        workspace: layout.cache, release: partial, files: "corepack", shared: layout.shared,
        packages: layout.packages, compiled: layout.compiled, access: leftovers.files)
      for path in assembly.corepack { try cache.assemble(.copy(from: "corepack/\(path)", to: path)) }
    }
    try StateFile.write(release, to: "\(partial)/release.json", durable: false)
    // A release that gets requests must survive a power loss, with all that was written to it.
    try Files.syncFileSystem(of: partial)
  }

  private func text(of launcher: Launcher) -> String {
    switch launcher {
    case .next: Templates.next
    }
  }

  /// Renames the release out of the list, then removes it; does nothing if there is no such release.
  public func remove(_ release: ReleaseID) throws {
    let path = "\(layout.releases)/\(release)"
    guard Files.exists(path) else { return }
    // It first leaves the list in one step, so that nobody takes half a release for a complete one.
    let going = layout.unfinishedRelease(release)
    try leftovers.remove(going)
    try Files.rename(path, to: going)
    try leftovers.remove(going)
  }

  /// Reads the release's own files by descriptors.
  public func takeCompiled(of release: ReleaseID, at path: String) throws {
    guard let path = PathBelow(path) else { return }
    try CompiledCode(directory: layout.compiled).take(from: Directory(layout.release(release).files), at: path)
  }

  /// Each image goes or stays as a whole, in all its sizes; the directory that a release links to always stays.
  public func boundCaches(_ limits: CacheLimits) throws {
    let images = "\(layout.shared)/\(ReleaseAssembler.images)"
    guard Files.exists(images) else { return }
    let top = try Directory(images)
    var parts: [(directory: PathBelow, name: PathBelow, usage: DiskUsage)] = []
    for directory in try top.entries() where directory.kind == .directory {
      for entry in try top.directory(directory.name).entries() {
        guard let usage = try top.diskUsage(directory.name.appending(entry.name)) else { continue }
        parts.append((directory.name, entry.name, usage))
      }
    }
    for index in limits.surplus(of: parts.map(\.usage)) {
      // By descriptors: the app can write here.
      let place = try top.directory(parts[index].directory)
      do { try place.remove(parts[index].name) } catch {
        leftovers.tell("\(error): it is an image that \(layout.shared) has no room for, and stays")
      }
    }
  }

  /// Removes the directories whose names end in ".unfinished", the copy of an archive that a command ran in, and
  /// what an export has unpacked that was killed.
  public func removeUnfinished() throws {
    try removeExported()
    leftovers.discard(layout.shipped)
    for name in try Files.list(layout.releases) where name.hasSuffix(AppLayout.unfinished) {
      try leftovers.remove("\(layout.releases)/\(name)")
    }
  }

  private func record(_ id: ReleaseID) -> String { "\(layout.releases)/\(id)/release.json" }
}
