import CGit2
import Deploy
import Dispatch
import Posix
import Synchronization

/// Writes a commit's files where nothing exists yet, on two processors.
struct FileWriter: Sendable {
  let repository: String
  let workspace: String
  /// The commit whose .gitattributes decide how files are written; nil if it has none.
  let attributes: CommitID?

  func write(_ files: [MissingFile]) throws -> [CheckedOutFile] {
    if files.isEmpty { return [] }
    let middle = files.count / 2
    let halves = [files[..<middle], files[middle...]]
    let written = Mutex<[CheckedOutFile]>([])
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
    return written.withLock { $0 }
  }

  private func write(_ files: ArraySlice<MissingFile>) throws -> [CheckedOutFile] {
    guard let first = files.first else { return [] }
    let handle = try RepositoryHandle(opening: repository)
    let top = try Directory(workspace)
    var directory = first.directory
    var place = try top.directory(directory)
    var written: [CheckedOutFile] = []
    written.reserveCapacity(files.count)
    for file in files {
      if file.directory != directory {
        directory = file.directory
        let next = try top.directory(directory)
        place = next
      }
      let status = try write(file, in: place, handle)
      written.append(CheckedOutFile(path: file.path, file: file.file, status: status))
    }
    return written
  }

  private func write(
    _ missing: MissingFile, in place: borrowing Directory, _ repository: borrowing RepositoryHandle
  ) throws -> Files.Status {
    let file = missing.file
    if missing.size > Self.streamed, file.kind != .link, try !isFiltered(missing, repository) {
      let descriptor = try place.create(file.name, mode: file.kind == .executable ? 0o777 : 0o666)
      try stream(missing, into: descriptor)
      return try descriptor.status()
    }
    let blob = try ObjectHandle(repository, try CommitID(file.id), GIT_OBJECT_BLOB)
    if file.kind == .link {
      try place.link(file.name, to: blob.content)
      guard let status = try place.status(file.name) else {
        throw SystemError("reading", missing.path.description, code: 2)
      }
      return status
    }
    let descriptor = try place.create(file.name, mode: file.kind == .executable ? 0o777 : 0o666)
    if let attributes {
      try blob.filtered(as: missing.path, attributes) { bytes throws(SystemError) in try unsafe descriptor.write(bytes)
      }
    } else {
      try blob.withContent { bytes throws(SystemError) in try unsafe descriptor.write(bytes) }
    }
    return try descriptor.status()
  }

  /// Larger files are written as they are read; libgit2 would hold a whole file in memory.
  static let streamed = 16 << 20

  private func isFiltered(_ missing: MissingFile, _ repository: borrowing RepositoryHandle) throws -> Bool {
    guard let attributes else { return false }
    return try Filters.apply(to: missing.path, attributes, in: repository)
  }

  /// Has git write a file, since only git can do that piece by piece for a file in a pack.
  private func stream(_ missing: MissingFile, into descriptor: borrowing FileDescriptor) throws {
    let id = try CommitID(missing.file.id)
    let settings = BareRepository.frugality.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    let command = Command(
      // Objects that refs/replace puts in the place of others can be pushed, too.
      ["git", "--no-replace-objects"] + settings + ["--git-dir", self.repository, "cat-file", "blob", id.description],
      environment: ["PATH": CurrentProcess.environment["PATH"] ?? "/usr/bin:/bin"])
    let status = try ChildProcess(command, output: .descriptor(descriptor.number), errors: .null).wait()
    guard status.isSuccess else {
      throw Failure(
        "writing \(missing.path.description.quoted)", "'git cat-file blob \(id.short)' ended with \(status)",
        next: "Look at the disk's free space, at the repository with 'git fsck', and at the limit 'push.memory'.")
    }
  }
}
