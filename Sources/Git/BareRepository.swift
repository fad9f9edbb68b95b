import CGit2
public import Deploy

/// An app's bare repository, through libgit2.
public struct BareRepository: Repository, Refs, Sendable {
  /// The repository's directory.
  public let path: String
  /// Has another process check a commit out into a directory; returns nil where this one is to do it.
  let byAnother: @Sendable (Commit, _ directory: String) throws -> Int?

  /// The limits on what a commit may contain.
  let limits: @Sendable () throws -> PushLimits

  /// Makes the view of a repository on the disk, which is opened anew by each call.
  public init(
    path: String, byAnother: @escaping @Sendable (Commit, _ directory: String) throws -> Int? = { _, _ in nil },
    limits: @escaping @Sendable () throws -> PushLimits = { PushLimits() }
  ) {
    self.path = path
    self.byAnother = byAnother
    self.limits = limits
  }

  /// Creates an empty bare repository whose HEAD is a branch that does not exist yet.
  ///
  /// Pushes may rewrite history, but not nextdeploy's own refs.
  public static func create(path: String, branch: BranchName) throws -> BareRepository {
    try Library.start()
    var options = unsafe git_repository_init_options()
    let version = UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION)
    try check("making the repository", path, unsafe git_repository_init_options_init(&options, version))
    unsafe options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue
    try unsafe branch.description.withCString { branch throws in
      unsafe options.initial_head = unsafe branch
      let made = try unsafe made("making the repository", path) { unsafe git_repository_init_ext(&$0, path, &options) }
      unsafe git_repository_free(made)
    }
    let repository = BareRepository(path: path)
    try repository.configure("receive.denyNonFastForwards", "false")
    try repository.configure("receive.denyDeletes", "false")
    try repository.configure("receive.denyDeleteCurrent", "ignore")
    try repository.configure("receive.hideRefs", "refs/nextdeploy")
    for (key, value) in checks { try repository.configure(key, value) }
    return repository
  }

  /// The settings with which git checks each object of a push, refusing trees with names that lead out of a checkout.
  ///
  /// Errors are ignored in what is only shown to people, the header lines of commits and tags: old clients and
  /// conversions got them wrong, and such histories are still pushed. In trees, a directory's mode with a leading zero
  /// is ignored, which early tools wrote and every git reads alike.
  public static let checks: [(key: String, value: String)] =
    [("receive.fsckObjects", "true")]
    + [
      "badDate", "badDateOverflow", "badEmail", "badName", "badTimezone", "missingEmail", "missingNameBeforeEmail",
      "missingSpaceBeforeDate", "missingSpaceBeforeEmail", "multipleAuthors", "nulInCommit", "zeroPaddedDate",
      "zeroPaddedFilemode",
    ].map { ("receive.fsck.\($0)", "ignore") }

  /// The settings with which git uses less memory for large files and their deltas.
  public static let frugality: [(key: String, value: String)] = [
    ("core.bigFileThreshold", "\(FileWriter.streamed)"), ("core.deltaBaseCacheLimit", "64m"),
    ("pack.deltaCacheSize", "64m"), ("pack.windowMemory", "64m"), ("pack.threads", "2"),
  ]

  private func configure(_ key: String, _ value: String) throws {
    let handle = try RepositoryHandle(opening: path)
    let config = try unsafe made("configuring", path) { unsafe git_repository_config(&$0, handle.pointer) }
    defer { unsafe git_config_free(config) }
    try check("configuring \(key) of", path, unsafe git_config_set_string(config, key, value))
  }

  // MARK: Commits

  /// Resolves the text by git's own rules for revisions, with tags followed to their commits.
  public func commit(_ text: String) throws -> Commit {
    let handle = try RepositoryHandle(opening: path)
    // A text that begins with '-' or ':' means something else in git's grammar.
    guard let first = text.first, first != "-", first != ":", !text.contains("\0") else { throw Self.unknown(text) }
    let object: ObjectHandle
    do {
      object = unsafe ObjectHandle(
        adopting: try made("looking for the commit", text) { unsafe git_revparse_single(&$0, handle.pointer, text) })
    } catch let error as GitError {
      guard error.isAmbiguous else { throw Self.unknown(text) }
      throw Failure(
        .notFound, "looking for the commit \(text.quoted)", "several objects begin with it", next: "Give more digits.")
    }
    var peeled: OpaquePointer?
    guard unsafe git_object_peel(&peeled, object.pointer, GIT_OBJECT_COMMIT) == 0, let peeled = unsafe peeled else {
      throw Self.unknown(text)
    }
    let commit = unsafe ObjectHandle(adopting: peeled)
    let subject = unsafe git_commit_summary(commit.pointer).map { unsafe String(cString: $0) } ?? ""
    return Commit(
      id: try commit.id, tree: unsafe try CommitID(git_commit_tree_id(commit.pointer).pointee),
      // It is shown in terminals, so it must have no control characters.
      subject: String(subject.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.map(Character.init)))
  }

  private static func unknown(_ text: String) -> Failure {
    Failure(
      .notFound, "looking for the commit \(text.quoted)", "the repository has none of that name",
      next: "Push it first, or name a commit, branch or tag that 'git ls-remote' shows.")
  }

  /// Has another process write the files, or writes them itself, noting them in an index beside it.
  public func checkout(_ commit: Commit, into workspace: String) throws -> Int {
    try byAnother(commit, workspace) ?? checkout(commit, into: workspace, index: "\(workspace).index")
  }

  /// - Parameters:
  ///   - index: the file that notes what was written, where no build can get.
  ///   - isForBuild: whether a build may change any file as soon as this returns.
  public func checkout(
    _ commit: Commit, into workspace: String, index: String, isForBuild: Bool = true
  ) throws -> Int {
    let handle = try RepositoryHandle(opening: path)
    let limits = try limits()
    let tree = try TreeReader.read(handle, commit.tree, most: limits.mostEntries)
    let writer = FileWriter(
      repository: path, workspace: workspace,
      attributes: tree.contains { $0.file(".gitattributes") != nil } ? commit.id : nil)
    var checkout = try WorkspaceCheckout(handle, tree, into: workspace, index: index)
    return try checkout.run(writer, limits, isForBuild: isForBuild)
  }

  /// Counts the differences between the two trees; without an old commit, all files of the new one.
  public func changes(from old: CommitID?, to commit: Commit) throws -> Int {
    let handle = try RepositoryHandle(opening: path)
    let new = try ObjectHandle(handle, commit.tree, GIT_OBJECT_TREE)
    var diff: OpaquePointer?
    if let old {
      let commit = try self.commit(old.description)
      let tree = try ObjectHandle(handle, commit.tree, GIT_OBJECT_TREE)
      try check(
        "comparing", commit.id.short,
        unsafe git_diff_tree_to_tree(&diff, handle.pointer, tree.pointer, new.pointer, nil))
    } else {
      try check(
        "reading", commit.id.short, unsafe git_diff_tree_to_tree(&diff, handle.pointer, nil, new.pointer, nil))
    }
    defer { unsafe git_diff_free(diff) }
    return unsafe git_diff_num_deltas(diff)
  }

  /// Reads the commit's whole tree; throws if it has more entries than a push may bring.
  public func tree(of commit: Commit) throws -> any SourceTree {
    try CommitTree(RepositoryHandle(opening: path), path: path, id: commit.tree, most: try limits().mostEntries)
  }

  // MARK: Refs

  /// Reads a ref by its full name, such as "refs/heads/main"; nil if there is none.
  public func target(of ref: String) throws -> CommitID? {
    let handle = try RepositoryHandle(opening: path)
    var oid = git_oid()
    do {
      try check("reading", ref, unsafe git_reference_name_to_id(&oid, handle.pointer, ref))
    } catch let error as GitError where error.isNotFound { return nil }
    return try CommitID(oid)
  }

  /// Compares and moves the ref in one step of libgit2; false if it is no longer at `old`.
  public func move(_ ref: String, from old: CommitID, to new: CommitID?) throws -> Bool {
    guard let new else { return try delete(ref, ifAt: old) }
    let handle = try RepositoryHandle(opening: path)
    var (expected, target) = (try old.oid, try new.oid)
    do {
      let reference = try unsafe made("moving", ref) {
        unsafe git_reference_create_matching(&$0, handle.pointer, ref, &target, 1, &expected, Self.reason)
      }
      unsafe git_reference_free(reference)
    } catch let error as GitError where error.isOutrun || error.isNotFound { return false }
    return true
  }

  /// Writes the ref without looking at where it was; for nil, removes it if it is there.
  public func set(_ ref: String, to new: CommitID?) throws {
    guard let new else {
      _ = try delete(ref, ifAt: nil)
      return
    }
    let handle = try RepositoryHandle(opening: path)
    var target = try new.oid
    let reference = try unsafe made("setting", ref) {
      unsafe git_reference_create(&$0, handle.pointer, ref, &target, 1, Self.reason)
    }
    unsafe git_reference_free(reference)
  }

  private func delete(_ ref: String, ifAt old: CommitID?) throws -> Bool {
    let handle = try RepositoryHandle(opening: path)
    let reference: OpaquePointer
    do {
      unsafe reference = try made("reading", ref) { unsafe git_reference_lookup(&$0, handle.pointer, ref) }
    } catch let error as GitError where error.isNotFound { return old == nil }
    defer { unsafe git_reference_free(reference) }
    if let old, let target = unsafe git_reference_target(reference), unsafe try CommitID(target.pointee) != old {
      return false
    }
    // It compares with what was looked up, so a change by somebody else in between is an error.
    do { try check("removing", ref, unsafe git_reference_delete(reference)) } catch let error as GitError
      where error.isOutrun
    {
      return false
    }
    return true
  }

  private static let reason = "nextdeploy"

  /// The text's id as a git blob, in hexadecimal; nothing is stored in the repository.
  public func fingerprint(_ text: String) throws -> String {
    try CommitID(git_oid(ofBlob: Array(text.utf8))).description
  }
}
