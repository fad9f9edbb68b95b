import Archives
public import Deploy
import Posix

/// A release that is read to be exported: where it is, or unpacked from the archive to a place of its own.
public struct ExportedRelease: ~Copyable {
  /// What it is.
  public let record: ReleaseRecord
  /// Where it is read.
  public let layout: ReleaseLayout
  /// Keeps others from it.
  private let lock: FileLock?
  /// What is removed in the end.
  private let place: String?

  /// Its files.
  public var files: any BuiltFiles { FilesBelow(directory: layout.files) }

  fileprivate init(
    _ record: ReleaseRecord, in directory: String, _ lock: consuming FileLock? = nil, removing place: String? = nil
  ) {
    self.record = record
    self.layout = ReleaseLayout(directory: directory)
    self.lock = lock
    self.place = place
  }

  /// Removes what was unpacked of it.
  public borrowing func discard() {
    // What cannot be removed now, the next deploy or export removes.
    if let place { try? Files.remove(place) }
    extendLifetime(self)
  }
}

extension ReleaseDirectory {
  /// A release to be read, wherever it is.
  ///
  /// - Parameter waiting: called before it waits for others, who pack or read.
  public func exported(_ release: ReleaseRecord, waiting: () -> Void) throws -> ExportedRelease {
    let archive = ReleaseArchive(layout: layout)
    let (own, aside) = (layout.release(release.id).directory, layout.waitingRelease(release.id))
    if Files.exists(own) { return ExportedRelease(release, in: own) }
    if Files.exists(aside) {
      try archive.prepare()
      // Who packs it removes it.
      let lock = try FileLock.taken(layout.packingLock, waiting: waiting)
      if Files.exists(aside) { return ExportedRelease(release, in: aside, lock) }
    }
    guard let record = try archive.records().first(where: { $0.release.id == release.id }) else {
      throw Failure(
        .notFound, "exporting the release \(release.id)", "it is gone", next: "'nextdeploy releases' lists them.")
    }
    let lock = try FileLock.taken(layout.exportedLock, waiting: waiting)
    let place = layout.exported
    // One that was killed may have left its own.
    try Files.remove(place)
    try archive.requireSpace(for: record.bytes)
    try Files.createDirectory(place, mode: 0o700)
    do {
      try unpack(record, into: "\(place)/release", "\(place)/packages") {}
    } catch {
      // The first error is the one to tell.
      try? Files.remove(place)
      throw told(error, release.id)
    }
    return ExportedRelease(release, in: "\(place)/release", lock, removing: place)
  }

  /// Removes what an export that was killed has unpacked.
  func removeExported() throws {
    guard Files.exists(layout.exported), let lock = try FileLock(ifFree: layout.exportedLock) else { return }
    lock.hold { leftovers.discard(layout.exported) }
  }
}

extension FileLock {
  /// Takes the lock; says so first where somebody else holds it.
  fileprivate static func taken(_ path: String, waiting: () -> Void) throws -> FileLock {
    if let lock = try FileLock(ifFree: path) { return lock }
    waiting()
    return try FileLock(waitingFor: path)
  }
}
