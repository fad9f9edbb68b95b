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

  var tree: any SourceTree { get throws { try PayloadTree(directory) } }
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

/// The files of an unpacked archive, but for those in node_modules.
private struct PayloadTree: SourceTree {
  let id: CommitID
  let entries: [String: TreeEntry]
  private let directory: String

  /// More than any app has of its own; what is beyond is not planned by.
  private static let limit = 200_000

  init(_ directory: String) throws {
    let none = try CommitID(String(repeating: "0", count: 40))
    let top = try Directory(directory)
    var entries: [String: TreeEntry] = [:]
    var open = [PathBelow.top]
    while let place = open.popLast(), entries.count < Self.limit {
      for entry in try top.directory(place).entries() {
        let path = place.appending(entry.name)
        switch entry.kind {
        case .directory: if entry.name.description != "node_modules" { open.append(path) }
        case .file, .link:
          let text = String(path: path.bytes)
          entries[text] = TreeEntry(path: text, kind: entry.kind == .link ? .link : .file, id: none)
        case .other: continue
        }
      }
    }
    (id, self.entries, self.directory) = (none, entries, directory)
  }

  func bytes(of entry: TreeEntry, atMost limit: Int) throws -> [UInt8]? {
    guard let path = PathBelow(entry.path) else { return [] }
    let top = try Directory(directory)
    if entry.kind == .link { return try top.linkTarget(path) }
    do { return try top.read(path, atMost: limit) ?? [] } catch {
      if error.isTooLarge { return nil }
      throw error
    }
  }
}
