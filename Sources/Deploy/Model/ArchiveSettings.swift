/// How many of an app's old releases are kept packed, and how much of the disk they may take.
public struct ArchiveSettings: Equatable, Codable, Sendable {
  /// The most releases; nil is ``mostReleases``'s default, 0 keeps none.
  public var keep: Int?
  /// The most bytes; nil is ``mostBytes``'s default.
  public var size: Size?

  /// Makes settings that are the defaults.
  public init() {}

  /// The number of releases that is in force.
  public var mostReleases: Int { keep ?? 20 }
  /// The size that is in force: a release of Next.js takes 10 to 20 MB of it, the packages of a whole app 50 to 100 MB once.
  public var mostBytes: Size { size ?? Size(megabytes: 1024) }
}

/// A release that is no longer there to be started, but can be unpacked again.
public struct ArchivedRelease: Equatable, Sendable {
  /// What it is, as when it was made.
  public let release: ReleaseRecord
  /// How many bytes its archive has, without packages; nil while it waits to be packed.
  public let size: Int?
  /// How many bytes the packages have that it needs, which others may need too.
  public let packages: Int

  /// Describes an archived release.
  public init(_ release: ReleaseRecord, size: Int?, packages: Int) {
    self.release = release
    self.size = size
    self.packages = packages
  }
}
