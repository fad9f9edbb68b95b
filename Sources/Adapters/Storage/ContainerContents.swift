import Archives
public import Deploy
import Posix
import Templates

/// A release as what an image is made of: its own directory on the disk, parted by who may write.
public struct ContainerContents {
  /// What the app only reads, by its path in the image's directory of the release.
  private(set) var release = PackedContents()
  /// What the app writes to.
  private(set) var writable = PackedContents()
  /// Paths of the release's files that are kept across releases.
  public private(set) var volumes: [RelativePath] = []
  let directory: String
  private static let app: PathBelow = "app"

  /// Looks at a release; nothing of it is copied.
  public init(_ release: ReleaseLayout, shared: String) throws {
    directory = release.directory
    let source = try Directory(directory)
    for part in ["app", "bin", "corepack"] { try self.release.add(.copy(from: part, to: part), of: source) }
    try takeLinks(of: source, shared: shared)
  }

  /// Looks at a site of files as it is published (``PublicDirectory``): with what was compressed, and without what no visitor
  /// gets.
  public init(of app: AppName, published release: ReleaseID, in directory: String) throws {
    self.directory = directory
    let place = "\(PublicDirectory.releases)/\(release)"
    guard Files.exists("\(directory)/\(place)") else {
      throw Failure(
        .notFound, "exporting \(app)", "what Caddy would serve of the release \(release) is not there",
        next: "'nextdeploy rollback \(release) --app \(app)' makes it anew, and the release live.")
    }
    try self.release.add(.copy(from: place, to: "\(Self.app)/\(place)"), of: Directory(directory))
  }

  /// Takes out the links to what is kept elsewhere: a container has no such place.
  private mutating func takeLinks(of source: borrowing Directory, shared: String) throws {
    for path in release.entries.keys.sorted() where path.parts.first == Self.app {
      guard let target = try source.linkTarget(path).map({ String(decoding: $0, as: UTF8.self) }) else { continue }
      let inApp = path.parts.dropFirst().map(\.description).joined(separator: "/")
      let relative = String(repeating: "../", count: path.parts.count + 1) + "shared/"
      guard let start = [relative, "\(shared)/"].first(where: target.hasPrefix) else { continue }
      release.remove(path)
      // Images that were made smaller are kept there too; they can be made again.
      if target.dropFirst(start.count) == inApp, let volume = RelativePath(inApp) { volumes.append(volume) }
    }
  }

  /// Adds what the release is given for a container, and parts what the app writes to from the rest.
  ///
  /// - Parameter launcher: what starts it; nil if it starts by itself.
  public mutating func complete(_ app: ContainerApp, launcher: Launcher?, migration: String?) throws {
    let source = try Directory(directory)
    add("health.cjs", Templates.health)
    // The release's own may be one that listens on 127.0.0.1 only.
    if let launcher { add(launcher.file, Templates.next) }
    if let migration { add("migrate.sh", migration) }
    for place in app.writable {
      let path = "app/\(place)"
      guard let below = PathBelow(path) else { continue }
      release.remove(below)
      try writable.add(.copy(from: path, to: path), of: source)
      // Made by this machine's Node, and links as above.
      for name in ["compiled", "images"] { PathBelow("\(path)/\(name)").map { writable.remove($0) } }
    }
    for volume in app.volumes {
      guard let path = PathBelow("app/\(volume)") else { continue }
      writable.remove(path)
      try writable.makeWay(to: path)
      writable.add(directory: path)
    }
  }

  /// Adds what Caddy is told to serve the site as it does here.
  ///
  /// - Parameter caddy: its version here.
  public mutating func complete(_ app: ContainerApp, _ site: Site, caddy: Version?) throws {
    let live = LiveNames.Name(number: 1, destination: site.destination, site: site.files?.key, mark: "\(site.release)")
    let block = SiteBlock(site: site, plainPort: nil, caddy: caddy, live: live, names: nil, files: nil)
    add(
      ContainerApp.siteConfiguration,
      try block.alone(
        in: "\(ContainerApp.place)/\(Self.app)",
        ["shutdown_delay \(ContainerApp.pause)s", "grace_period \(app.drain)s"]))
  }

  private mutating func add(_ name: String, _ text: String) {
    if let path = PathBelow(name) { release.add(Array(text.utf8), at: path) }
  }

  /// Files of the release that Node may load as libraries, by their paths in its directory.
  var libraries: [PathBelow] {
    release.entries.keys.filter { path in
      let name = path.name.description
      return name.hasSuffix(".node") || name.hasSuffix(".so") || name.contains(".so.")
    }
  }

  /// How many bytes its files have, holes included; `Int.max` for more than that.
  func bytes() throws -> Int {
    let source = try Directory(directory)
    var sum = 0
    for content in [release, writable].flatMap(\.entries.values) {
      guard case .at(let path) = content, let status = try source.status(path), status.kind == .file else { continue }
      let (more, isTooLarge) = sum.addingReportingOverflow(status.size)
      sum = isTooLarge ? .max : more
    }
    return sum
  }

  // MARK: Writing

  /// A folder with both, and with what was written for an engine.
  public func folder(_ files: [EngineFile]) throws -> ExportedFolder {
    var entries: [PathBelow: Archive.Content] = [:]
    for (name, contents) in [("release", release), ("writable", writable)] {
      guard let top = PathBelow(name) else { continue }
      entries[top] = .at(.top)
      for (path, content) in contents.entries { entries[top.appending(path)] = content }
    }
    return try ExportedFolder(directory: directory, entries: entries).adding(files)
  }
}
