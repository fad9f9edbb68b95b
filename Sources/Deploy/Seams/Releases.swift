/// An app's releases: directories that do not change once they are made.
public protocol Releases {
  /// The releases that are whole, the oldest first.
  func list() throws -> [ReleaseRecord]

  /// Those whose record is missing or damaged: nothing can start them again.
  func damaged() throws -> [ReleaseID]

  /// Makes a release of what a build left in the workspace. It is there as a whole or not at all.
  func make(_ record: ReleaseRecord, from assembly: Assembly) throws

  func remove(_ release: ReleaseID) throws

  /// Removes what an interrupted `make` left.
  func removeUnfinished() throws
}

/// How a release is put together from the workspace. All paths are from the top of the one and the other. Everything is
/// copied: what is in the workspace builds will write to again.
public struct Assembly: Equatable, Sendable {
  public enum Part: Equatable, Sendable {
    /// A file or directory of the workspace.
    case copy(from: String, to: String)
    /// All of the workspace but `without`. What has not changed in node_modules is shared with earlier releases.
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
