public import Deploy
public import Posix

/// How nextdeploy gets at the files of an app that its builds and instances make, and lets these get at theirs.
public protocol FileAccess: Sendable {
  /// Whether builds and instances run as other users than nextdeploy.
  var isForOtherUsers: Bool { get }

  /// Makes the directories that builds and instances want, and gives them away as far as they are to be.
  func prepare() throws

  /// Makes the files in the workspace those of a commit, as the user whose the workspace is; nil if that is nextdeploy.
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
  /// Makes the access for a machine where one user runs everything.
  public init() {}

  /// Always false: builds and instances run as the user that nextdeploy runs as.
  public var isForOtherUsers: Bool { false }

  /// Does nothing: the directories already belong to the only user.
  public func prepare() {}
  /// Always nil: nextdeploy owns the workspace, so it does the checkout itself.
  public func checkOut(_ commit: Commit, _ limits: PushLimits) -> Int? { nil }
  /// Changes nothing and returns false: nextdeploy can already read what builds left.
  public func open() -> Bool { false }
  /// Does nothing: there is no other user who could remove more.
  public func remove(_ path: String) {}
  /// Does nothing: the app runs as the owner of the directory.
  public func openWay(_ path: PathBelow, in holder: borrowing Directory) {}
  /// Does nothing: the app runs as the owner of the files.
  public func openToApp(_ path: PathBelow, in holder: borrowing Directory) {}
}
