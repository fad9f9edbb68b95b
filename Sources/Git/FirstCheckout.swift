import CGit2
import Deploy
import Dispatch
import Posix
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes all files of a commit into an empty workspace, on two processors.
///
/// libgit2's own checkout takes longer than git's: it asks about every part of every path again, although nothing can
/// be there yet. Objects, filters and the index are libgit2's here too.
struct FirstCheckout: Sendable {
  let repository: String
  let workspace: String
  let hasAttributes: Bool
  private let attributes: [TreeEntry]
  private let others: [TreeEntry]

  init(repository: String, workspace: String, entries: [String: TreeEntry]) {
    self.repository = repository
    self.workspace = workspace
    let sorted = entries.values.filter { $0.kind != .submodule }.sorted { $0.path < $1.path }
    attributes = sorted.filter { $0.name == ".gitattributes" }
    others = sorted.filter { $0.name != ".gitattributes" }
    hasAttributes = !attributes.isEmpty
  }

  /// Writes the files, and into the index what is known of each.
  func run(index: borrowing IndexHandle) throws {
    for directory in directories() { try Files.makeDirectory("\(workspace)/\(directory)") }
    // How the others are written depends on these, wherever their names are in the order.
    try write(attributes[...], index)
    let middle = others.count / 2
    let halves = [others[..<middle], others[middle...]]
    let written = Mutex<[Written]>([])
    let errors = Mutex<[any Error]>([])
    DispatchQueue.concurrentPerform(iterations: halves.count) { half in
      do {
        let files = try write(halves[half])
        written.withLock { $0 += files }
      } catch {
        errors.withLock { $0.append(error) }
      }
    }
    if let error = errors.withLock(\.first) { throw error }
    for file in written.withLock({ $0 }) { try index.add(file) }
  }

  /// All directories that hold files, each once.
  private func directories() -> Set<String> {
    Set(
      (attributes + others).compactMap { entry in
        entry.path.contains("/") ? Files.parent(entry.path) : nil
      })
  }

  private func write(_ entries: ArraySlice<TreeEntry>, _ index: borrowing IndexHandle) throws {
    for file in try write(entries) { try index.add(file) }
  }

  private func write(_ entries: ArraySlice<TreeEntry>) throws -> [Written] {
    let handle = try RepositoryHandle(opening: repository)
    try check("using the workspace", workspace, unsafe git_repository_set_workdir(handle.pointer, workspace, 0))
    return try entries.map { entry in
      let blob = try ObjectHandle(handle, entry.id, GIT_OBJECT_BLOB)
      let path = "\(workspace)/\(entry.path)"
      if entry.kind == .link {
        try Files.link(path, to: String(decoding: blob.content, as: UTF8.self))
      } else {
        let file = try FileDescriptor(path: path, .create, mode: entry.kind == .executable ? 0o777 : 0o666)
        try file.write(hasAttributes ? try blob.filtered(as: entry.path) : blob.content)
      }
      return try Written(entry, at: path)
    }
  }
}

/// A file that was written, as the index notes it: by this a later checkout sees whether it has changed.
struct Written: Sendable {
  let path: String
  let id: CommitID
  let mode: UInt32
  let status: stat

  init(_ entry: TreeEntry, at file: String) throws {
    path = entry.path
    id = entry.id
    switch entry.kind {
    case .link: mode = GIT_FILEMODE_LINK.rawValue
    case .executable: mode = GIT_FILEMODE_BLOB_EXECUTABLE.rawValue
    case .file, .submodule: mode = GIT_FILEMODE_BLOB.rawValue
    }
    var status = stat()
    guard unsafe lstat(file, &status) == 0 else { throw SystemError("reading", file, code: errno) }
    self.status = status
  }
}

extension ObjectHandle {
  /// A blob's bytes as they are in the repository.
  var content: [UInt8] {
    guard let start = unsafe git_blob_rawcontent(pointer) else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(git_blob_rawsize(pointer))))
  }

  /// A blob's bytes as .gitattributes wants the file of that path.
  func filtered(as path: String) throws -> [UInt8] {
    var options = unsafe git_blob_filter_options()
    try check(
      "filtering", path, unsafe git_blob_filter_options_init(&options, UInt32(GIT_BLOB_FILTER_OPTIONS_VERSION)))
    var buffer = unsafe git_buf()
    try check("filtering", path, unsafe git_blob_filter(&buffer, pointer, path, &options))
    defer { unsafe git_buf_dispose(&buffer) }
    guard let start = unsafe buffer.ptr else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: buffer.size))
  }
}

extension IndexHandle {
  func add(_ file: Written) throws {
    var entry = unsafe git_index_entry()
    unsafe entry.id = try file.id.oid
    unsafe entry.mode = file.mode
    #if canImport(Glibc)
      let (modified, changed) = (file.status.st_mtim, file.status.st_ctim)
    #else
      let (modified, changed) = (file.status.st_mtimespec, file.status.st_ctimespec)
    #endif
    unsafe entry.mtime = git_index_time(
      seconds: Int32(truncatingIfNeeded: modified.tv_sec), nanoseconds: UInt32(modified.tv_nsec))
    unsafe entry.ctime = git_index_time(
      seconds: Int32(truncatingIfNeeded: changed.tv_sec), nanoseconds: UInt32(changed.tv_nsec))
    unsafe entry.dev = UInt32(truncatingIfNeeded: file.status.st_dev)
    unsafe entry.ino = UInt32(truncatingIfNeeded: file.status.st_ino)
    unsafe entry.uid = file.status.st_uid
    unsafe entry.gid = file.status.st_gid
    unsafe entry.file_size = UInt32(truncatingIfNeeded: file.status.st_size)
    try unsafe file.path.withCString { path in
      unsafe entry.path = unsafe path
      try check("writing the index of", file.path, unsafe git_index_add(self.pointer, &entry))
    }
  }
}
