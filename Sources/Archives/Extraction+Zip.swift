import Posix

// What only the directory at the end of a zip archive tells.
extension Extraction {
  /// Changes what an entry has made to what the directory tells of it: its permissions, or that it is a symlink.
  mutating func amend(_ record: ZipRecord, in target: borrowing Directory) throws {
    amended += 1
    let path = try ArchivePath.checked(record.name, depth: limits.depth)
    seenAfterwards.add(path.bytes + [0])
    if path.isTop { return }
    let holder = try holder(of: path, in: target)
    guard let status = try holder.directory.status(path.name), status.kind != .file || status.size == record.size else {
      throw disagreement
    }
    guard let mode = record.mode, mode != 0 else { return }
    switch (mode & 0o170000, status.kind) {
    case (0o120000, .link): break
    case (0o120000, .file):
      if status.size > ArchivePath.longest { throw ArchivePath.longTarget }
      guard let pointed = try holder.directory.read(path.name, atMost: ArchivePath.longest) else { throw disagreement }
      _ = try holder.directory.removeFile(path.name)
      bytes -= Int64(status.size)
      try addLink(path, to: pointed, time: Files.parts(ofNanoseconds: status.modified), holder, in: target)
    case (0o100000, .file), (0, .file):
      if mode & 0o6000 != 0 { throw Self.setuid }
      try holder.directory.setMode(path.name, kept(mode, owner: 0o600))
    case (0o040000, .directory), (0, .directory):
      if current?.path == path { try leave() }
      try holder.directory.setMode(path.name, kept(mode, owner: 0o700))
    case (0o120000, _), (0o100000, _), (0o040000, _): throw disagreement
    default: throw ArchiveError(.refused, "it is neither file, directory nor link")
    }
  }

  /// Compares what a zip archive's directory has told with what came before it.
  mutating func compareAmended() throws(ArchiveError) {
    if amended != entries || seen.finish() != seenAfterwards.finish() { throw disagreement }
  }

  private var disagreement: ArchiveError {
    ArchiveError(.refused, "the directory at the end of the zip archive tells something else than what comes before it")
  }
}
