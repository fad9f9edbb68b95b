public import Deploy
import Posix

/// An app's workspace on the disk.
public struct WorkspaceDirectory: Workspace {
  let layout: AppLayout

  public init(layout: AppLayout) { self.layout = layout }

  public var directory: String { layout.workspace }

  public func text(_ path: String) throws -> String? { try Files.text(full(path)) }

  public func exists(_ path: String) -> Bool { Files.exists(full(path)) }

  public func remove(_ path: String) throws { try Files.remove(full(path)) }

  public func list(_ path: String) throws -> [String] { try Files.list(full(path)) }

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
    try Files.remove(directory)
    try Files.makeDirectory(directory)
  }

  public func freeSpace() throws -> Int { try Files.freeSpace(directory) }

  private func full(_ path: String) -> String { path.isEmpty ? directory : "\(directory)/\(path)" }
}
