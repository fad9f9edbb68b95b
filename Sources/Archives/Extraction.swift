import Posix

/// Makes an archive's entries below a directory, each at once and for good: nothing is remembered of those before, for the
/// disk tells what is there, and nothing is replaced.
struct Extraction: ~Copyable {
  let limits: ArchiveLimits
  /// How many entries the archive has had so far.
  private(set) var entries = 0
  /// Directories that no entry has made, only a path that leads through them.
  private var implied = 0
  /// The bytes of all files.
  var bytes: Int64 = 0
  /// The directory that the last entry was made in.
  var current: Holder?

  /// The paths of a zip archive in their order, as its entries and as the directory at its end tell them.
  var (seen, seenAfterwards) = (SHA256(), SHA256())
  var amended = 0

  private let isFaithful: Bool
  private let convert: (UInt32) -> UInt32
  /// Directories that are closed to their owner, once everything is made in them.
  private var closed: [PathBelow: UInt32] = [:]

  init(_ limits: ArchiveLimits, isFaithful: Bool = false, _ mode: @escaping (UInt32) -> UInt32) {
    self.limits = limits
    self.isFaithful = isFaithful
    convert = mode
  }

  // MARK: Entries

  /// Makes an entry of the archive.
  mutating func add(
    _ entry: ArchiveEntry, from reader: ArchiveReader, _ stream: ArchiveStream,
    in target: borrowing Directory
  ) throws {
    entries += 1
    try countEntries()
    let path = try ArchivePath.checked(entry.name, depth: limits.depth)
    if stream.isZip { seen.add(path.bytes + [0]) }
    if case .other(let what) = entry.kind { throw ArchiveError(.refused, "it is \(what)") }
    if let extra = entry.extras.first { throw ArchiveError(.refused, extra) }
    if entry.kind == .directory {
      try addDirectory(path, entry, in: target)
    } else {
      if path.isTop { throw ArchiveError(.refused, "it would be the release itself, which is a directory") }
      let holder = try holder(of: path, in: target)
      do {
        switch entry.kind {
        case .link(let pointed): try addLink(path, to: pointed, time: time(of: entry), holder, in: target)
        case .hardLink(let pointed): try addHardLink(path, to: pointed, holder, in: target)
        default: try addFile(path, entry, from: reader, stream, holder)
        }
      } catch let error as SystemError where error.isAlreadyThere {
        throw ArchiveError(.refused, "an earlier entry has made something of that name")
      }
      if entry.kind == .file { return }
    }
    let excess = try reader.content { _ in }
    if excess > 0 { throw ArchiveError(.refused, "it has content, though it is no file") }
  }

  /// Finishes the directory that the last entry was made in, and closes those that are to be closed.
  mutating func finish(in target: borrowing Directory) throws {
    try leave()
    // What is below a closed directory cannot be reached.
    for (path, mode) in closed.sorted(by: { $1.key < $0.key }) { try target.setMode(path, mode) }
  }

  private func countEntries() throws(ArchiveError) {
    if entries + implied > limits.entries { throw ArchiveError(over: .entries, limits.entries, "it has more entries") }
  }

  private mutating func addFile(
    _ path: PathBelow, _ entry: ArchiveEntry, from reader: ArchiveReader, _ stream: ArchiveStream,
    _ holder: Holder
  ) throws {
    if entry.mode & 0o6000 != 0 { throw Self.setuid }
    if let size = entry.size {
      if size < 0 { throw ArchiveError(.damaged, "its size is less than nothing") }
      try stream.check(size.addingReportingOverflow(bytes).overflow ? .max : bytes + size, isWritten: false)
    }
    let file = try holder.directory.create(path.name, mode: 0o600)
    var written: Int64 = 0
    let count = try reader.content { piece in
      written += Int64(piece.count)
      try stream.check(bytes + written, isWritten: true)
      try unsafe file.write(piece)
    }
    if let size = entry.size, size != count {
      throw ArchiveError(.damaged, "it has \(count) bytes, though its header says \(size)")
    }
    bytes += count
    try file.setMode(kept(entry.mode, owner: 0o600))
    if let time = time(of: entry) { try file.setModified(time.seconds, nanoseconds: time.nanoseconds) }
  }

  private mutating func addDirectory(_ path: PathBelow, _ entry: ArchiveEntry, in target: borrowing Directory) throws {
    // The release itself belongs to who extracts it.
    if path.isTop { return }
    if current?.path == path { try leave() }
    let holder = try holder(of: path, in: target)
    do { try holder.directory.makeDirectory(path.name, mode: 0o700) } catch {
      guard error.isAlreadyThere else { throw error }
      guard try holder.directory.status(path.name)?.kind == .directory else {
        throw ArchiveError(.refused, "it is a directory, and an earlier entry has made something else of that name")
      }
    }
    let mode = kept(entry.mode, owner: 0o700)
    closed[path] = mode & 0o700 == 0o700 ? nil : mode
    try holder.directory.setMode(path.name, mode | 0o700)
    if let time = time(of: entry) {
      try holder.directory.setModified(path.name, time.seconds, nanoseconds: time.nanoseconds)
    }
  }

  func addLink(
    _ path: PathBelow, to pointed: [UInt8], time: (Int64, Int)?, _ holder: Holder, in target: borrowing Directory
  ) throws {
    if !isFaithful {
      for climb in try ArchivePath.climbs(of: pointed, in: path.parent) {
        guard try target.status(climb)?.kind == .directory else { throw ArchivePath.notDirectory(climb, in: pointed) }
      }
    }
    try holder.directory.link(path.name, to: pointed)
    if let time { try holder.directory.setModified(path.name, time.0, nanoseconds: time.1) }
  }

  private func addHardLink(
    _ path: PathBelow, to pointed: [UInt8], _ holder: Holder, in target: borrowing Directory
  ) throws {
    let first: PathBelow
    do { first = try ArchivePath.checked(pointed, depth: limits.depth) } catch {
      throw ArchiveError(error.kind, "it is a hard link to '\(ArchiveError.shown(pointed))': \(error.reason)")
    }
    // A symlink with a second name would point elsewhere from there.
    guard try target.status(first)?.kind == .file else {
      throw ArchiveError(
        .refused, "it is a hard link to '\(ArchiveError.shown(pointed))', and no earlier entry is a file of that name")
    }
    try target.hardLink(first, to: path.name, in: holder.directory)
  }

  /// Permissions as they are kept: nobody else writes, and the owner always can; or as they were.
  func kept(_ mode: UInt32, owner: UInt32) -> UInt32 { convert(isFaithful ? mode & 0o777 : mode & 0o755 | owner) }

  /// When an entry was changed, within what every file system and program can tell; nil where it does not say, as with the
  /// very beginning of time, which stands for none. Or as it was.
  private func time(of entry: ArchiveEntry) -> (seconds: Int64, nanoseconds: Int)? {
    guard let modified = entry.modified, !isFaithful, modified != (0, 0) else {
      return isFaithful ? entry.modified : nil
    }
    if modified.seconds < 0 { return (0, 0) }
    return modified.seconds > 9_000_000_000 ? (9_000_000_000, 0) : modified
  }

  /// Whoever runs such a file is who owns it.
  static var setuid: ArchiveError { ArchiveError(.refused, "it is a file with setuid or setgid") }

  // MARK: Directories

  /// Opens the directory that holds a path, and makes it where no entry did.
  mutating func holder(of path: PathBelow, in target: borrowing Directory) throws -> Holder {
    let parent = path.parent
    if let current, current.path == parent { return current }
    try leave()
    do { return try enter(parent, in: target) } catch {
      guard error.code == 2 else { throw Self.inTheWay(error, parent) }
    }
    var place = PathBelow.top
    for part in parent.parts {
      let holder: Holder
      do { holder = try enter(place, in: target) } catch { throw Self.inTheWay(error, place) }
      place = place.appending(part)
      do {
        try holder.directory.makeDirectory(part)
        // Whatever the umask is.
        try holder.directory.setMode(part, kept(0o755, owner: 0o700))
        implied += 1
        try countEntries()
      } catch let error as SystemError { if !error.isAlreadyThere { throw error } }
      try leave()
    }
    do { return try enter(parent, in: target) } catch { throw Self.inTheWay(error, parent) }
  }

  private static func inTheWay(_ error: SystemError, _ path: PathBelow) -> any Error {
    error.isNoWay
      ? ArchiveError(.refused, "its path leads through '\(path)', where an earlier entry has made something else")
      : error
  }

  private mutating func enter(_ path: PathBelow, in target: borrowing Directory) throws(SystemError) -> Holder {
    let holder = try Holder(path, in: target)
    current = holder
    return holder
  }

  /// Gives the directory back the time that it had: what was made in it has changed that.
  mutating func leave() throws(SystemError) {
    guard let holder = current else { return }
    current = nil
    if holder.path.isTop { return }
    try holder.directory.setModified(.top, toNanosecond: holder.modified)
  }
}

/// An open directory in which entries are made, so that it is looked up once for all its files.
final class Holder {
  let path: PathBelow
  let directory: Directory
  /// When it was changed before, in nanoseconds since 1970.
  let modified: Int64

  init(_ path: PathBelow, in target: borrowing Directory) throws(SystemError) {
    self.path = path
    directory = try target.directory(path)
    modified = try directory.status(.top)?.modified ?? 0
  }
}
