public import Deploy
import Posix

/// An app's workspace on the disk.
public struct WorkspaceDirectory: Workspace, BuildPrograms, BuildSpace {
  let layout: AppLayout
  let leftovers: Leftovers

  /// - Parameter leftovers: reaches and removes what builds have closed.
  public init(layout: AppLayout, leftovers: Leftovers = Leftovers()) {
    self.layout = layout
    self.leftovers = leftovers
  }

  /// `workspace` in the app's own directory.
  public var directory: String { layout.workspace }

  /// Reads a file without following links out of the workspace; nil if there is none, and throws if it is too large.
  public func text(_ path: String) throws -> String? {
    try leftovers.reach { () -> String? in
      let top = try Directory(directory)
      guard let place = try place(path, in: top) else { return nil }
      do throws(SystemError) {
        return try top.read(place, atMost: SettingsFile.limit).map { String(decoding: $0, as: UTF8.self) }
      } catch {
        throw error.isTooLarge ? SettingsFile.tooLarge(path) : error
      }
    }
  }

  /// Whether the path leads to something inside the workspace.
  public func exists(_ path: String) -> Bool {
    // What nextdeploy cannot look at does not exist for anybody.
    (try? leftovers.reach { try place(path, in: Directory(directory)) }) != nil
  }

  /// Removes a file, link or directory inside the workspace; does nothing if it is missing.
  public func remove(_ path: String) throws {
    let top = try Directory(directory)
    guard let path = PathBelow(path), let holder = try leftovers.reach({ try top.followed(path.parent) }) else {
      return
    }
    try leftovers.reach { try top.remove(holder.appending(path.name)) }
  }

  /// The sorted names in a directory of the workspace; empty if it is no directory.
  public func list(_ path: String) throws -> [String] {
    try leftovers.reach {
      let top = try Directory(directory)
      guard let place = try place(path, in: top), try top.status(place)?.kind == .directory else { return [] }
      return try top.directory(place).entries().map(\.name.description).sorted()
    }
  }

  /// Counts for ten seconds at most; what is closed to nextdeploy is not counted.
  public func usage(of path: String) throws -> DiskUsage? {
    try leftovers.reach { () -> DiskUsage? in
      let top = try Directory(directory)
      return try place(path, in: top).flatMap { try top.diskUsage($0) }
    }
  }

  /// Where a path leads, with links followed as long as they stay in the workspace, as those of package managers do.
  private func place(_ path: String, in top: borrowing Directory) throws -> PathBelow? {
    guard let path = PathBelow(path) else { return nil }
    return try top.followed(path)
  }

  /// Reads the key from its file beside the workspace; nil if there is none.
  public func installedKey() throws -> String? { try Files.text(layout.installedKey) }

  /// Syncs the workspace to the disk before it writes the key; nil removes the key.
  public func setInstalledKey(_ key: String?) throws {
    guard let key else {
      try Files.remove(layout.installedKey)
      return
    }
    // The key promises that all packages are there, even after a power loss.
    try Files.syncFileSystem(of: layout.workspace)
    try Files.write(key, to: layout.installedKey)
  }

  /// Empties the workspace and the builds' cache but keeps the directories themselves.
  public func empty() throws {
    // The directories themselves stay, with their owner, because they may be mounted.
    for directory in [layout.workspace, layout.cache] { try leftovers.empty(directory) }
    if !leftovers.files.isForOtherUsers { try Files.makeDirectory(directory) }
  }

  /// `build/bin` in the app's own directory.
  public var programs: String { layout.programs }

  /// `corepack` in the builds' cache.
  public var corepack: String { layout.corepack }

  /// Replaces all scripts in the directory with these.
  public func setPrograms(_ scripts: [String: String]) throws { try Scripts.write(scripts, to: programs) }

  /// Free bytes, for this user, on the file system of the workspace.
  public func freeSpace() throws -> Int { try space().free }

  /// Bytes of that file system that builds must leave free.
  public func reservedSpace() throws -> Int { Reserve(of: try space()).bytes }

  /// What the workspace and the caches take, counted now.
  public func usage() -> String { layout.usage() }

  /// The space on the disk that the workspace is on, or will be.
  private func space() throws -> Files.Space {
    try Files.space(Files.exists(directory) ? directory : layout.directory)
  }
}
