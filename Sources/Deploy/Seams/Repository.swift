/// A commit of an app's repository.
public struct Commit: Equatable, Codable, Sendable {
  /// The commit's own id.
  public let id: CommitID
  /// The id of its tree: commits with the same files have the same.
  public let tree: CommitID
  /// The first line of its message.
  public let subject: String

  /// Whether it has files; one that stands for an archive has none, and a push of none does not go live.
  public var hasFiles: Bool { tree.description != Self.noFiles }

  /// The id of a tree without anything in it, which is the same in every repository.
  static let noFiles = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

  /// Describes a commit as git has it.
  public init(id: CommitID, tree: CommitID, subject: String) {
    self.id = id
    self.tree = tree
    self.subject = subject
  }
}

/// The commits of an app's bare repository.
public protocol Repository {
  /// The commit that a text names (an id, a short id, a branch, a tag, "main~2").
  ///
  /// - Throws: a failure of kind `notFound` if it names none, or more than one.
  func commit(_ text: String) throws -> Commit

  /// The files of a commit, to be read without checking them out.
  func tree(of commit: Commit) throws -> any SourceTree

  /// Turns the files in `workspace` into those of the commit, writing only what differs.
  ///
  /// Files that git ignores stay, as do node_modules and .next. Returns how many files were written or removed.
  func checkout(_ commit: Commit, into workspace: String) throws -> Int

  /// How many files a checkout would write or remove, as far as the repository alone can tell.
  func changes(from old: CommitID?, to commit: Commit) throws -> Int

  /// Makes a commit without files that stands for an archive, so that history and refs know it.
  func commit(standingFor shipment: Shipment) throws -> Commit

  /// A short text that identifies a longer one without giving it away.
  func fingerprint(_ text: String) throws -> String
}

extension Repository {
  /// The files of the commit that a release was built from; nil for what was built elsewhere.
  public func tree(builtInto release: ReleaseRecord) throws -> (any SourceTree)? {
    release.commit.hasFiles ? try tree(of: release.commit) : nil
  }
}

/// The refs of an app's bare repository.
public protocol Refs {
  /// The commit a ref points at; nil if there is no such ref.
  func target(of ref: String) throws -> CommitID?

  /// Points a ref at a commit, or removes it if that is nil, but only while it is at `old`.
  ///
  /// Returns false, and does nothing, if somebody else has moved it.
  func move(_ ref: String, from old: CommitID, to new: CommitID?) throws -> Bool

  /// Points a ref at a commit, wherever it was; removes it if that is nil.
  func set(_ ref: String, to new: CommitID?) throws
}
