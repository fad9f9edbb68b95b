import Archives
import Deploy
import Posix

/// An app's packed releases on the disk: `archive/ID.tar.zst` and, once that is right, `archive/ID.json`; files of packages,
/// which several releases have, are in `archive/packages/`, named after what is in them.
struct ReleaseArchive {
  let layout: AppLayout

  /// A release that is packed.
  struct Record: Codable {
    let release: ReleaseRecord
    let archive: File
    /// The files of its packages, without what tells one release's from another's; nil where it has none.
    let packages: File?
    /// How many bytes its files have, and how many entries there are.
    let bytes: Int
    let entries: Int
    /// Directories that the app may write to, from the release's own.
    let writable: [String]
  }

  /// An archive of its own.
  struct File: Codable, Hashable {
    /// Its name, without the ending.
    let name: String
    let sha256: String
    let size: Int
  }

  /// More than any release has; what is packed here nextdeploy itself has written.
  static let limits: ArchiveLimits = {
    var limits = ArchiveLimits()
    (limits.bytes, limits.entries, limits.depth) = (1 << 50, 1 << 40, 1_000)
    (limits.ratio, limits.seconds) = (1 << 40, 1 << 30)
    return limits
  }()

  // MARK: What is packed

  /// The records of what is packed, oldest first.
  func records() throws -> [Record] {
    try Files.list(layout.archive).filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
      try StateFile.intact(Record.self, "\(layout.archive)/\(name)")
    }.filter { Files.exists(path(of: $0.archive)) }
  }

  /// The releases that wait to be packed, oldest first.
  func waiting() throws -> [ReleaseID] {
    try Files.list(layout.releases).filter { $0.hasSuffix(AppLayout.waiting) }
      .compactMap { try? ReleaseID(String($0.dropLast(AppLayout.waiting.utf8.count))) }.sorted()
  }

  /// The release that waits; nil if its record cannot be read.
  func waiting(_ id: ReleaseID) throws -> ReleaseRecord? {
    try StateFile.intact(ReleaseRecord.self, "\(layout.waitingRelease(id))/release.json")
  }

  /// What is left of releases whose removal a kill has ended.
  func leftovers() throws -> [String] {
    try Files.list(layout.releases).filter { $0.hasSuffix(AppLayout.packed) }.map { "\(layout.releases)/\($0)" }
  }

  func path(of file: File) -> String { "\(layout.archive)/\(file.name).tar.zst" }

  func record(of release: ReleaseID) -> String { "\(layout.archive)/\(release).json" }

  /// Makes the directories, unless the app is gone.
  func prepare() throws {
    for directory in [layout.archive, "\(layout.archive)/packages"] where !Files.exists(directory) {
      do { try Files.createDirectory(directory, mode: 0o700) } catch { if !error.isAlreadyThere { throw error } }
    }
  }

  /// Runs what changes which releases are packed, or needs them to stay.
  func hold<Result>(_ body: () throws -> Result) throws -> Result {
    try prepare()
    return try FileLock(waitingFor: layout.archiveLock).hold(body)
  }

  // MARK: Space

  /// Throws if so many bytes more would not leave the sites and other apps what is kept for them.
  func requireSpace(for bytes: Int = 0) throws {
    let space = try Files.space(layout.directory)
    let kept = Self.kept(of: space)
    if space.free - kept >= bytes { return }
    throw Failure(
      "looking for space on the disk",
      "only \(space.free >> 20) MB are free, and \(bytes >> 20) MB are needed beside \(kept >> 20) MB for everybody else",
      next: "'nextdeploy config set archive.max-size' and 'keep' bound what old releases take.")
  }

  /// Whether there is so much space that a release can wait to be packed.
  func hasSpaceToWait() throws -> Bool {
    let space = try Files.space(layout.directory)
    return space.free >= 4 * Self.kept(of: space)
  }

  /// The bytes that are for everybody else.
  private static func kept(of space: Files.Space) -> Int { max(50 << 20, Reserve(of: space).bytes) }

  // MARK: Bounds

  /// Removes the oldest releases until the rest is within the settings, and what belongs to none.
  ///
  /// - Returns: the releases that are gone.
  func bound(_ settings: ArchiveSettings) throws -> [ReleaseID] {
    try hold {
      var records = try records()
      var gone: [ReleaseID] = []
      while let oldest = records.first, exceed(records, settings) {
        try Files.remove(record(of: oldest.release.id))
        gone.append(oldest.release.id)
        records.removeFirst()
      }
      let files = Set(records.map(\.archive) + records.compactMap(\.packages)).map { "\($0.name).tar.zst" }
      let kept = Set(
        files + records.map { "\($0.release.id).json" } + [
          "lock", "packing.lock", "problem", "packages", "exported", "exported.lock",
        ])
      for name in try Files.list(layout.archive) where !kept.contains(name) {
        try Files.remove("\(layout.archive)/\(name)")
      }
      for name in try Files.list("\(layout.archive)/packages") where !kept.contains("packages/\(name)") {
        try Files.remove("\(layout.archive)/packages/\(name)")
      }
      return gone
    }
  }

  /// Whether there is more than the settings allow.
  func exceeds(_ settings: ArchiveSettings) throws -> Bool { exceed(try records(), settings) }

  private func exceed(_ records: [Record], _ settings: ArchiveSettings) -> Bool {
    let size = Set(records.map(\.archive) + records.compactMap(\.packages)).reduce(0) { $0 + $1.size }
    return records.count > settings.mostReleases || size > settings.mostBytes.bytes
  }
}
