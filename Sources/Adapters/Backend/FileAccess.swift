public import Deploy
public import Posix

/// How nextdeploy works on files that an app's builds and instances own, and gives them access to its own.
public protocol FileAccess: Sendable {
  /// Whether builds and instances run as other users than nextdeploy.
  var isForOtherUsers: Bool { get }

  /// Makes the directories that builds and instances need, and shares each with the users who need it.
  func prepare() throws

  /// Checks a commit out into the workspace as the workspace's owner; nil if that is nextdeploy.
  ///
  /// - Parameter limits: what a commit may bring.
  /// - Returns: how many files were written or removed.
  func checkOut(_ commit: Commit, _ limits: PushLimits) throws -> Int?

  /// Makes a copy that the app's builds can write to, in the place of what is there.
  func copy(_ directory: String, forBuilds target: String) throws

  /// Lets nextdeploy read what builds left.
  ///
  /// - Returns: whether that may have changed anything.
  func open() throws -> Bool

  /// Removes as much of a path as only its owner can remove.
  func remove(_ path: String) throws

  /// Lets the app enter a directory, but not write to it.
  func openWay(_ path: PathBelow, in holder: borrowing Directory) throws

  /// Lets the app write to something that nextdeploy made: a file, or a directory with everything in it.
  func openToApp(_ path: PathBelow, in holder: borrowing Directory) throws

  /// Has the app own what it keeps and may write to; takes root where that is another user.
  func giveKept() throws
}

/// One user owns everything: there is nobody else to ask.
public struct OneUser: FileAccess {
  let workspace: String?

  /// Makes the access for a machine where one user runs everything.
  ///
  /// - Parameter workspace: what builds may close even to their own user.
  public init(workspace: String? = nil) { self.workspace = workspace }

  /// Always false: builds and instances run as the user that nextdeploy runs as.
  public var isForOtherUsers: Bool { false }

  /// Does nothing: the directories already belong to the only user.
  public func prepare() {}
  /// Always nil: nextdeploy owns the workspace, so it does the checkout itself.
  public func checkOut(_ commit: Commit, _ limits: PushLimits) -> Int? { nil }
  /// Builds run as the same user.
  public func copy(_ directory: String, forBuilds target: String) throws {
    try Files.makeDirectory(Files.parent(target))
    try BuildCopy.make(of: directory, at: target)
  }
  /// Opens the workspace to its owner again.
  public func open() throws -> Bool {
    guard let workspace else { return false }
    try Directory(workspace).open(toGroup: false)
    return true
  }
  /// Does nothing: there is no other user who could remove more.
  public func remove(_ path: String) {}
  /// Does nothing: the app runs as the owner of the directory.
  public func openWay(_ path: PathBelow, in holder: borrowing Directory) {}
  /// Does nothing: the app runs as the owner of the files.
  public func openToApp(_ path: PathBelow, in holder: borrowing Directory) {}
  /// Does nothing: the app owns them.
  public func giveKept() {}
}

/// A copy of a directory that belongs to whoever makes it.
enum BuildCopy {
  static func make(of directory: String, at target: String) throws {
    try Files.remove(target)
    guard let name = PathBelow(String(target.dropFirst(Files.parent(target).utf8.count + 1))) else { return }
    // nextdeploy, which is of its group, removes it.
    try Directory(directory).copy(.top, to: name, in: Directory(Files.parent(target)), directoryMode: 0o770)
  }
}
