/// An app's releases: directories that never change once they are made.
public protocol Releases {
  /// The complete releases, oldest first.
  func list() throws -> [ReleaseRecord]

  /// The releases whose record is missing or damaged, so that nothing can start them again.
  func damaged() throws -> [ReleaseID]

  /// Makes a release of what a build left in the workspace: all of it, or nothing.
  ///
  /// - Parameters:
  ///   - place: the directory in which it is made, and left where that fails; nil for one of the releases' own.
  ///   - settle: called once everything is there, before it moves to its own place.
  func make(_ record: ReleaseRecord, from assembly: Assembly, in place: String?, _ settle: () throws -> Void) throws

  /// Removes a release; does nothing if there is none of this id.
  func remove(_ release: ReleaseID) throws

  /// The files of a release, for reading.
  func files(of release: ReleaseID) -> any BuiltFiles

  /// The releases that are kept packed, or wait to be, oldest first.
  func archived() throws -> [ArchivedRelease]

  /// Takes a release out of the list at once, to be packed later, when nobody waits for that.
  ///
  /// - Returns: false, and nothing is done, where the settings or the space on the disk do not allow that.
  func setAside(_ release: ReleaseID, within settings: ArchiveSettings) throws -> Bool

  /// Puts a release back that is packed, as it was; throws, with nothing changed, if its archive is damaged.
  ///
  /// - Parameter isWanted: called now and then; what it throws ends the unpacking.
  /// - Returns: what was unpacked, in words.
  func restore(_ release: ReleaseID, isWanted: () throws -> Void) throws -> String

  /// Takes what Node has compiled of a release, for the next one (``Assembly/compiled``); nobody may have visited it yet.
  func takeCompiled(of release: ReleaseID, at path: String) throws

  /// Removes the oldest of what instances keep from release to release (``Assembly/images``) until it is within limits.
  func boundCaches(_ limits: CacheLimits) throws

  /// Removes what an interrupted `make` or `remove` left behind.
  func removeUnfinished() throws
}

/// How a release is put together from the workspace. All paths start at the top of either. Everything is copied, for
/// later builds will write to the workspace again.
public struct Assembly: Equatable, Sendable {
  /// Something of the workspace that becomes part of the release.
  public enum Part: Equatable, Sendable {
    /// One file or directory of the workspace.
    case copy(from: String, to: String)
    /// All of the workspace except `without`. What has not changed in node_modules is shared with earlier releases.
    case everything(without: Set<String>)
  }

  /// What is copied from the workspace, in this order.
  public var parts: [Part]
  /// Paths that are replaced by links to where their content is kept across releases.
  public var persist: [String]
  /// Directories of the release with images that other releases use too, those that have the same key for it.
  public var images: [String: String] = [:]
  /// Directories within the release that the app writes to at run time.
  public var writable: [String] = []
  /// The program of nextdeploy's own that starts the app; nil if it is one of the app's.
  public var launcher: Launcher?
  /// Where Node keeps what it compiles of the release, which begins with what it compiled of the one before; nil for nowhere.
  public var compiled: String?
  /// Scripts, by name, that the release's instances find on their PATH.
  public var programs: [String: String] = [:]
  /// What those scripts need from Corepack's directory, as paths below it: instances do not wait for the network.
  public var corepack: [String] = []
}

/// A program of nextdeploy's own that runs an app's server. It lies beside the release's files, where none of the app's
/// can replace it, and is given the site's origin as its last argument.
public enum Launcher: String, Codable, Sendable {
  /// Runs Next.js, and tells it the origin of the site.
  case next

  /// The name of the program's file.
  public var file: String { "\(rawValue).cjs" }

  /// The path of that file from a directory of the release's files.
  func file(from directory: RelativePath) -> String {
    String(repeating: "../", count: directory.description.pathParts.count + 1) + file
  }
}
