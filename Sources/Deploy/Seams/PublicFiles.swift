/// What of an app's releases the proxy serves from the disk, without asking the app.
public protocol PublicFiles {
  /// Publishes files of a release, which the proxy serves once the release is live.
  func publish(_ files: PublishedFiles, of release: ReleaseID) throws

  /// Publishes what of a release's `public/` the proxy can serve while the release is live; does nothing if that is done.
  func publish(_ folder: PublicFolder, of release: ReleaseID) throws -> PublishedFolder

  /// Publishes a release that is nothing but files, all of them or none; does nothing if it is published.
  func publish(_ site: StaticSite, of release: ReleaseID) throws -> PublishedSite

  /// Removes what was published of a release that never went live.
  func withdraw(_ release: ReleaseID) throws

  /// Removes what was published of other releases, unless open pages of visitors may still load it.
  func prune(keeping releases: Set<ReleaseID>) throws
}

/// What was published of a release that is nothing but files.
public struct PublishedSite: Equatable, Sendable {
  /// How many files there are.
  public var count = 0
  /// What to tell of those that are not served as they could be.
  public var warnings: [String] = []

  /// Describes a release of which nothing was to be published.
  public init() {}
}

/// The files of a release that Next.js sends as they are, under names that do not change with their content.
public struct PublicFolder: Sendable {
  /// The directory that holds them, from the top of the release's files.
  public let directory: RelativePath
  /// Where visitors find them: a path of the site, the top without basePath.
  public let path: RelativePath
  /// Which of them need not go through Next.js.
  public let rules: NextPublic

  init(directory: RelativePath, path: RelativePath, rules: NextPublic) {
    self.directory = directory
    self.path = path
    self.rules = rules
  }
}

/// What was published of a release's `public/`.
public struct PublishedFolder: Equatable, Sendable {
  /// How many files the proxy serves.
  public var count = 0
  /// How many go through Next.js because something of the app's may be for them.
  public var left = 0
  /// One of those, and why.
  public var reason: String?

  /// Describes a release of which nothing was published.
  public init() {}
}

/// Files of a release whose names change with their content, so that those of several releases can be served together.
public struct PublishedFiles: Equatable, Sendable {
  /// The directory that holds them, from the top of the release's files.
  public let directory: RelativePath
  /// Where visitors find it: a path of the site, without slashes at its ends.
  public let path: RelativePath
  /// Whether the live release's are served without asking the app; else they are only kept for what the app no longer has.
  public let isDirect: Bool

  /// Describes files that a build left.
  public init(directory: RelativePath, path: RelativePath, isDirect: Bool) {
    self.directory = directory
    self.path = path
    self.isDirect = isDirect
  }
}
