/// The files of a commit, read without checking them out.
public protocol SourceTree {
  /// The tree's own id: trees with the same files have the same.
  var id: CommitID { get }
  /// Everything in it except directories, by path.
  var entries: [String: TreeEntry] { get }
  /// The content of one of its entries; nil, without reading it, if it is longer than this many bytes.
  func bytes(of entry: TreeEntry, atMost limit: Int) throws -> [UInt8]?
}

/// A file, link or submodule in a commit.
public struct TreeEntry: Equatable, Sendable {
  /// What an entry is.
  public enum Kind: Sendable { case file, executable, link, submodule }

  /// The path from the top of the tree.
  public let path: String
  /// What the entry is.
  public let kind: Kind
  /// The id of its content, or a submodule's commit; null for files that are not in git.
  public let id: CommitID

  /// Describes one entry of a tree.
  public init(path: String, kind: Kind, id: CommitID) {
    self.path = path
    self.kind = kind
    self.id = id
  }

  /// The last part of its path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension String {
  /// Turns a path's bytes into text that no other path has: in a part that is not UTF-8, bytes beyond ASCII become
  /// numbers.
  public init(path bytes: some Collection<UInt8>) {
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { part in
      String(validating: part, as: UTF8.self)
        ?? part.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "\u{FFFD}\(String($0, radix: 16))" }.joined()
    }
    self = parts.joined(separator: "/")
  }
}

extension SourceTree {
  /// A file's text; nil if there is no such file. Throws if it is longer than `SettingsFile.limit`.
  public func text(_ path: String) throws -> String? {
    guard let entry = entries[path], entry.kind != .submodule, entry.kind != .link else { return nil }
    guard let bytes = try bytes(of: entry, atMost: SettingsFile.limit) else { throw SettingsFile.tooLarge(path) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether there is anything in a directory; the top always counts.
  public func hasDirectory(_ directory: RelativePath) -> Bool {
    directory.isTop || entries.keys.contains { $0.hasPrefix("\(directory)/") }
  }
}

/// Files that say how an app is built: package.json, a lockfile, what an install or a build notes.
public enum SettingsFile {
  /// The longest that one may be, in bytes: far more than tools write, but a push or a build could bring any size.
  public static let limit = 16 << 20

  /// A failure to read a file that is longer than the limit.
  public static func tooLarge(_ path: String) -> Failure {
    Failure(
      "reading \(path)", "it has more than \(limit >> 20) MB",
      next: "Look at what wrote it; a file of this name is read whole.")
  }
}
