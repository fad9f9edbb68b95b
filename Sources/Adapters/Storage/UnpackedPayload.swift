import Deploy
import Posix

/// An archive that lies unpacked in a directory of its own.
struct UnpackedPayload: Payload {
  let directory: String
  let layout: AppLayout
  let leftovers: Leftovers
  let sha256: String
  let entries: Int
  let bytes: Int

  var tree: any SourceTree { get throws { try DirectoryTree(directory) } }
  var workspace: any Workspace { PayloadFiles(directory: directory) }
  var releases: any Releases { ReleaseDirectory(layout: layout, leftovers: leftovers, from: directory) }
  func discard() throws { try leftovers.remove(directory) }
}

/// An unpacked archive's files in the place of a workspace's; nothing is installed or built there.
private struct PayloadFiles: Workspace {
  let directory: String
  private var files: FilesBelow { FilesBelow(directory: directory) }

  func text(_ path: String) throws -> String? { try files.text(path) }
  func exists(_ path: String) -> Bool { files.exists(path) }
  func list(_ path: String) throws -> [String] { try files.list(path) }
  func usage(of path: String) throws -> DiskUsage? { try files.usage(of: path) }
  func remove(_ path: String) throws { if let path = PathBelow(path) { try Directory(directory).remove(path) } }
  func installedKey() -> String? { nil }
  func setInstalledKey(_ key: String?) {}
  func empty() throws { try Directory(directory).empty() }
}
