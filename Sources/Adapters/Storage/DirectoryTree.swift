import Deploy
import Posix

/// The files of a directory that was built in, but for those in node_modules.
struct DirectoryTree: SourceTree {
  let id: CommitID
  let entries: [String: TreeEntry]
  private let directory: String

  /// More than any app has of its own; what is beyond is not planned by.
  private static let limit = 200_000

  /// - Parameter links: whether it has links; without, what leads nowhere is nothing to be planned by.
  init(_ directory: String, links: Bool = true) throws {
    let none = try CommitID(String(repeating: "0", count: 40))
    let top = try Directory(directory)
    var entries: [String: TreeEntry] = [:]
    var open = [PathBelow.top]
    while let place = open.popLast(), entries.count < Self.limit {
      for entry in try top.directory(place).entries() {
        let path = place.appending(entry.name)
        switch entry.kind {
        case .directory: if entry.name.description != "node_modules", path != ".git" { open.append(path) }
        case .link where !links: continue
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
