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

  private var files: FilesBelow { FilesBelow(directory: directory) }

  /// Reads a file without following links out of the workspace; nil if there is none, and throws if it is too large.
  public func text(_ path: String) throws -> String? { try leftovers.reach { try files.text(path) } }

  /// Whether the path leads to something inside the workspace.
  public func exists(_ path: String) -> Bool {
    // What nextdeploy cannot look at does not exist for anybody.
    (try? leftovers.reach { try files.isThere(path) }) ?? false
  }

  /// Removes a file, link or directory inside the workspace; does nothing if it is missing.
  public func remove(_ path: String) throws {
    let top = try Directory(directory)
    guard let path = PathBelow(path), let holder = try leftovers.reach({ try top.followed(path.parent) }) else {
      return
    }
    try leftovers.reach { try top.remove(holder.appending(path.name)) }
  }

  /// Where the path leads, with links followed; nil if to nothing inside the workspace.
  public func followed(_ path: String) throws -> String? { try leftovers.reach { try files.followed(path) } }

  /// The sorted names in a directory of the workspace; empty if it is no directory.
  public func list(_ path: String) throws -> [String] { try leftovers.reach { try files.list(path) } }

  /// Counts for ten seconds at most; what is closed to nextdeploy is not counted.
  public func usage(of path: String) throws -> DiskUsage? { try leftovers.reach { try files.usage(of: path) } }

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

  /// Reads the key from its file beside the workspace; nil if there is none.
  public func builtKey() throws -> String? { try Files.text(layout.builtKey) }

  /// Writes the key, or removes it for nil.
  public func setBuiltKey(_ key: String?) throws {
    if let key { try Files.write(key, to: layout.builtKey) } else { try Files.remove(layout.builtKey) }
  }

  /// `unbuilt/files` in the app's own directory; nil where the kernel cannot confine a checkout.
  public var unbuilt: (any ReleaseFiles)? {
    Confinement.isAvailable ? UnbuiltFiles(layout: layout, leftovers: leftovers) : nil
  }

  /// Removes the files with the index of their checkout.
  public func removeUnbuilt() throws { try Files.remove(layout.unbuilt) }

  /// Empties the workspace, the builds' cache and `unbuilt`, but keeps the directories themselves.
  public func empty() throws {
    // The directories themselves stay, with their owner, because they may be mounted.
    for directory in [layout.workspace, layout.cache, layout.unbuilt] { try leftovers.empty(directory) }
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
