import CGit2
import Deploy
import Dispatch
import Posix
import Synchronization

/// Writes a commit's files where nothing is yet, on two processors.
struct FileWriter: Sendable {
  let repository: String
  let workspace: String
  /// The commit whose .gitattributes say how they are written; nil where it has none.
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
    let all = written.withLock { $0 }
    // What a build changes is then later than what is noted of it, however soon it comes.
    WallClock.waitUntilFiles(areLaterThan: all.map(\.status.changed).max() ?? 0)
    return all
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
}
