/// The files of a commit, read without checking them out.
public protocol SourceTree {
  /// The tree's own id: the same files, the same id.
  var id: CommitID { get }
  /// All that is in it, directories left out, by path.
  var entries: [String: TreeEntry] { get }
  /// The content of one of its entries; nil, without reading it, where that is more than so many bytes.
  func bytes(of entry: TreeEntry, atMost limit: Int) throws -> [UInt8]?
}

public struct TreeEntry: Equatable, Sendable {
  public enum Kind: Sendable { case file, executable, link, submodule }

  /// From the top of the tree.
  public let path: String
  public let kind: Kind
  public let id: CommitID

  public init(path: String, kind: Kind, id: CommitID) {
    self.path = path
    self.kind = kind
    self.id = id
  }

  /// The last part of its path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension String {
  /// A path's bytes as text by which paths are told apart: of a part that is no UTF-8, all beyond ASCII as numbers.
  public init(path bytes: some Collection<UInt8>) {
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { part in
      String(validating: part, as: UTF8.self)
        ?? part.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "\u{FFFD}\(String($0, radix: 16))" }.joined()
    }
    self = parts.joined(separator: "/")
  }
}

extension SourceTree {
  /// A file's text; nil where there is no such file.
  public func text(_ path: String) throws -> String? {
    guard let entry = entries[path], entry.kind != .submodule, entry.kind != .link else { return nil }
    guard let bytes = try bytes(of: entry, atMost: SettingsFile.limit) else { throw SettingsFile.tooLarge(path) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether anything is below a directory.
  public func hasDirectory(_ directory: RelativePath) -> Bool {
    directory.isTop || entries.keys.contains { $0.hasPrefix("\(directory)/") }
  }
}

/// A file that says how an app is built: package.json, a lockfile, what an install or a build notes.
public enum SettingsFile {
  /// The most bytes that are read of one, far beyond what tools write. A push or a build could hold any number of them.
  public static let limit = 16 << 20

  public static func tooLarge(_ path: String) -> Failure {
    Failure(
      "reading \(path)", "it has more than \(limit >> 20) MB",
      next: "Look at what wrote it; a file of this name is read whole.")
  }
}
