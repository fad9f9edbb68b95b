/// The files of a directory in which an app was built.
public protocol BuiltFiles: InstalledFiles {
  /// The absolute path of the directory.
  var directory: String { get }
}

/// The one directory in which an app is built, kept from one build to the next.
public protocol Workspace: BuiltFiles {
  /// Removes a file, or a directory with all that is in it; does nothing if there is none.
  func remove(_ path: String) throws

  /// What node_modules was installed from; nil if that is not certain.
  func installedKey() throws -> String?

  /// Notes what node_modules was installed from; nil before an install begins.
  func setInstalledKey(_ key: String?) throws

  /// What was built here last, of all that was built; nil if that is not certain.
  func builtKey() throws -> String?

  /// Notes what was built here; nil before anything of it is changed.
  func setBuiltKey(_ key: String?) throws

  /// Where the files of commits go that need no build, which stay from one to the next: none of the app's programs gets
  /// there. Nil where this machine has no such place.
  var unbuilt: (any ReleaseFiles)? { get }

  /// Removes it; does nothing if there is none.
  func removeUnbuilt() throws

  /// Removes everything, including node_modules and all that builds cache.
  func empty() throws

  /// What a file or directory takes on the disk, with everything in it; nil if there is none.
  func usage(of path: String) throws -> DiskUsage?
}

/// Files that a release is made of as they are: nobody but the deploy writes there.
public protocol ReleaseFiles {
  /// The files.
  var files: any BuiltFiles { get }
  /// The app's releases, made of these files.
  var releases: any Releases { get }
}

/// What a file or directory takes on the disk.
public struct DiskUsage: Equatable, Sendable {
  /// How many bytes.
  public var bytes: Int
  /// When anything in it was written last, in seconds since 1970.
  public var written: Int

  /// Describes what something takes.
  public init(bytes: Int, written: Int) {
    self.bytes = bytes
    self.written = written
  }
}

/// The programs that an app's builds find besides their own.
public protocol BuildPrograms {
  /// The absolute path of the directory in which they are; no build can write to it.
  var programs: String { get }

  /// Where Corepack keeps what it downloads for this app, from one build to the next.
  var corepack: String { get }

  /// Makes these scripts, by name, the only content of `programs`.
  func setPrograms(_ scripts: [String: String]) throws
}

/// The disk on which an app is built.
public protocol BuildSpace {
  /// The bytes free on it.
  func freeSpace() throws -> Int

  /// How many of those bytes are kept for sites and other apps: a build that uses them is ended.
  func reservedSpace() throws -> Int

  /// How much the workspace and the builds' caches take up, in words; slow to count, so only asked for when something failed.
  func usage() -> String
}
