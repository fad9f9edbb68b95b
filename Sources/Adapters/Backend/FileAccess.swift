public import Deploy
public import Posix

/// How nextdeploy gets at the files of an app that its builds and instances make, and lets these get at theirs.
public protocol FileAccess: Sendable {
  /// Whether builds and instances run as other users than nextdeploy.
  var isForOtherUsers: Bool { get }

  /// Makes the directories that builds and instances want, and gives them away as far as they are to be.
  func prepare() throws

  /// Makes the files in the workspace those of a commit, as the user whose the workspace is; nil where that is nextdeploy.
  ///
  /// - Parameter limits: what a commit may bring.
  /// - Returns: how many files were written or removed.
  func checkOut(_ commit: Commit, _ limits: PushLimits) throws -> Int?

  /// Lets nextdeploy read what builds left.
  ///
  /// - Returns: whether that could change anything.
  func open() throws -> Bool

  /// Removes what of this only its owner can remove.
  func remove(_ path: String) throws

  /// Lets the app pass a directory, but not write to it.
  func openWay(_ path: PathBelow, in holder: borrowing Directory) throws

  /// Lets the app write to what nextdeploy itself made: a file, or a directory with all it holds.
  func openToApp(_ path: PathBelow, in holder: borrowing Directory) throws
}

/// Everything is one user's: there is nothing to open, and nobody else to ask.
public struct OneUser: FileAccess {
  public init() {}

  public var isForOtherUsers: Bool { false }

  public func prepare() {}
  public func checkOut(_ commit: Commit, _ limits: PushLimits) -> Int? { nil }
  public func open() -> Bool { false }
  public func remove(_ path: String) {}
  public func openWay(_ path: PathBelow, in holder: borrowing Directory) {}
  public func openToApp(_ path: PathBelow, in holder: borrowing Directory) {}
}
