import CGit2
public import Deploy
import Dispatch
import Synchronization

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
    if unsafe git_index_entrycount(index.pointer) == 0 {
      return try firstCheckout(commit, into: workspace, index: index, of: handle)
    }
    let counter = Counter()
    try Self.checkout(tree, of: handle, workspace: workspace, counter: counter)
    try check("writing the index of", workspace, unsafe git_index_write(index.pointer))
    return counter.count
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

  /// Writes all files on two processors: one of libgit2's checkouts takes twice the time of git's own.
  private func firstCheckout(
    _ commit: Commit, into workspace: String, index: borrowing IndexHandle, of handle: borrowing RepositoryHandle
  ) throws -> Int {
    let paths = try CommitTree(handle, path: path, id: commit.tree).entries.keys.sorted()
    if paths.isEmpty { return 0 }
    let halves = [Array(paths[..<(paths.count / 2)]), Array(paths[(paths.count / 2)...])].filter { !$0.isEmpty }
    let files = (0..<halves.count).map { "\(indexFile(of: workspace)).\($0)" }
    let errors = Mutex<[any Error]>([])
    DispatchQueue.concurrentPerform(iterations: halves.count) { part in
      do {
        try checkoutPart(halves[part], of: commit, into: workspace, indexFile: files[part])
      } catch {
        errors.withLock { $0.append(error) }
      }
    }
    if let error = errors.withLock(\.first) { throw error }
    defer { for file in files { _ = unsafe unlink(file) } }
    for file in files {
      let part = try IndexHandle(opening: file)
      for position in 0..<(unsafe git_index_entrycount(part.pointer)) {
        guard let entry = unsafe git_index_get_byindex(part.pointer, position) else { continue }
        try check("writing the index of", workspace, unsafe git_index_add(index.pointer, entry))
      }
    }
    try check("writing the index of", workspace, unsafe git_index_write(index.pointer))
    return paths.count
  }

  private func checkoutPart(_ paths: [String], of commit: Commit, into workspace: String, indexFile: String) throws {
    let handle = try RepositoryHandle(opening: path)
    try check("using the workspace", workspace, unsafe git_repository_set_workdir(handle.pointer, workspace, 0))
    let index = try IndexHandle(opening: indexFile)
    try check("writing the index of", workspace, unsafe git_index_clear(index.pointer))
    unsafe git_repository_set_index(handle.pointer, index.pointer)
    let tree = try ObjectHandle(handle, commit.tree, GIT_OBJECT_TREE)
    try Self.checkout(tree, of: handle, workspace: workspace, counter: Counter(), paths: paths)
    try check("writing the index of", workspace, unsafe git_index_write(index.pointer))
  }

  private static func checkout(
    _ tree: borrowing ObjectHandle, of handle: borrowing RepositoryHandle, workspace: String, counter: Counter,
    paths: [String] = []
  ) throws {
    var options = unsafe git_checkout_options()
    let version = UInt32(GIT_CHECKOUT_OPTIONS_VERSION)
    try check("configuring", "the checkout", unsafe git_checkout_options_init(&options, version))
    unsafe options.checkout_strategy = GIT_CHECKOUT_FORCE.rawValue
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
