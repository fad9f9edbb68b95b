import Archives
public import Deploy
import Posix

// The releases that are there to be started, and those that are packed.
extension ReleaseDirectory {
  private var archive: ReleaseArchive { ReleaseArchive(layout: layout) }

  /// The files of a release, for reading.
  public func files(of release: ReleaseID) -> any BuiltFiles { FilesBelow(directory: layout.release(release).files) }

  /// Reads each `archive/ID.json`, and the records of those that wait.
  public func archived() throws -> [ArchivedRelease] {
    let packed = try archive.records().map {
      ArchivedRelease($0.release, size: $0.archive.size, packages: $0.packages?.size ?? 0)
    }
    let waiting = try archive.waiting().filter { id in !packed.contains { $0.release.id == id } }
      .compactMap { try archive.waiting($0) }.map { ArchivedRelease($0, size: nil, packages: 0) }
    return (packed + waiting).sorted { $0.release.id < $1.release.id }
  }

  /// Renames the release, which takes no time.
  public func setAside(_ release: ReleaseID, within settings: ArchiveSettings) throws -> Bool {
    guard settings.mostReleases > 0, try archive.waiting().count < Self.mostWaiting, try archive.hasSpaceToWait() else {
      return false
    }
    try Files.rename("\(layout.releases)/\(release)", to: layout.waitingRelease(release))
    return true
  }

  /// More, where deploys come faster than they are packed, are removed at once.
  private static let mostWaiting = 10

  /// Unpacks the release beside its final place, and renames it there.
  public func restore(_ release: ReleaseID, isWanted: () throws -> Void) throws -> String {
    try archive.hold {
      let waiting = layout.waitingRelease(release)
      if Files.exists(waiting) {
        try Files.rename(waiting, to: "\(layout.releases)/\(release)")
        return "the release \(release), which was not packed yet"
      }
      guard let record = try archive.records().first(where: { $0.release.id == release }) else {
        throw Failure(
          .notFound, "unpacking the release \(release)", "it is gone", next: "'nextdeploy releases' lists them.")
      }
      try archive.requireSpace(for: record.bytes)
      let (partial, packages) = (layout.unfinishedRelease(release), layout.unpacked(release))
      do {
        try unpack(record, into: partial, packages, isWanted)
        try openToApp(record, partial)
        try Files.syncFileSystem(of: partial)
      } catch {
        // The first error is the one to tell; recovery removes what cannot be removed now.
        for directory in [partial, packages] { try? Files.remove(directory) }
        throw told(error, release)
      }
      try Files.rename(partial, to: "\(layout.releases)/\(release)")
      return "the release \(release): \(record.entries) files and directories, \(max(1, record.bytes >> 20)) MB"
    }
  }

  /// What an error while a release is unpacked is told as.
  func told(_ error: any Error, _ release: ReleaseID) -> any Error {
    (error as? ArchiveError).map { damage(release, $0.cause) } ?? error
  }

  /// Unpacks a release to a directory, which is made.
  func unpack(
    _ record: ReleaseArchive.Record, into directory: String, _ packages: String, _ isWanted: () throws -> Void
  ) throws {
    let id = record.release.id
    // Whoever bounds the archive may remove it meanwhile.
    let packed = try FileDescriptor(path: archive.path(of: record.archive), .read)
    if let file = record.packages {
      try extract(FileDescriptor(path: archive.path(of: file), .read), file, of: id, into: packages, isWanted)
    }
    try extract(packed, record.archive, of: id, into: directory, isWanted)
    if record.packages == nil { return }
    try fill(Directory(directory), from: Directory(packages), id)
    try leftovers.remove(packages)
  }

  private func openToApp(_ record: ReleaseArchive.Record, _ directory: String) throws {
    guard leftovers.files.isForOtherUsers else { return }
    let release = try Directory(directory)
    for path in record.writable {
      if let path = PathBelow(path) { try leftovers.files.openToApp(path, in: release) }
    }
  }

  private func extract(
    _ packed: consuming FileDescriptor, _ file: ReleaseArchive.File, of release: ReleaseID, into directory: String,
    _ isWanted: () throws -> Void
  ) throws {
    try leftovers.remove(directory)
    try Files.createDirectory(directory)
    let extracted = try Archive.extract(
      from: packed, into: Directory(directory),
      limits: ReleaseArchive.limits, isFaithful: true, watch: isWanted)
    if extracted.sha256 != file.sha256 { throw damage(release, "\(archive.path(of: file)) is not what was packed") }
  }

  private func damage(_ release: ReleaseID, _ cause: String) -> Failure {
    Failure(
      "unpacking the release \(release)", "its archive is damaged: \(cause)",
      next: "Take another one, or push its commit again ('nextdeploy rebuild' builds any commit).")
  }

  /// Gives the release's files of packages, which are empty, their content; permissions and times stay as they are.
  private func fill(_ release: borrowing Directory, from packages: borrowing Directory, _ id: ReleaseID) throws {
    var open = [PathBelow.top]
    while let place = open.popLast() {
      let holder = try release.directory(place)
      guard let own = try holder.status(.top) else { continue }
      let source = try packages.directory(place)
      for entry in try source.entries() {
        if entry.kind == .directory { open.append(place.appending(entry.name)) }
        guard entry.kind == .file else { continue }
        guard let told = try holder.status(entry.name), told.kind == .file else {
          throw damage(id, "it has no file '\(place.appending(entry.name))', which its packages have")
        }
        try source.rename(entry.name, to: entry.name, in: holder)
        try holder.setMode(entry.name, told.mode)
        try holder.setModified(entry.name, toNanosecond: told.modified)
      }
      if !place.isTop { try holder.setModified(.top, toNanosecond: own.modified) }
    }
  }
}
