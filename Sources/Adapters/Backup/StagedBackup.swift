import Archives
public import Deploy
import FoundationEssentials
public import Posix

/// A backup that is unpacked beside the apps: nothing of it is in their place before ``commit(to:choose:)``.
public struct StagedBackup {
  /// What it says of itself.
  public private(set) var manifest: BackupManifest
  private let layout: Layout
  private var staged: Layout { Layout(root: layout.unfinishedImport) }

  /// Removes what an import left that was killed. Nobody else may import meanwhile.
  public static func clear(_ layout: Layout) throws { try Files.remove(layout.unfinishedImport) }

  /// Unpacks a backup; what is there afterwards is the caller's to remove, whether this throws or not.
  public init(unpacking plain: consuming FileDescriptor, for layout: Layout) throws {
    self.layout = layout
    let place = layout.unfinishedImport
    try Files.createDirectory(place, mode: 0o700)
    var limits = ArchiveLimits()
    // It comes from somebody who has its key, and is as large as a server.
    (limits.bytes, limits.entries, limits.ratio, limits.seconds) = (1 << 50, 1 << 40, .max, 7 * 24 * 3600)
    limits.depth = TreePacker.depth
    let top = try Directory(place)
    do { _ = try Archive.extract(from: plain, into: top, limits: limits, isFaithful: true) } catch let error
      as ArchiveError
    {
      throw SealedInput.damaged(error.cause)
    }
    guard let bytes = try top.read(BackupWriter.manifest, atMost: 16 << 20) else {
      throw SealedInput.damaged("it has no manifest")
    }
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
      do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
        throw SealedInput.damaged("its manifest cannot be read")
      }
    }
    // Another format's need not have anything else of this one's.
    let format = try decoded(BackupManifest.Format.self).version
    guard format == BackupManifest.version else { throw SealedInput.ofAnotherVersion("\(format)") }
    manifest = try decoded(BackupManifest.self)
    try check(top)
  }

  /// Throws unless there is what the manifest tells of, and nothing else: files that are files, directories that are such.
  private func check(_ top: borrowing Directory) throws {
    func require(_ place: PathBelow, _ kind: Files.Kind, isOptional: Bool = false) throws {
      let found = try top.status(place)?.kind
      if found == kind || isOptional && found == nil { return }
      throw SealedInput.damaged("\(place) is missing in it, or is something else")
    }
    func list(_ place: PathBelow) throws -> Set<PathBelow> { Set(try top.directory(place).entries().map(\.name)) }
    try require("config.json", .file, isOptional: true)
    var known: Set<PathBelow> = []
    for app in manifest.apps {
      guard let name = PathBelow(app.name.description) else { continue }
      known.insert(name)
      let place = BackupWriter.apps.appending(name)
      try require(place, .directory)
      for file in BackupWriter.files { try require(place.appending(file), .file, isOptional: file != "config.json") }
      try require(place.appending(BackupWriter.bundle), .file, isOptional: !app.hasCommits)
      let directories: [PathBelow] = ["shared", "releases", "deploys"]
      for directory in directories { try require(place.appending(directory), .directory, isOptional: true) }
      let other = try list(place).subtracting(BackupWriter.files + directories + [BackupWriter.bundle])
      guard other.isEmpty else {
        throw SealedInput.damaged("\(place) holds \(other.map(\.description).sorted()[0].quoted)")
      }
      let releases = try top.status(place.appending("releases")) == nil ? [] : list(place.appending("releases"))
      guard releases == Set([app.live.flatMap { PathBelow($0.description) }].compactMap(\.self)) else {
        throw SealedInput.damaged("the release of \(app.name) that was live is missing in it, or is not the only one")
      }
      for release in releases {
        try require(place.appending("releases").appending(release), .directory)
        try require(place.appending("releases").appending(release).appending("app"), .directory)
        try require(place.appending("releases").appending(release).appending("release.json"), .file)
      }
    }
    let apps = try top.status(BackupWriter.apps) == nil ? [] : list(BackupWriter.apps)
    guard apps == known else { throw SealedInput.damaged("it holds other apps than it says") }
  }

  /// Leaves out all but some of its apps, and the keys.
  public mutating func take(only apps: [AppName]) throws {
    let there = manifest.apps.map(\.name)
    if let missing = apps.first(where: { !there.contains($0) }) {
      throw Failure(
        .notFound, "importing \(missing)", "the backup has no app of that name",
        next: NearestName.hint(missing.description, among: there.map(\.description)))
    }
    manifest.apps.removeAll { !apps.contains($0.name) }
    manifest.keys = []
  }

  // MARK: Completing

  /// Completes each app with what a backup does not have, still beside the others.
  ///
  /// - Parameters:
  ///   - files: gives apps access to what they keep.
  ///   - makeRepository: makes a repository at a path, with the commits of a bundle if there is one.
  public func complete(
    files: (AppName) -> any FileAccess, makeRepository: (AppName, String, AppConfig, _ bundle: String?) throws -> Void
  ) throws {
    for app in manifest.apps {
      let place = staged.app(app.name)
      guard let config = try StateFile.read(AppConfig.self, place.config) else {
        throw SealedInput.damaged("it lacks settings")
      }
      _ = try AppDirectory(app: app.name, layout: place).environment()
      for directory in [place.workspace, place.releases, place.shared, place.deploys, place.logs] {
        try Files.makeDirectory(directory)
      }
      let bundle = "\(place.directory)/\(BackupWriter.bundle)"
      try makeRepository(app.name, place.repository, config, app.hasCommits ? bundle : nil)
      try Files.remove(bundle)
      for record in try AppDirectory(app: app.name, layout: place).records() where record.outcome != .live {
        try Files.remove(place.record(record.id))
      }
      if let live = app.live {
        let release = try Directory(place.release(live).directory)
        try relink(app, in: release, files(app.name))
        if files(app.name).isForOtherUsers { try open(release, files(app.name)) }
      }
      try share(app, Directory(place.shared), files(app.name))
    }
  }

  /// Has links to what is kept lead there on this server.
  private func relink(
    _ app: BackupManifest.App, in release: borrowing Directory, _ files: any FileAccess
  ) throws {
    for link in app.links {
      guard let path = PathBelow(link.path), !path.isTop, PathBelow(link.kept) != nil,
        let holder = try release.status(path.parent), let status = try release.status(path), status.kind == .link,
        try release.removeFile(path)
      else {
        throw SealedInput.damaged("the link \(link.path.quoted) is missing in the release of \(app.name)")
      }
      let start =
        files.isForOtherUsers
        ? String(repeating: "../", count: path.parts.count + 1) + "shared" : layout.app(app.name).shared
      try release.link(path, to: Array("\(start)/\(link.kept)".utf8))
      try release.setModified(path, toNanosecond: status.modified)
      try release.setModified(path.parent, toNanosecond: holder.modified)
    }
  }

  /// Lets the app write where it could write in its release, which its permissions tell: nothing else of a release is its
  /// group's to write.
  private func open(_ release: borrowing Directory, _ files: any FileAccess) throws {
    var directories = [PathBelow.top]
    while let place = directories.popLast() {
      for entry in try release.directory(place).entries() where entry.kind == .directory {
        let path = place.appending(entry.name)
        let isOpen = try release.status(path).map { $0.mode & 0o020 != 0 } ?? false
        if isOpen { try files.openToApp(path, in: release) } else { directories.append(path) }
      }
    }
  }

  /// Lets the app write to what it kept.
  private func share(_ app: BackupManifest.App, _ shared: borrowing Directory, _ files: any FileAccess) throws {
    var ways: Set<PathBelow> = []
    var kept = Set(app.links.compactMap { PathBelow($0.kept) })
    for path in kept {
      var way = path.parent
      while !way.isTop {
        ways.insert(way)
        way = way.parent
      }
    }
    // What an earlier release kept, the next one may keep again.
    kept.formUnion(try shared.entries().map(\.name).filter { !ways.contains($0) })
    kept.subtract(ways)
    for way in ways where try shared.status(way)?.kind == .directory { try files.openWay(way, in: shared) }
    for path in kept { try files.openToApp(path, in: shared) }
  }

  // MARK: Committing

  /// Throws if an app is there already, or one of its domains is another app's.
  public func requireFree(_ apps: Apps) throws {
    for app in manifest.apps {
      guard !apps.exists(app.name) else {
        throw Failure(
          "importing \(app.name)", "there is an app of that name on this server",
          next:
            "\(SealedInput.nothing) Import on a server without it, or remove it first: 'nextdeploy app remove \(app.name)'."
        )
      }
      guard let config = try StateFile.read(AppConfig.self, staged.app(app.name).config) else { continue }
      try apps.requireFree(config.domains, for: app.name)
    }
  }

  /// Moves all apps to their place, or none. Ports of visitors that this server has given away are replaced.
  public func commit(to apps: Apps, _ tell: (String) -> Void) throws {
    try Files.syncFileSystem(of: staged.root)
    if !Files.exists(layout.config), let config = try StateFile.read(ServerConfig.self, staged.config) {
      try apps.write(config)
    }
    try apps.whileNobodyElseChanges {
      try requireFree(apps)
      var done: [AppName] = []
      do {
        for app in manifest.apps.map(\.name) {
          let place = staged.app(app)
          guard var config = try StateFile.read(AppConfig.self, place.config) else { continue }
          let taken = config.port
          if (try? apps.requireFree(taken, for: app)) == nil || !Socket.isFree(taken.number) {
            config.port = try apps.freePublicPort()
            try StateFile.write(config, to: place.config)
            tell("\(app) gets the port \(config.port): \(taken) is taken")
          }
          try Files.makeDirectory(layout.apps)
          try Files.rename(place.directory, to: layout.app(app).directory)
          done.append(app)
        }
      } catch {
        for app in done { try Files.rename(layout.app(app).directory, to: staged.app(app).directory) }
        throw error
      }
    }
  }
}
