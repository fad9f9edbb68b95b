/// A package as it is installed, or Node.
public struct InstalledPackage: Equatable, Codable, Sendable {
  /// The name by which Node itself goes in the list of holes.
  public static let node = "node"

  /// The package's name, as in "next".
  public let name: String
  /// The version that is installed.
  public let version: String
  /// Whether the app's own package.json asks for it.
  public let isOwn: Bool

  /// Name and version, as in "next 16.4.5".
  public var told: String { "\(name == Self.node ? "Node" : name) \(version)" }

  /// Describes a package that was found.
  public init(name: String, version: Version, isOwn: Bool) {
    self.name = name
    self.version = version.description
    self.isOwn = isOwn
  }
}

/// What of an app can have known holes: some of the packages that a release was made of.
public struct Inventory: Equatable, Codable, Sendable {
  /// The packages that the list of holes knows, in each version that is installed.
  public var packages: [InstalledPackage] = []
  /// The version of sharp that Next.js makes images with; nil for none.
  public var imageLibrary: String?
  /// Whether the app has an App Router; nil where that is not known.
  public var hasAppRouter: Bool?
  /// What installs the app.
  public var manager: PackageManager?
  /// The app's directory, from the top of the repository.
  public var root = RelativePath.top

  /// An inventory of nothing.
  public init() {}
}

/// Files below a directory that others shape.
public protocol InstalledFiles {
  /// A file's text; nil if there is no such file. The path starts at the top.
  func text(_ path: String) throws -> String?

  /// Whether there is a file or directory at a path.
  func exists(_ path: String) -> Bool

  /// Where a path leads, with links followed; nil if nothing is there.
  func followed(_ path: String) throws -> String?

  /// The names in a directory; none if it does not exist.
  func list(_ path: String) throws -> [String]
}

extension Inventory {
  /// Looks at what is installed, not at what package.json would accept.
  ///
  /// - Parameters:
  ///   - names: the packages to look for.
  ///   - root: the app's directory; packages are looked for in it and above, as Node does.
  ///   - own: what the app's own package.json asks for.
  ///   - without: places of packages that no release has.
  public init(
    _ names: [String], in files: some InstalledFiles, root: RelativePath, own: Set<String>, without: Set<String> = []
  ) throws {
    self.root = root
    let look = try PackageLook(files, root: root, without: without)
    for name in names {
      var seen: Set<String> = []
      for place in try look.places(of: name) {
        guard let version = try look.version(at: place), seen.insert(version.description).inserted else { continue }
        packages.append(InstalledPackage(name: name, version: version, isOwn: own.contains(name)))
      }
    }
    imageLibrary = try look.placeForNext(of: "sharp").flatMap { try look.version(at: $0) }?.description
    func isThere(_ router: String) -> Bool {
      files.exists(root.file(router)) || files.exists(root.file("src/\(router)"))
    }
    hasAppRouter = isThere("app") ? true : isThere("pages") ? false : nil
  }

  /// Whether Next.js is a part of it.
  var hasNext: Bool { packages.contains { $0.name == "next" } }

  /// Adds what apps are made of that it may start; nobody knows which.
  mutating func add(_ apps: [Inventory]) {
    guard let first = apps.first else { return }
    for package in apps.flatMap(\.packages)
    where !packages.contains(where: { $0.name == package.name && $0.version == package.version }) {
      packages.append(package)
    }
    imageLibrary = apps.compactMap { $0.imageLibrary.flatMap { Version($0) } }.min()?.description
    let routers = apps.map(\.hasAppRouter)
    hasAppRouter = routers.contains(true) ? true : routers.contains(nil) ? nil : false
    root = first.root
  }
}
