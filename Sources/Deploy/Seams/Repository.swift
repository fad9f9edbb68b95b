/// A commit of an app's repository.
public struct Commit: Equatable, Codable, Sendable {
  public let id: CommitID
  public let tree: CommitID
  /// The first line of its message.
  public let subject: String

  public init(id: CommitID, tree: CommitID, subject: String) {
    self.id = id
    self.tree = tree
    self.subject = subject
  }
}

/// An app's bare repository.
public protocol Repository {
  /// The commit that a text names (an id, a short id, a branch, a tag, "main~2").
  ///
  /// - Throws: a failure of kind `notFound` where it names none, or several.
  func commit(_ text: String) throws -> Commit

  func tree(of commit: Commit) throws -> any SourceTree

  /// Makes the files in `workspace` those of the commit; only what differs is written.
  ///
  /// Files that git ignores stay, as do node_modules and .next. Returns how many files were written or removed.
  func checkout(_ commit: Commit, into workspace: String) throws -> Int

  /// How many files a checkout would write or remove, as far as the repository alone can tell.
  func changes(from old: CommitID?, to commit: Commit) throws -> Int

  /// The commit a ref points at; nil where there is no such ref.
  func target(of ref: String) throws -> CommitID?

  /// Points a ref at a commit, or removes it where that is nil, but only while it is at `old`.
  ///
  /// Returns false, with nothing done, where somebody else has moved it.
  func move(_ ref: String, from old: CommitID, to new: CommitID?) throws -> Bool

  /// Points a ref at a commit, wherever it was; removes it where that is nil.
  func set(_ ref: String, to new: CommitID?) throws

  /// A short text by which a long one can be told from others, and which does not give it away.
  func fingerprint(_ text: String) throws -> String
}
