import Archives
public import Deploy
import Posix

/// Packs an app's old releases, one after the other: in a process of its own, which lets everybody else go first and may be
/// killed at any time. A release is removed once its archive was read back and has all of it.
public struct ReleasePacker {
  let layout: AppLayout
  let leftovers: Leftovers
  private let archive: ReleaseArchive

  /// - Parameter leftovers: removes what apps have written into releases.
  public init(layout: AppLayout, leftovers: Leftovers) {
    self.layout = layout
    self.leftovers = leftovers
    archive = ReleaseArchive(layout: layout)
  }

  /// Whether there is something to do, and nobody does it.
  ///
  /// - Parameter settings: what the archive is to be within; nil where only what waits to be packed counts.
  public func isNeeded(_ settings: ArchiveSettings? = nil) throws -> Bool {
    let isNeeded =
      try !archive.waiting().isEmpty || !archive.leftovers().isEmpty
      || settings.map { try archive.exceeds($0) } ?? false
    return try isNeeded && !FileLock.isHeld(layout.packingLock)
  }

  /// Packs what waits, once no other process does.
  ///
  /// - Parameter forget: called with each release that is neither there nor packed any more.
  public func run(_ settings: () throws -> ArchiveSettings, forget: (ReleaseID) throws -> Void) throws {
    try archive.prepare()
    let lock = try FileLock(waitingFor: layout.packingLock)
    try lock.note("\(CurrentProcess.id)\n")
    try lock.hold {
      for directory in try archive.leftovers() { try remove(directory) }
      while let release = try archive.waiting().first {
        do {
          try pack(release)
          try Files.remove(layout.archiveProblem)
        } catch {
          if try giveUp(release, error) { try forget(release) }
        }
        try bound(settings(), forget)
      }
      try bound(settings(), forget)
    }
  }

  private func bound(_ settings: ArchiveSettings, _ forget: (ReleaseID) throws -> Void) throws {
    for gone in try archive.bound(settings) where !Files.exists(layout.release(gone).directory) { try forget(gone) }
  }

  /// Removes a release that cannot be packed, as if nothing ever were; returns false where it does not wait any more.
  private func giveUp(_ release: ReleaseID, _ error: any Error) throws -> Bool {
    let waiting = layout.waitingRelease(release)
    let isGone = try archive.hold {
      // It has been put back.
      guard Files.exists(waiting) else { return false }
      try Files.rename(waiting, to: layout.packedRelease(release))
      try Files.write(
        "the release \(release) was removed, and is not in the archive: \(Failure(of: error))\n",
        to: layout.archiveProblem, durable: false)
      return true
    }
    if isGone { try remove(layout.packedRelease(release)) }
    return isGone
  }

  /// Removes what nobody takes for a release any more.
  private func remove(_ directory: String) throws {
    // The original's reason shows in what is left.
    if (try? Files.remove(directory)) != nil { return }
    // What only the app's user can remove takes the unit that a deploy may need: there, whoever packs after it does this.
    guard let lock = try FileLock(ifFree: layout.lock) else { return }
    try lock.hold { try leftovers.remove(directory) }
  }

  private func pack(_ id: ReleaseID) throws {
    let waiting = layout.waitingRelease(id)
    if try !archive.records().contains(where: { $0.release.id == id }) {
      guard let release = try archive.waiting(id) else {
        throw Failure("packing the release \(id)", "its release.json is damaged", next: "Push its commit again.")
      }
      try archive.requireSpace()
      let began = try Files.status(waiting)?.changed
      let top = try Directory(waiting)
      let contents = try Contents(of: top)
      let packages = contents.packages.isEmpty ? nil : try pack(packages: contents.packages, of: top)
      let packed = try write("\(id)", contents.entries, of: top, .faithful)
      try Files.syncFileSystem(of: layout.archive)
      let isKept = try archive.hold {
        // It may have been put back meanwhile, even set aside again, and its files have changed since.
        guard let now = try Files.status(waiting)?.changed, now == began else { return false }
        for file in [packed.file, packages?.file].compactMap(\.self) {
          if Files.exists(partial(file.name)) { try Files.rename(partial(file.name), to: archive.path(of: file)) }
        }
        try StateFile.write(
          ReleaseArchive.Record(
            release: release, archive: packed.file, packages: packages?.file,
            bytes: packed.bytes + (packages?.bytes ?? 0),
            entries: packed.entries, writable: contents.writable), to: archive.record(of: id))
        return true
      }
      guard isKept else { return }
    }
    // Nobody takes half of it for a release.
    try archive.hold {
      if Files.exists(waiting) { try Files.rename(waiting, to: layout.packedRelease(id)) }
    }
    try remove(layout.packedRelease(id))
  }

  /// An archive that is written, and was read back.
  private struct Packed {
    let file: ReleaseArchive.File
    let entries: Int
    let bytes: Int
  }

  /// Packs files of packages, if no other release has the same.
  private func pack(packages: [PathBelow: Archive.Content], of top: borrowing Directory) throws -> Packed {
    let found = try Archive.pack(
      packages, of: top, to: FileDescriptor(path: "/dev/null", .append), .none, digests: true,
      depth: ReleaseArchive.limits.depth,
      watch: { try archive.requireSpace() })
    let name = "packages/\(found.digest)"
    if let known = try archive.records().compactMap(\.packages).first(where: { $0.name == name }),
      Files.exists(archive.path(of: known))
    {
      return Packed(file: known, entries: found.entries, bytes: Int(found.bytes))
    }
    return try write(name, packages, of: top, .normal())
  }

  private func write(
    _ name: String, _ contents: [PathBelow: Archive.Content], of top: borrowing Directory,
    _ attributes: PackedArchive.Attributes
  ) throws -> Packed {
    let partial = partial(name)
    let packed = try Archive.pack(
      contents, of: top, to: FileDescriptor(path: partial, .replace, mode: 0o600), .zstd, attributes, digests: true,
      depth: ReleaseArchive.limits.depth, watch: { try archive.requireSpace() })
    let read = try Archive.check(FileDescriptor(path: partial, .read), limits: ReleaseArchive.limits)
    guard read.digest == packed.digest, read.sha256 == packed.sha256 else {
      throw Failure(
        "packing into \(partial)", "what was read back is not what was packed", next: "Look at the disk ('dmesg').")
    }
    let size = try Files.status(partial)?.size ?? 0
    return Packed(
      file: ReleaseArchive.File(name: name, sha256: packed.sha256, size: size), entries: packed.entries,
      bytes: Int(packed.bytes))
  }

  private func partial(_ name: String) -> String { "\(layout.archive)/\(name).tar.zst.unfinished" }

  /// What is in a release's directory.
  private struct Contents {
    /// All of it, files of packages without their content.
    var entries: [PathBelow: Archive.Content] = [:]
    /// Files of packages, which other releases have too.
    var packages: [PathBelow: Archive.Content] = [:]
    /// Directories that the app may write to, without those in others.
    var writable: [String] = []

    /// An app can make a file terabytes long that takes nothing on the disk.
    private static let mostBytes = 16 << 30

    init(of top: borrowing Directory) throws {
      var bytes = 0
      var open: [(path: PathBelow, isPackages: Bool, isWritable: Bool)] = [(.top, false, false)]
      while let (place, isPackages, isWritable) = open.popLast() {
        let directory = try top.directory(place)
        for entry in try directory.entries() {
          let path = place.appending(entry.name)
          switch entry.kind {
          case .other: continue
          case .link: entries[path] = .at(path)
          case .directory:
            entries[path] = .at(path)
            // As `Sharing` gives them to the app.
            let isShared = try directory.status(entry.name).map { $0.mode & 0o2020 == 0o2020 } ?? false
            if isShared && !isWritable { writable.append(path.description) }
            open.append((path, isPackages || entry.name == "node_modules", isWritable || isShared))
          case .file:
            let size = try directory.status(entry.name)?.size ?? 0
            guard size <= Self.mostBytes - bytes else {
              throw Failure(
                "packing a release", "its files have more than \(Self.mostBytes >> 30) GB",
                next: "See what is written there.")
            }
            bytes += size
            entries[path] = isPackages ? .emptied(path) : .at(path)
            if isPackages { packages[path] = .at(path) }
          }
        }
      }
    }
  }
}
