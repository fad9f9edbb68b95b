import CGit2
public import Deploy

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension BareRepository {
  public func checkout(_ commit: Commit, into workspace: String) throws -> Int {
    let handle = try RepositoryHandle(opening: path)
    try check("using the workspace", workspace, unsafe git_repository_set_workdir(handle.pointer, workspace, 0))
    // Where the tools put what they make: not the commit's, and not to be cleaned away.
    try check(
      "configuring", path, unsafe git_ignore_add_rule(handle.pointer, "node_modules\n.next\n"))
    let index = try IndexHandle(opening: indexFile(of: workspace))
    unsafe git_repository_set_index(handle.pointer, index.pointer)
    let tree = try ObjectHandle(handle, commit.tree, GIT_OBJECT_TREE)
    let entries = try CommitTree(handle, path: path, id: commit.tree).entries
    defer { if sharesWorkspace { WorkspaceSharing.open(workspace, entries: entries) } }
    let old = index.entries
    if old.isEmpty && WorkspaceGuard.isEmpty(workspace) {
      try FirstCheckout(repository: path, workspace: workspace, entries: entries).run(index: index)
      try check("writing the index of", workspace, unsafe git_index_write(index.pointer))
      return entries.count
    }
    try WorkspaceGuard.removeLinks(in: workspace, entries: entries, old: old.map(\.path))
    // Where a link becomes a file and is gone, libgit2 writes nothing; a file that it never knew of is new to it.
    let changed = old.filter { old in entries[old.path].map { ($0.kind == .link) != old.isLink } ?? false }
    if !changed.isEmpty { try index.forget(changed.map(\.path)) }
    let counter = Counter()
    let attributes = Self.attributeFiles(entries)
    if !attributes.isEmpty {
      try Self.checkout(tree, of: handle, workspace: workspace, index: index, counter: counter, paths: attributes)
    }
    try Self.checkout(tree, of: handle, workspace: workspace, index: index, counter: counter)
    try check("writing the index of", workspace, unsafe git_index_write(index.pointer))
    // libgit2 tells of what it writes, not of what it removes.
    return counter.count + old.count { entries[$0.path] == nil }
  }

  /// They are written before all else: how a file is written depends on them, wherever its name is in the order.
  private static func attributeFiles(_ entries: [String: TreeEntry]) -> [String] {
    entries.values.filter { $0.name == ".gitattributes" }.map(\.path).sorted()
  }

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

  /// The index is no part of the workspace: a build cannot touch it.
  private func indexFile(of workspace: String) -> String { "\(workspace).index" }

  private static func checkout(
    _ tree: borrowing ObjectHandle, of handle: borrowing RepositoryHandle, workspace: String,
    index: borrowing IndexHandle, counter: Counter, paths: [String] = []
  ) throws {
    var options = unsafe git_checkout_options()
    let version = UInt32(GIT_CHECKOUT_OPTIONS_VERSION)
    try check("configuring", "the checkout", unsafe git_checkout_options_init(&options, version))
    unsafe options.checkout_strategy = GIT_CHECKOUT_FORCE.rawValue
    // What the workspace is known to hold. libgit2 would take HEAD, whose branch need not be the one that is deployed:
    // where it does not exist every file would be new, and written again.
    unsafe options.baseline_index = unsafe index.pointer
    if paths.isEmpty {
      unsafe options.checkout_strategy |= GIT_CHECKOUT_REMOVE_UNTRACKED.rawValue
    } else {
      unsafe options.checkout_strategy |= GIT_CHECKOUT_DISABLE_PATHSPEC_MATCH.rawValue
    }
    unsafe options.notify_flags = GIT_CHECKOUT_NOTIFY_UPDATED.rawValue
    unsafe options.notify_payload = Unmanaged.passUnretained(counter).toOpaque()
    unsafe options.notify_cb = { _, _, _, _, _, payload in
      if let payload = unsafe payload { unsafe Unmanaged<Counter>.fromOpaque(payload).takeUnretainedValue().count += 1 }
      return 0
    }
    var strings: [UnsafeMutablePointer<CChar>?] = unsafe paths.map { unsafe strdup($0) }
    defer { unsafe strings.forEach { unsafe free($0) } }
    let status = unsafe strings.withUnsafeMutableBufferPointer { buffer in
      unsafe options.paths = unsafe git_strarray(strings: buffer.baseAddress, count: buffer.count)
      return unsafe git_checkout_tree(handle.pointer, tree.pointer, &options)
    }
    try check("checking out into", workspace, status)
  }
}

/// How many files a checkout wrote.
private final class Counter {
  var count = 0
}
