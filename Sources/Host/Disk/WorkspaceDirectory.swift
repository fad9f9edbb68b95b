public import Deploy
import Posix

/// An app's workspace on the disk.
public struct WorkspaceDirectory: Workspace {
  let layout: AppLayout

  public init(layout: AppLayout) { self.layout = layout }

  public var directory: String { layout.workspace }

  public func text(_ path: String) throws -> String? {
    // A build can have left anything there: a pipe that nobody writes to, or a file that no memory holds.
    guard let place = paths.reading(path), let status = try Files.status(place), status.kind == .file else {
      return nil
    }
    guard status.size <= 64 << 20 else { throw paths.refusal(path, "it is larger than 64 MB") }
    return try Files.text(place)
  }

  public func exists(_ path: String) -> Bool { paths.reading(path) != nil }

  public func remove(_ path: String) throws {
    guard let place = paths.taking(path) else { throw paths.refusal(path, "a symlink leads out of the workspace") }
    try Files.remove(place)
  }

  public func list(_ path: String) throws -> [String] {
    try paths.reading(path).map { try Files.list($0) } ?? []
  }

  public func installedKey() throws -> String? { try Files.text(layout.installedKey) }

  public func setInstalledKey(_ key: String?) throws {
    guard let key else {
      try Files.remove(layout.installedKey)
      return
    }
    try Files.remove(layout.packages)
    // The key says that all packages are there, also after a power loss.
    try Files.syncFileSystem(of: layout.workspace)
    try Files.write(key, to: layout.installedKey)
  }

  public func empty() throws {
    try Files.makeDirectory(directory)
    // The directory itself stays, for it may be shared with builds.
    for name in try Files.list(directory) { try Files.remove("\(directory)/\(name)") }
  }

  public var programs: String { layout.programs }

  public var corepack: String { layout.corepack }

  public func setPrograms(_ scripts: [String: String]) throws { try Scripts.write(scripts, to: programs) }

  public func freeSpace() throws -> Int { try Files.freeSpace(directory) }

  private var paths: GuardedPaths { GuardedPaths(top: directory) }
}
