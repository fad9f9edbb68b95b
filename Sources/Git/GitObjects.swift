import CGit2
import Deploy
import Posix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Each handle of libgit2 has one owner, which frees it, and is lent to the calls that need it.

/// An open repository.
@safe struct RepositoryHandle: ~Copyable {
  let pointer: OpaquePointer

  init(opening path: String) throws {
    try Library.start()
    unsafe pointer = try unsafe made("opening the repository", path) { unsafe git_repository_open_bare(&$0, path) }
  }

  /// Opens the repository that contains a directory.
  init(findingFrom directory: String) throws {
    try Library.start()
    unsafe pointer = try unsafe made("looking for a repository from", directory) {
      unsafe git_repository_open_ext(&$0, directory, 0, nil)
    }
  }

  deinit { unsafe git_repository_free(pointer) }
}

/// A commit, tree or blob that was looked up.
@safe struct ObjectHandle: ~Copyable {
  let pointer: OpaquePointer

  init(adopting pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

  init(_ repository: borrowing RepositoryHandle, _ id: CommitID, _ kind: git_object_t) throws {
    var oid = try id.oid
    unsafe pointer = try unsafe made("reading the object", id.description) {
      unsafe git_object_lookup(&$0, repository.pointer, &oid, kind)
    }
  }

  deinit { unsafe git_object_free(pointer) }

  var id: CommitID {
    get throws { unsafe try CommitID(git_object_id(pointer).pointee) }
  }
}

extension ObjectHandle {
  /// Lends a blob's bytes as they are stored in the repository.
  @safe func withContent<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe try body(
      UnsafeRawBufferPointer(start: git_blob_rawcontent(pointer), count: Int(git_blob_rawsize(pointer))))
  }

  /// A blob's bytes as they are stored in the repository.
  var content: [UInt8] { withContent { unsafe Array($0) } }

  /// Lends a blob's bytes, converted as a commit's .gitattributes demand for a file at that path. The workspace's own
  /// .gitattributes are not read, since a build could have written anything into them.
  @safe func filtered<Failure>(
    as path: PathBelow, _ attributes: CommitID, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws {
    var options = unsafe git_blob_filter_options()
    try check(
      "filtering", path.description,
      unsafe git_blob_filter_options_init(&options, UInt32(GIT_BLOB_FILTER_OPTIONS_VERSION)))
    // Without the flag that is there at first: it gives no bytes at all of a binary file. Filters know those by themselves.
    unsafe options.flags = GIT_BLOB_FILTER_ATTRIBUTES_FROM_COMMIT.rawValue
    unsafe options.attr_commit_id = try attributes.oid
    var buffer = unsafe git_buf()
    let status = path.withCString { unsafe git_blob_filter(&buffer, pointer, $0, &options) }
    try check("filtering", path.description, status)
    defer { unsafe git_buf_dispose(&buffer) }
    try unsafe body(UnsafeRawBufferPointer(start: buffer.ptr, count: buffer.size))
  }
}

enum Filters {
  /// Whether a commit's .gitattributes convert the file at that path.
  static func apply(
    to path: PathBelow, _ attributes: CommitID, in repository: borrowing RepositoryHandle
  ) throws -> Bool {
    var options = unsafe git_filter_options()
    unsafe options.version = UInt32(GIT_FILTER_OPTIONS_VERSION)
    unsafe options.flags = GIT_FILTER_ATTRIBUTES_FROM_COMMIT.rawValue
    unsafe options.attr_commit_id = try attributes.oid
    var filters: OpaquePointer?
    let status = path.withCString {
      unsafe git_filter_list_load_ext(&filters, repository.pointer, nil, $0, GIT_FILTER_TO_WORKTREE, &options)
    }
    try check("looking for the filters of", path.description, status)
    defer { unsafe git_filter_list_free(filters) }
    return unsafe filters != nil
  }
}

extension RepositoryHandle {
  /// A blob's bytes; nil, without reading them, if there are more than the limit.
  func blob(_ id: git_oid, atMost limit: Int) throws -> [UInt8]? {
    try size(of: id) > limit ? nil : try ObjectHandle(self, try CommitID(id), GIT_OBJECT_BLOB).content
  }

  /// The size of an object in bytes, without reading its content.
  func size(of id: git_oid) throws -> Int {
    let objects = try unsafe made("opening", "the objects") { unsafe git_repository_odb(&$0, pointer) }
    defer { unsafe git_odb_free(objects) }
    var (size, kind, id) = (0, GIT_OBJECT_INVALID, id)
    try check(
      "reading the object", (try? CommitID(id).description) ?? "?",
      unsafe git_odb_read_header(&size, &kind, objects, &id))
    return size
  }
}

extension CommitID {
  init(_ oid: git_oid) throws(Failure) {
    // It is done in place because it runs for every file of a tree.
    let text = unsafe withUnsafeBytes(of: oid) { bytes in
      unsafe String(unsafeUninitializedCapacity: 40) { digits in
        for place in 0..<20 {
          unsafe digits[2 * place] = hexadecimal[Int(bytes[place] >> 4)]
          unsafe digits[2 * place + 1] = hexadecimal[Int(bytes[place] & 15)]
        }
        return 40
      }
    }
    try self.init(text)
  }

  var oid: git_oid {
    get throws {
      var oid = git_oid()
      try check("reading the id", description, unsafe git_oid_fromstr(&oid, description))
      return oid
    }
  }
}

extension Array<UInt8> {
  /// Copies a C string as bytes.
  @unsafe init(cString: UnsafePointer<CChar>) {
    self = unsafe UnsafeBufferPointer(start: cString, count: strlen(cString)).map { UInt8(bitPattern: $0) }
  }
}

private let hexadecimal = Array("0123456789abcdef".utf8)

enum Library {
  /// Starts libgit2 and sets its global options.
  static func start() throws {
    try check("starting", "libgit2", git_libgit2_init())
    // The user who deploys does not always own the repository (a key's command runs as nextdeploy); the layout decides
    // who may.
    try check("configuring", "libgit2", nextdeploy_git_set_owner_validation(0))
    // git does not verify hashes when it reads either, and with it a first checkout takes a third longer.
    try check("configuring", "libgit2", nextdeploy_git_set_strict_hash_verification(0))
  }
}
