/// An app's releases: directories that do not change once they are made.
public protocol Releases {
  /// The releases that are whole, the oldest first.
  func list() throws -> [ReleaseRecord]

  /// Those whose record is missing or damaged: nothing can start them again.
  func damaged() throws -> [ReleaseID]

  /// Makes a release of what a build left in the workspace. It is there as a whole or not at all.
  func make(_ record: ReleaseRecord, from assembly: Assembly) throws

  /// Where a release's files are.
  func files(of release: ReleaseID) -> String

  /// The directory of the programs that its instances find beside their own.
  func programs(of release: ReleaseID) -> String

  func remove(_ release: ReleaseID) throws

  /// Removes what an interrupted `make` left.
  func removeUnfinished() throws
}

/// How a release is put together from the workspace. All paths are from the top of the one and the other.
public struct Assembly: Equatable, Sendable {
  public enum Part: Equatable, Sendable {
    /// Moved: the next build makes it anew.
    case move(from: String, to: String)
    /// Copied, for the workspace's will be written to again.
    case copy(from: String, to: String)
    /// All of the workspace but `without`. Packages in node_modules are linked, for nobody writes into them.
    case everything(without: Set<String>)
  }

  public var parts: [Part]
  /// What is replaced by a link to where it is kept across releases.
  public var persist: [String]
  /// Directories that the app writes to at run time, within the release.
  public var writable: [String] = []
  /// What starts the app where that is a program of nextdeploy's own.
  public var launcher: Launcher?
  /// Scripts that its instances find by their names.
  public var programs: [String: String] = [:]
  /// What those need of what Corepack has brought, below its directory: instances do not wait for the network.
  public var corepack: [String] = []
}

/// A program of nextdeploy's own that is an app's server. It stands beside the release's files, where none of the app's
/// can take its place, and is given the site's origin as its last argument.
public enum Launcher: String, Codable, Sendable {
  /// Next.js, told where it runs behind.
  case next

  /// The program's file.
  public var file: String { "\(rawValue).cjs" }

  /// The same as seen from a directory of the release's files.
  func file(from directory: RelativePath) -> String {
    String(repeating: "../", count: directory.description.pathParts.count + 1) + file
  }
}
