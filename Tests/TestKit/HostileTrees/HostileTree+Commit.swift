import Posix

extension HostileTree {
  /// Writes a commit of the tree, beside the files of an honest app, into a repository; returns its id.
  ///
  /// - Parameters:
  ///   - environment: what git is run with.
  public func commit(
    in repository: String, beside files: [String: String], environment: [String: String]
  ) throws -> String {
    let writer = ObjectWriter(repository: repository, environment: environment, isInOrder: isInOrder)
    let honest = files.sorted { $0.key < $1.key }.map {
      Entry(mode: "100644", name: Array($0.key.utf8), content: .blob($0.value))
    }
    let tree = try writer.write(.tree(honest + entries))
    return try writer.git("commit-tree", tree, "-m", "Hostile: \(description)")
  }
}

/// Writes objects as they are told, without a look at them.
private struct ObjectWriter {
  let repository: String
  let environment: [String: String]
  let isInOrder: Bool

  func git(_ arguments: String..., input: [UInt8]? = nil) throws -> String {
    let file = "\(repository)/nextdeploy-object"
    if let input { try Files.write(bytes: input, to: file, durable: false) }
    let words = ["/bin/sh", "-c", "exec git \"$@\" < \"$0\"", input == nil ? "/dev/null" : file] + arguments
    return String(try runProgram(words, in: repository, environment: environment).prefix { !$0.isNewline })
  }

  func write(_ content: HostileTree.Content) throws -> String {
    switch content {
    case .blob(let text): try object("blob", Array(text.utf8))
    case .tree(let entries):
      try object("tree", (isInOrder ? entries.sorted(by: Self.isBefore) : entries).flatMap { try bytes(of: $0) })
    case .levels(let count): try levels(count)
    case .bytes(let bytes): try object("tree", bytes)
    case .bomb(let levels, let width):
      try (1..<levels).reduce(copies(of: object("blob", []), count: width)) { tree, _ in
        try copies(of: tree, count: width, mode: "40000")
      }
    case .copies(let blob, let count): try copies(of: blob, count: count)
    case .missing: String(repeating: "12345678", count: 5)
    case .blobAsTree: try object("blob", Array("no tree".utf8))
    case .treeAsBlob: try object("tree", [])
    }
  }

  /// As git sorts: a directory as if its name ended with a slash.
  private static func isBefore(_ first: HostileTree.Entry, _ second: HostileTree.Entry) -> Bool {
    func key(_ entry: HostileTree.Entry) -> [UInt8] {
      entry.mode.hasSuffix("40000") ? entry.name + [UInt8(ascii: "/")] : entry.name
    }
    return key(first).lexicographicallyPrecedes(key(second))
  }

  private func object(_ kind: String, _ bytes: [UInt8]) throws -> String {
    try git("hash-object", "-t", kind, "-w", "--literally", "--stdin", input: bytes)
  }

  private func bytes(of entry: HostileTree.Entry) throws -> [UInt8] {
    Array(entry.mode.utf8) + [0x20] + entry.name + [0] + raw(try write(entry.content))
  }

  private func raw(_ id: String) -> [UInt8] {
    let digits = id.utf8.map { UInt8($0 <= 0x39 ? $0 - 0x30 : $0 - 0x57) }
    return stride(from: 0, to: 40, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// A tree in which one object has many names.
  private func copies(of id: String, count: Int, mode: String = "100644") throws -> String {
    let raw = raw(id)
    // In git's order: all are of one length.
    return try object("tree", (0..<count).flatMap { Array("\(mode) \(1_000_000 + $0)\0".utf8) + raw })
  }

  /// One process for all of them.
  private func levels(_ count: Int) throws -> String {
    let path = String(repeating: "d/", count: count) + "file"
    let commit = "commit refs/nextdeploy-levels\ncommitter A <a@example.com> 0 +0000\ndata 0\nM 100644 inline \(path)\n"
    _ = try git("fast-import", "--quiet", "--force", input: Array("\(commit)data 1\nx\n".utf8))
    let tree = try git("rev-parse", "refs/nextdeploy-levels^{tree}")
    _ = try git("update-ref", "-d", "refs/nextdeploy-levels")
    return tree
  }
}
