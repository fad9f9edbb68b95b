import Archives
public import Deploy
public import Posix

/// An image as a folder (OCI Image Layout 1.0): its layers hold the release and what runs it, and nothing is fetched.
public struct ImageLayout {
  private let app: ContainerApp
  private let contents: ContainerContents
  private let system: SystemParts
  private let release: String

  /// Looks for all that the image will have.
  ///
  /// - Parameter process: how the release is started; nil for a site of files.
  public init(_ app: ContainerApp, _ process: AppProcess?, _ contents: ContainerContents) throws {
    if let manager = process?.start.words.first(where: { ["npm", "npx", "pnpm", "yarn", "corepack"].contains($0) }) {
      throw Failure(
        "making an image of \(app.name)",
        "its start command calls \(manager), and the image has only \(app.runtime.kind.title)",
        next:
          "Name what that starts in \"start\" in \(ProjectFile.name), or export it as another kind, whose base image has it."
      )
    }
    self.app = app
    self.contents = contents
    release = contents.directory
    system = try SystemParts(app.runtime, packages: contents.libraries, in: Directory(contents.directory))
  }

  /// Makes the folder, where nothing may be yet.
  ///
  /// - Parameter files: what else belongs into it.
  public func make(at path: String, _ files: [EngineFile]) throws {
    try ExportedFolder.make(at: path) { try fill($0, files) }
  }

  /// Writes the folder as a tar that zstd has compressed.
  ///
  /// - Parameter layout: the app's, where the folder is until then: only who has a whole layer knows its name.
  public func pack(to output: consuming FileDescriptor, _ files: [EngineFile], in layout: AppLayout) throws {
    let lock = try FileLock(waitingFor: layout.exportLock)
    let place = layout.unfinishedExport
    // One that was killed may have left its own.
    try Files.remove(place)
    try ReleaseArchive(layout: layout).requireSpace(for: contents.bytes())
    do {
      try Files.makeDirectory(place)
      try fill(place, files)
      var all = PackedContents()
      try all.add(.everything(without: []), of: Directory(place))
      try ExportedFolder(directory: place, entries: all.entries).pack(to: output, time: app.time)
    } catch {
      // The first error is the one to tell.
      try? Files.remove(place)
      throw error
    }
    try Files.remove(place)
    _ = consume lock
  }

  private func fill(_ path: String, _ files: [EngineFile]) throws {
    let target = try Directory(path)
    _ = try target.made("blobs/sha256")
    let blobs = "\(path)/blobs/sha256"
    // What the app writes to is below the rest: its directories' own holders are the rest's.
    let layers = [
      // The same for all releases that this one runs: registries and machines have it once.
      ("\(app.runtime.kind.title) and its libraries", try layer(system.entries, of: "/", time: 0, in: blobs)),
      ("what the app writes to", try layer(writable, of: release, owner: ContainerApp.user, time: app.time, in: blobs)),
      ("the release", try layer(Self.placed(contents.release.entries), of: release, time: app.time, in: blobs)),
    ]
    let config = try blob(app.imageConfig(layers), in: blobs)
    let manifest = try blob(app.imageManifest(config: config, layers: layers.map(\.1)), in: blobs)
    for file in files + app.imageIndex(manifest: manifest) {
      try Files.write(file.text, to: "\(path)/\(file.path)", mode: 0o644, durable: false)
    }
  }

  private var writable: [PathBelow: Archive.Content] {
    var entries = Self.placed(contents.writable.entries)
    entries["tmp"] = .at(.top)
    return entries
  }

  /// The same in the image's directory of the release.
  private static func placed(_ entries: [PathBelow: Archive.Content]) -> [PathBelow: Archive.Content] {
    guard let place = PathBelow(String(ContainerApp.place.dropFirst())) else { return [:] }
    var placed: [PathBelow: Archive.Content] = [place: .at(.top)]
    for (path, content) in entries { placed[place.appending(path)] = content }
    return placed
  }

  private func layer(
    _ entries: [PathBelow: Archive.Content], of source: String, owner: Int = 0, time: Int64, in blobs: String
  ) throws -> Blob {
    let made = "\(blobs)/unfinished"
    do {
      let packed = try Archive.pack(
        entries, of: Directory(source), to: FileDescriptor(path: made, .replace), .none, .normal(time: time),
        owner: owner)
      try Files.rename(made, to: "\(blobs)/\(packed.sha256)")
      return Blob(sha256: packed.sha256, size: try Files.status("\(blobs)/\(packed.sha256)")?.size ?? 0)
    } catch let error as ArchiveError {
      throw Failure("making an image of \(app.name)", error.cause, next: error.next)
    }
  }

  private func blob(_ text: String, in blobs: String) throws -> Blob {
    let blob = Blob(sha256: Archive.sha256(Array(text.utf8)), size: text.utf8.count)
    try Files.write(text, to: "\(blobs)/\(blob.sha256)", mode: 0o644, durable: false)
    return blob
  }
}
