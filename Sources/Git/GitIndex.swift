import CGit2
import Deploy
import Posix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An index: the files that a workspace is known to contain.
@safe struct IndexHandle: ~Copyable {
  let pointer: OpaquePointer

  /// Opens an index or begins a new one. Losing an index does no harm: every file is then compared anew.
  init(keptAt path: String) throws {
    try Library.start()
    // A crash left it; the app's lock keeps other processes away.
    try Files.remove("\(path).lock")
    do { try self.init(opening: path) } catch is GitError {
      try Files.remove(path)
      try self.init(opening: path)
    }
  }

  private init(opening path: String) throws {
    unsafe pointer = try unsafe made("opening the index", path) { unsafe git_index_open(&$0, path) }
  }

  deinit { unsafe git_index_free(pointer) }

  var count: Int { unsafe git_index_entrycount(pointer) }

  // MARK: Entries, by their position

  func find(_ path: PathBelow) -> Int? {
    var position = 0
    return path.withCString { unsafe git_index_find(&position, pointer, $0) } == 0 ? position : nil
  }

  func path(at position: Int) -> [UInt8] {
    guard let path = unsafe entry(position)?.pointee.path else { return [] }
    return unsafe Array(cString: path)
  }

  /// Whether the entry is this file of a commit.
  func holds(_ file: TreeFile, at position: Int) -> Bool {
    guard let entry = unsafe entry(position) else { return false }
    return unsafe entry.pointee.id == file.id && entry.pointee.mode == file.mode
  }

  /// Whether the file's status is the same as when it was written.
  func knows(_ status: Files.Status, at position: Int) -> Bool {
    guard let entry = unsafe entry(position) else { return false }
    return unsafe entry.pointee.mtime == git_index_time(status.modified)
      && entry.pointee.ctime == git_index_time(status.changed)
      && entry.pointee.ino == UInt32(truncatingIfNeeded: status.inode)
      && entry.pointee.file_size == UInt32(truncatingIfNeeded: status.size)
  }

  func knows(size: Int, at position: Int) -> Bool {
    unsafe entry(position)?.pointee.file_size == UInt32(truncatingIfNeeded: size)
  }

  /// Whether its files of a name are those of a commit, in the same places.
  func hasSameFiles(called name: PathBelow, as tree: [TreeDirectory]) -> Bool {
    let places = tree.compactMap { directory in
      directory.files.first { $0.name == name }.map { (file: $0, path: directory.path.appending(name)) }
    }
    guard places.allSatisfy({ place in find(place.path).map { holds(place.file, at: $0) } ?? false }) else {
      return false
    }
    let end = [UInt8(ascii: "/")] + name.bytes
    let known = (0..<count).count { position in
      guard let start = unsafe entry(position)?.pointee.path else { return false }
      let path = unsafe UnsafeRawBufferPointer(start: start, count: strlen(start))
      return unsafe path.elementsEqual(name.bytes) || path.suffix(end.count).elementsEqual(end)
    }
    return known == places.count
  }

  private func entry(_ position: Int) -> UnsafePointer<git_index_entry>? {
    unsafe git_index_get_byindex(pointer, position)
  }

  // MARK: Writing

  func update(_ files: [CheckedOutFile], without gone: [[UInt8]]) throws {
    if files.isEmpty && gone.isEmpty { return }
    for path in gone {
      let status = unsafe (path + [0]).withUnsafeBufferPointer { buffer in
        unsafe buffer.withMemoryRebound(to: CChar.self) { unsafe git_index_remove(pointer, $0.baseAddress, 0) }
      }
      try check("removing from the index", String(decoding: path, as: UTF8.self), status)
    }
    for file in files { try add(file) }
    try check("writing", "the index", unsafe git_index_write(pointer))
  }

  private func add(_ file: CheckedOutFile) throws {
    var entry = unsafe git_index_entry()
    unsafe entry.id = file.file.id
    unsafe entry.mode = file.file.mode
    unsafe entry.mtime = git_index_time(file.status.modified)
    unsafe entry.ctime = git_index_time(file.status.changed)
    unsafe entry.dev = UInt32(truncatingIfNeeded: file.status.device)
    unsafe entry.ino = UInt32(truncatingIfNeeded: file.status.inode)
    unsafe entry.uid = file.status.owner
    unsafe entry.gid = file.status.group
    unsafe entry.file_size = UInt32(truncatingIfNeeded: file.status.size)
    let status = file.path.withCString { path in
      unsafe entry.path = unsafe path
      return unsafe git_index_add(pointer, &entry)
    }
    try check("writing the index of", file.path.description, status)
  }
}

extension TreeFile {
  /// The mode as git stores it.
  var mode: UInt32 {
    switch kind {
    case .link: GIT_FILEMODE_LINK.rawValue
    case .executable: GIT_FILEMODE_BLOB_EXECUTABLE.rawValue
    case .submodule: GIT_FILEMODE_COMMIT.rawValue
    case .file: GIT_FILEMODE_BLOB.rawValue
    }
  }
}

extension git_index_time {
  /// - Parameter time: nanoseconds since 1970.
  init(_ time: Int64) {
    self.init(
      seconds: Int32(truncatingIfNeeded: time / 1_000_000_000),
      nanoseconds: UInt32(truncatingIfNeeded: time % 1_000_000_000))
  }

  static func == (first: git_index_time, second: git_index_time) -> Bool {
    first.seconds == second.seconds && first.nanoseconds == second.nanoseconds
  }
}

extension git_oid {
  static func == (first: git_oid, second: git_oid) -> Bool {
    unsafe withUnsafeBytes(of: first) { first in unsafe withUnsafeBytes(of: second) { unsafe first.elementsEqual($0) } }
  }

  /// The id of a blob with this content; nothing is stored.
  init(ofBlob bytes: [UInt8]) throws {
    var id = git_oid()
    let status = unsafe bytes.withUnsafeBytes {
      unsafe git_odb_hash(&id, $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1), $0.count, GIT_OBJECT_BLOB)
    }
    try check("hashing", "\(bytes.count) bytes", status)
    self = id
  }
}
