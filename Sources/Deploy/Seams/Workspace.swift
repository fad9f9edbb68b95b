/// The one directory in which an app is built, kept from build to build.
public protocol Workspace {
  var directory: String { get }

  /// A file's text; nil where there is none. The path is from the top of the workspace.
  func text(_ path: String) throws -> String?

  func exists(_ path: String) -> Bool

  func remove(_ path: String) throws

  /// What node_modules was installed from; nil where that is not known for certain.
  func installedKey() throws -> String?

  func setInstalledKey(_ key: String?) throws

  /// Removes everything, node_modules and all that builds cache included.
  func empty() throws

  /// The names in a directory; none where it does not exist.
  func list(_ path: String) throws -> [String]

  /// The directory of the programs that builds find beside their own; no build can write to it.
  var programs: String { get }

  /// Where Corepack keeps what it brings for this app, from build to build.
  var corepack: String { get }

  /// Puts these scripts there by their names, and nothing else.
  func setPrograms(_ scripts: [String: String]) throws

  /// Bytes free on its disk.
  func freeSpace() throws -> Int

  /// Bytes of those that are kept for sites and other apps: a build that takes of them is ended.
  func reservedSpace() throws -> Int

  /// What it and the caches of builds take, in words; counted for a while, so only where something failed.
  func usage() -> String
}
