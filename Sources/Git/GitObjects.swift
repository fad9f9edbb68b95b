import CGit2
import Deploy

// Each handle of libgit2 has one owner, which frees it; it is lent to the calls that need it.

/// An open repository.
@safe struct RepositoryHandle: ~Copyable {
  let pointer: OpaquePointer

  init(opening path: String) throws {
    try Library.start()
    var pointer: OpaquePointer?
    try check("opening the repository", path, unsafe git_repository_open_bare(&pointer, path))
    guard let pointer = unsafe pointer else {
      throw GitError(operation: "opening the repository", subject: path, code: -1, reason: "libgit2 gave none")
    }
    unsafe self.pointer = unsafe pointer
  }

  /// The repository that a directory is in, at its top or below.
  init(findingFrom directory: String) throws {
    try Library.start()
    var pointer: OpaquePointer?
    try check("looking for a repository from", directory, unsafe git_repository_open_ext(&pointer, directory, 0, nil))
    guard let pointer = unsafe pointer else {
      throw GitError(operation: "opening the repository", subject: directory, code: -1, reason: "libgit2 gave none")
    }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe git_repository_free(pointer) }
}

/// A commit, tree or blob that was looked up.
@safe struct ObjectHandle: ~Copyable {
  let pointer: OpaquePointer

  init(adopting pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

  init(_ repository: borrowing RepositoryHandle, _ id: CommitID, _ kind: git_object_t) throws {
    var oid = try id.oid
    var pointer: OpaquePointer?
    try check("reading the object", id.description, unsafe git_object_lookup(&pointer, repository.pointer, &oid, kind))
    guard let pointer = unsafe pointer else {
      throw GitError(operation: "reading the object", subject: id.description, code: -1, reason: "libgit2 gave none")
    }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe git_object_free(pointer) }

  var id: CommitID {
    get throws { unsafe try CommitID(git_object_id(pointer).pointee) }
  }
}

/// An index: the files that a workspace is known to hold.
@safe struct IndexHandle: ~Copyable {
  let pointer: OpaquePointer

  init(opening path: String) throws {
    var pointer: OpaquePointer?
    try check("opening the index", path, unsafe git_index_open(&pointer, path))
    guard let pointer = unsafe pointer else {
      throw GitError(operation: "opening the index", subject: path, code: -1, reason: "libgit2 gave none")
    }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe git_index_free(pointer) }

  /// What it names, and whether that is a symlink.
  var entries: [(path: String, isLink: Bool)] {
    (0..<(unsafe git_index_entrycount(pointer))).compactMap { position in
      guard let entry = unsafe git_index_get_byindex(pointer, position), let path = unsafe entry.pointee.path else {
        return nil
      }
      return unsafe (String(cString: path), entry.pointee.mode == GIT_FILEMODE_LINK.rawValue)
    }
  }

  func forget(_ paths: [String]) throws {
    for path in paths { try check("removing from the index", path, unsafe git_index_remove(pointer, path, 0)) }
    try check("writing", "the index", unsafe git_index_write(pointer))
  }
}

extension CommitID {
  init(_ oid: git_oid) throws(Failure) {
    // In place: this is done for every file of a tree.
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

private let hexadecimal = Array("0123456789abcdef".utf8)

enum Library {
  /// libgit2's own start, and the settings that hold for all of it.
  static func start() throws {
    try check("starting", "libgit2", git_libgit2_init())
    // The repository's owner is not always who deploys (a key's command runs as nextdeploy): the layout decides.
    try check("configuring", "libgit2", nextdeploy_git_set_owner_validation(0))
    // git does not hash again what it reads either; a first checkout takes a third longer with it.
    try check("configuring", "libgit2", nextdeploy_git_set_strict_hash_verification(0))
  }
}
