import Deploy
import Posix

/// The users that apps and their builds run as: each app has two numbers that nothing else on the machine uses.
///
/// They lie outside Debian's ranges for users, dynamic users and containers, and have no name.
struct AppUsers {
  static let range: Range<UInt32> = 66000..<67000
  /// The users of builds: the app's own number plus 1000.
  static let builds: Range<UInt32> = 67000..<68000

  let layout: Layout

  /// The app's number, allocated at its first start and kept with the app.
  func user(of app: AppName) throws -> UInt32 {
    if let user = try recorded(app) { return user }
    return try FileLock(waitingFor: layout.portsLock).hold {
      let taken = Set(try Files.list(layout.apps).compactMap { try? AppName($0) }.compactMap { try recorded($0) })
      guard let free = Self.range.first(where: { !taken.contains($0) }) else {
        throw Failure(
          "looking for a user for \(app)", "all of \(Self.range) are taken", next: "Remove an app that is not needed.")
      }
      try Files.write("\(free)\n", to: layout.app(app).user)
      return free
    }
  }

  /// The app that a number belongs to.
  func app(of user: UInt32) -> AppName? {
    let apps = ((try? Files.list(layout.apps)) ?? []).compactMap { try? AppName($0) }
    return apps.first { (try? recorded($0)) == user }
  }

  /// The number of the user that runs the app's builds and owns its workspace.
  func builder(of app: AppName) throws -> UInt32 {
    try user(of: app) - Self.range.lowerBound + Self.builds.lowerBound
  }

  private func recorded(_ app: AppName) throws -> UInt32? {
    guard let text = try Files.text(layout.app(app).user) else { return nil }
    guard let user = UInt32(text.split(separator: "\n").first ?? ""), Self.range.contains(user) else {
      throw Failure(
        "reading \(layout.app(app).user)", "\(text.quoted) is no number of \(Self.range)",
        next: "Put it back from a backup, or remove the app and create it again.")
    }
    return user
  }
}

extension AppUsers {
  /// Makes this process the user of an app's builds, for good.
  ///
  /// nextdeploy chooses the number, and must not be able to run a program as anybody else.
  static func becomeBuilder(_ user: UInt32, for app: AppName) throws {
    try become(user, of: builds, group: "nextdeploy-build", for: app)
  }

  static func become(_ user: UInt32, of range: Range<UInt32>, group name: String, for app: AppName) throws {
    guard range.contains(user) else {
      throw Failure("working for \(app)", "\(user) is not one of the users \(range)", next: "Push again.")
    }
    guard let group = Accounts.group(named: name) else {
      throw Failure("working for \(app)", "there is no group \(name)", next: "Run 'sudo nextdeploy setup'.")
    }
    try Privileges.become(user: user, group: group)
  }
}
