import Deploy

/// A commit's files in memory. The same files have the same ids, as in git.
struct MemoryTree: SourceTree {
  private(set) var id: CommitID
  private(set) var entries: [String: TreeEntry] = [:]
  private var contents: [String: [UInt8]] = [:]

  init(_ files: [String: String] = [:]) throws {
    id = try CommitID(hashing: "")
    for (path, text) in files { try add(path, text) }
  }

  mutating func add(_ path: String, _ text: String, _ kind: TreeEntry.Kind = .file) throws {
    entries[path] = TreeEntry(path: path, kind: kind, id: try CommitID(hashing: text))
    contents[path] = Array(text.utf8)
    let lines = entries.values.map { "\($0.path) \($0.kind) \($0.id)" }.sorted()
    id = try CommitID(hashing: lines.joined(separator: "\n"))
  }

  func adding(_ path: String, _ text: String, _ kind: TreeEntry.Kind = .file) throws -> MemoryTree {
    var tree = self
    try tree.add(path, text, kind)
    return tree
  }

  func bytes(of entry: TreeEntry, atMost limit: Int) throws -> [UInt8]? {
    guard let bytes = contents[entry.path] else { throw Unexpected("the content of \(entry.path)") }
    return bytes.count <= limit ? bytes : nil
  }
}

extension CommitID {
  /// An id that depends on all of a text (FNV-1a; nobody attacks a test).
  init(hashing text: String) throws {
    var digits = ""
    for round in 0..<3 {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ UInt64(round)
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      let part = String(hash, radix: 16)
      digits += String(repeating: "0", count: 16 - part.count) + part
    }
    try self.init(String(digits.prefix(40)))
  }
}

/// What a fake throws when it is asked for something that a test did not prepare.
struct Unexpected: Error, CustomStringConvertible {
  let description: String

  init(_ what: String) { description = "the test did not prepare \(what)" }
}
