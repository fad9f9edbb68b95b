import CGit2
import Deploy
import Posix

extension WorkspaceCheckout {
  /// Removes what differs from the commit, makes the commit's directories, and notes the files that are missing.
  mutating func clear() throws {
    var present: Set<PathBelow> = [.top]
    for directory in tree {
      if present.contains(directory.path) {
        present.formUnion(try clear(directory))
      } else {
        try top.makeDirectory(directory.path, mode: 0o777)
        for file in directory.files { miss(file, in: directory) }
      }
    }
  }

  /// Returns which of the commit's directories inside it exist.
  private mutating func clear(_ directory: TreeDirectory) throws -> [PathBelow] {
    let place = try top.ownDirectory(directory.path)
    var files = Dictionary(uniqueKeysWithValues: directory.files.map { ($0.name, $0) })
    let directories = Set(directory.directories)
    var present: [PathBelow] = []
    for entry in try place.entries() {
      if let file = files[entry.name], file.kind != .submodule {
        if try keep(file, as: entry.kind, in: directory, place) {
          files[entry.name] = nil
        } else {
          try place.remove(entry.name)
        }
      } else if directories.contains(entry.name) {
        if entry.kind == .directory {
          present.append(directory.path.appending(entry.name))
        } else {
          try place.remove(entry.name)
        }
      } else {
        try clearUntracked(entry, in: directory.path, place)
      }
    }
    // Keeps the commit's order.
    for file in directory.files where files[file.name] != nil { miss(file, in: directory) }
    return present
  }

  private mutating func miss(_ file: TreeFile, in directory: TreeDirectory) {
    let path = directory.path.appending(file.name)
    if let position = index.find(path) { isWanted[position] = true }
    if file.kind != .submodule { missing.append(MissingFile(directory: directory.path, path: path, file: file)) }
  }

  /// Whether a file is as the commit has it.
  private mutating func keep(
    _ file: TreeFile, as kind: Files.Kind, in directory: TreeDirectory, _ place: borrowing Directory
  ) throws -> Bool {
    let path = directory.path.appending(file.name)
    guard let position = index.find(path) else { return false }
    isWanted[position] = true
    guard convertsAlike || file.kind == .link, kind == (file.kind == .link ? .link : .file),
      index.holds(file, at: position),
      let status = try place.status(file.name)
    else { return false }
    if index.knows(status, at: position) { return true }
    // Whatever rewrote it, a formatter or a restored backup: if its content is the same, its time is kept for the
    // caches that rely on it.
    guard status.kind == .file, status.mode & 0o7100 == (file.kind == .executable ? 0o100 : 0),
      index.knows(size: status.size, at: position),
      let bytes = try place.read(file.name, atMost: Self.compared), try git_oid(ofBlob: bytes) == file.id
    else { return false }
    touched.append(CheckedOutFile(path: path, file: file, status: status))
    return true
  }

  /// The largest file that is compared byte by byte; a larger one is written again instead.
  private static let compared = 64 << 20

  // MARK: What is not the commit's

  /// Removes what is not in the commit, except what is ignored, also inside directories.
  private mutating func clearUntracked(
    _ entry: Directory.Entry, in directory: PathBelow, _ place: borrowing Directory
  ) throws {
    let path = directory.appending(entry.name)
    if try rules.keep(path, isDirectory: entry.kind == .directory, repository) { return }
    guard entry.kind == .directory else {
      _ = try place.removeFile(entry.name)
      return
    }
    var directories = [path]
    var done = 0
    while done < directories.count {
      let path = directories[done]
      done += 1
      let place: Directory
      do { place = try top.ownDirectory(path) } catch {
        // The path is too long, or nextdeploy may not read it.
        try top.remove(path)
        continue
      }
      for entry in try place.entries() {
        let path = path.appending(entry.name)
        if try rules.keep(path, isDirectory: entry.kind == .directory, repository) { continue }
        if entry.kind == .directory { directories.append(path) } else { _ = try place.removeFile(entry.name) }
      }
    }
    for path in directories.reversed() { _ = try top.removeIfEmpty(path) }
  }
}
