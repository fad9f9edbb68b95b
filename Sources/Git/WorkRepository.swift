import CGit2
public import Deploy
import Posix

/// A developer's own repository and work tree, which nextdeploy reads and adds a remote to.
public struct WorkRepository: Sendable {
  /// The top of the work tree, without a slash at its end.
  public let directory: String

  /// Finds the repository that contains a directory; throws if there is none, or it is bare.
  public init(containing directory: String) throws {
    do {
      let handle = try RepositoryHandle(findingFrom: directory)
      guard let top = unsafe git_repository_workdir(handle.pointer) else {
        throw Failure(
          .usage, "looking for the project", "\(directory) is in a bare repository, which has no files",
          next: "Run it in a clone, where the app's files are.")
      }
      self.directory = Files.resolved(unsafe String(cString: top))
    } catch let error as GitError {
      guard error.isNotFound else { throw error }
      throw Failure(
        .usage, "looking for the project", "\(directory) is in no git repository",
        next: "Change into the project, or make it one with 'git init'.")
    }
  }

  /// The address that pushes to a remote go to; nil if there is no such remote.
  public func address(ofRemote name: String) throws -> String? {
    let handle = try RepositoryHandle(findingFrom: directory)
    let remote: OpaquePointer
    do {
      unsafe remote = try made("reading the remote", name) { unsafe git_remote_lookup(&$0, handle.pointer, name) }
    } catch let error as GitError where error.isNotFound { return nil }
    defer { unsafe git_remote_free(remote) }
    guard let address = unsafe git_remote_pushurl(remote) ?? git_remote_url(remote) else { return nil }
    return unsafe String(cString: address)
  }

  /// Adds a remote with git's usual fetch setting; throws if there is one of that name.
  public func addRemote(_ name: String, _ address: String) throws {
    let handle = try RepositoryHandle(findingFrom: directory)
    let remote = try unsafe made("adding the remote", name) {
      unsafe git_remote_create(&$0, handle.pointer, name, address)
    }
    unsafe git_remote_free(remote)
  }

  /// The branch that is checked out, even if it has no commit yet; nil if HEAD is detached.
  public func branch() throws -> BranchName? {
    let handle = try RepositoryHandle(findingFrom: directory)
    let head = try unsafe made("reading", "HEAD") { unsafe git_reference_lookup(&$0, handle.pointer, "HEAD") }
    defer { unsafe git_reference_free(head) }
    guard let target = unsafe git_reference_symbolic_target(head) else { return nil }
    return try? BranchName(String(unsafe String(cString: target).dropFirst("refs/heads/".count)))
  }

  /// The files that a commit of everything would contain: all except those that git ignores.
  public func files() throws -> WorkTree {
    let handle = try RepositoryHandle(findingFrom: directory)
    var options = unsafe git_status_options()
    let version = UInt32(GIT_STATUS_OPTIONS_VERSION)
    try check("reading", directory, unsafe git_status_options_init(&options, version))
    unsafe options.show = GIT_STATUS_SHOW_WORKDIR_ONLY
    unsafe options.flags =
      GIT_STATUS_OPT_INCLUDE_UNTRACKED.rawValue | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS.rawValue
      | GIT_STATUS_OPT_INCLUDE_UNMODIFIED.rawValue | GIT_STATUS_OPT_EXCLUDE_SUBMODULES.rawValue
    let list = try unsafe made("reading the files of", directory) {
      unsafe git_status_list_new(&$0, handle.pointer, &options)
    }
    defer { unsafe git_status_list_free(list) }
    var paths: [String] = []
    for position in 0..<(unsafe git_status_list_entrycount(list)) {
      guard let entry = unsafe git_status_byindex(list, position), let delta = unsafe entry.pointee.index_to_workdir,
        unsafe entry.pointee.status.rawValue & GIT_STATUS_WT_DELETED.rawValue == 0,
        let path = unsafe delta.pointee.new_file.path
      else { continue }
      paths.append(unsafe String(cString: path))
    }
    return try WorkTree(directory: directory, paths: paths)
  }
}

/// The files in a work tree, as they are on the disk now.
public struct WorkTree: SourceTree {
  /// All zeros: the files are not hashed.
  public let id: CommitID
  /// The files that git does not ignore, by path; each counts as a plain file with an empty id.
  public let entries: [String: TreeEntry]
  let directory: String

  init(directory: String, paths: [String]) throws {
    let none = try CommitID(String(repeating: "0", count: 40))
    id = none
    self.directory = directory
    entries = Dictionary(paths.map { ($0, TreeEntry(path: $0, kind: .file, id: none)) }) { first, _ in first }
  }

  /// Reads the file from the disk now; nil if it is larger than the limit, empty if it is gone or leads outside.
  public func bytes(of entry: TreeEntry, atMost limit: Int) throws -> [UInt8]? {
    guard let path = PathBelow(entry.path) else { return [] }
    let top = try Directory(directory)
    do {
      guard let place = try top.followed(path) else { return [] }
      return try top.read(place, atMost: limit) ?? []
    } catch {
      if error.isTooLarge { return nil }
      throw error
    }
  }
}
