import Deploy
import Posix

/// Which of an app's files other users of the machine may write: the app its persistent paths, and the user of its
/// builds what that user owns.
///
/// This is done with groups that nextdeploy is a member of.
public struct Sharing: Sendable {
  /// The group of builds.
  let build: UInt32
  /// The group of running apps.
  let app: UInt32

  /// Looks up the groups of builds and of running apps; throws if setup has not made them.
  public init() throws {
    guard let build = Accounts.group(named: "nextdeploy-build"), let app = Accounts.group(named: "nextdeploy-app")
    else {
      throw Failure(
        "looking for the groups nextdeploy-build and nextdeploy-app", "they are not there",
        next: "Run 'sudo nextdeploy setup'.")
    }
    self.build = build
    self.app = app
  }

  /// Makes the directories that the units need, and gives each to its group.
  public func prepare(_ layout: AppLayout) throws {
    // No unit that runs an app's code can get there.
    try open(layout.checkout, group: build, mode: 0o770)
    // It holds a build's request, which the build must not be able to replace.
    try open(layout.build, group: build, mode: 0o750)
    // It holds the persistent paths; the app cannot create anything beside them.
    try open(layout.shared, group: app, mode: 0o2750)
  }

  private func open(_ directory: String, group: UInt32, mode: UInt32) throws {
    if !Files.exists(directory) { try Files.createDirectory(directory) }
    guard let status = try Files.status(directory), status.kind == .directory, status.owner == CurrentProcess.user
    else {
      throw Failure(
        "using \(directory)", "it is no directory of nextdeploy's own", next: "Move it away, then push again.")
    }
    if status.group != group { try Files.setGroup(directory, group) }
    // Changing the group clears setgid.
    if status.group != group || status.mode != mode { try Files.setMode(directory, mode) }
  }

  /// Lets the app enter a directory, but not write to it.
  func openWay(_ path: PathBelow, in holder: borrowing Directory) throws {
    try holder.setGroup(path, app)
    try holder.setMode(path, 0o2750)
  }

  /// Lets the app write to something that nextdeploy made: a file, or a directory with everything in it.
  func openToApp(_ path: PathBelow, in holder: borrowing Directory) throws {
    guard let status = try holder.status(path) else { return }
    if status.kind == .file { try open(path, status, in: holder) }
    guard status.kind == .directory else { return }
    var directories = [path]
    var done = 0
    while done < directories.count {
      let place = directories[done]
      done += 1
      // What is brought back from a backup or the archive is closed as the app had it.
      let directory = try holder.ownDirectory(place)
      for entry in try directory.entries() {
        if entry.kind == .directory { directories.append(place.appending(entry.name)) }
        if entry.kind == .file, let status = try directory.status(entry.name) {
          try open(entry.name, status, in: directory)
        }
      }
    }
    // Each directory comes after everything in it, so that the app cannot change what is yet to be given to it.
    for directory in directories.reversed() {
      try holder.setGroup(directory, app)
      try holder.setMode(directory, 0o2770)
    }
  }

  private func open(_ file: PathBelow, _ status: Files.Status, in directory: borrowing Directory) throws {
    try directory.setGroup(file, app)
    try directory.setMode(file, status.mode & 0o111 == 0 ? 0o660 : 0o770)
  }
}
