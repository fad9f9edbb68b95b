public import Deploy
import FoundationEssentials
import Posix

/// Access to an app's files where builds and instances have users of their own: files are shared by groups, and
/// `nextdeploy-files@APP.service`, which runs as their owner, does the rest.
struct FilesUnit: FileAccess {
  let app: AppName
  let layout: Layout
  let environment: [String: String]
  /// Called with a message about what had to be set aside.
  let tell: @Sendable (String) -> Void

  private var systemctl: Systemctl { Systemctl(environment: environment) }

  struct Request: Codable {
    var user: UInt32
    var task: Task
  }

  enum Task: Codable {
    case checkOut(Commit, PushLimits)
    /// Makes directories in `checkout` that belong to the user of builds.
    case make([String])
    /// Copies a directory below the app's for builds to write to, to another path there.
    case copy(String, to: String)
    /// Lets nextdeploy read what a build left.
    case open
    /// Removes as much of a path below the app's directory as the user can.
    case remove(String)
  }

  /// Always true: builds and instances have users of their own.
  var isForOtherUsers: Bool { true }

  /// Makes the directories that the units share with nextdeploy, and gives each to its group.
  func prepare() throws { try Sharing().prepare(layout.app(app)) }

  /// Gives a directory to the group of running apps, which may enter it but not write to it.
  func openWay(_ path: PathBelow, in holder: borrowing Directory) throws {
    try Sharing().openWay(path, in: holder)
  }

  /// Gives a file, or a directory with everything in it, to the group of running apps, which may write to it.
  func openToApp(_ path: PathBelow, in holder: borrowing Directory) throws {
    try Sharing().openToApp(path, in: holder)
  }

  /// Gives what is open to the app, which nextdeploy has made, to its user; the ways there stay nextdeploy's.
  func giveKept() throws {
    // An app that was never started has no user yet.
    guard let shared = PathBelow("apps/\(app)/shared"), Files.exists(layout.app(app).user) else { return }
    let root = try Directory(layout.root)
    guard let owner = try root.status(shared)?.owner, owner != 0 else { return }
    let user = try AppUsers(layout: layout).user(of: app)
    var ways = [shared]
    while let way = ways.popLast() {
      for entry in try root.directory(way).entries() where entry.kind == .directory {
        let path = way.appending(entry.name)
        let isOpen = try root.status(path).map { $0.mode & 0o020 != 0 } ?? false
        if isOpen { try root.give(path, from: owner, to: user) } else { ways.append(path) }
      }
    }
  }

  /// Checks out in the app's files unit, so that the user of builds owns the workspace.
  func checkOut(_ commit: Commit, _ limits: PushLimits) throws -> Int? {
    try makeDirectories()
    return try run(.checkOut(commit, limits), as: builder()).changed
  }

  /// The unit, where it can be started before there is a request, which then finds it ready; nil where it cannot.
  func expected() throws -> String? {
    let app = layout.app(app)
    // The unit sees these as they are when it starts.
    guard Files.exists(app.releases), !Files.exists(app.unbuilt),
      try [app.workspace, app.cache].allSatisfy({ try Files.status($0)?.owner == builder() })
    else { return nil }
    try Sharing().prepare(app)
    return Units.files(self.app)
  }

  /// Has the unit make the copy, as the user of the app's builds.
  func copy(_ directory: String, forBuilds target: String) throws {
    try makeDirectories()
    let top = layout.app(app).directory.utf8.count + 1
    _ = try run(.copy(String(directory.dropFirst(top)), to: String(target.dropFirst(top))), as: builder())
  }

  /// Has the unit open the workspace and the cache to nextdeploy, as the user of the app's builds; returns true.
  func open() throws -> Bool {
    _ = try run(.open, as: builder())
    return true
  }

  /// Removes as the user of the app's builds below the workspace and caches, and as the app's own user elsewhere, as in
  /// releases and persistent paths.
  func remove(_ path: String) throws {
    let app = layout.app(app)
    guard path.hasPrefix(app.directory + "/") else { return }
    let isBuilds = [app.workspace, app.cache].contains { path == $0 || path.hasPrefix($0 + "/") }
    _ = try run(
      .remove(String(path.dropFirst(app.directory.utf8.count + 1))),
      as: isBuilds ? builder() : AppUsers(layout: layout).user(of: self.app))
  }

  private func builder() throws -> UInt32 { try AppUsers(layout: layout).builder(of: app) }

  private func run(_ task: Task, as user: UInt32) throws -> FilesReply {
    let sharing = try Sharing()
    try sharing.prepare(layout.app(app))
    let unit = StepUnit(
      name: Units.files(app), step: .files(in: layout.app(app).build), systemctl: systemctl, group: sharing.build)
    var output: [UInt8] = []
    var reply: FilesReply?
    let result = try unit.run(
      Request(user: user, task: task), until: { reply != nil },
      output: {
        output += $0
        reply = try? JSONDecoder().decode(FilesReply.self, from: Data(output))
      })
    guard let reply else {
      throw Failure(
        "working on the files of \(app)", "\(unit.name) ended without a word (\(result))",
        next: "Look at 'journalctl -u \(unit.name)', then push again.")
    }
    if let failure = reply.failure { throw failure }
    return reply
  }

  // MARK: What belongs to the user of builds

  /// Gives the app a workspace and a home for its builds that their user owns, replacing directories from before each
  /// app had such a user.
  private func makeDirectories() throws {
    let app = layout.app(app)
    let user = try builder()
    let missing = try [app.workspace, app.cache].filter { path in
      guard let status = try Files.status(path) else { return true }
      if status.kind == .directory && status.owner == user { return false }
      for key in [app.installedKey, app.builtKey] { try Files.remove(key) }
      try Leftovers(files: self, tell: tell).remove(path)
      return true
    }
    if missing.isEmpty { return }
    let names = missing.map { String($0.dropFirst(app.directory.utf8.count + 1)) }
    _ = try run(.make(names), as: user)
    // The unit may not write in the app's own directory, but nextdeploy may move what it has made.
    for (name, path) in zip(names, missing) { try Files.rename("\(app.checkout)/\(name)", to: path) }
  }
}

/// What `nextdeploy-files@APP.service` runs.
public struct FilesRun {
  let app: AppName
  let layout: AppLayout
  let step: BuildStep

  /// Makes the run of an app's files unit, which finds its request below the layout's root.
  public init(_ app: AppName, layout: Layout) {
    self.app = app
    self.layout = layout.app(app)
    step = .files(in: self.layout.build)
  }

  /// Becomes the owner of the files, does what is asked, and reports the result.
  ///
  /// - Parameter checkOut: checks a commit of the repository out into a workspace, and notes what it wrote in an index.
  public func run(
    checkOut: (_ commit: Commit, _ limits: PushLimits, _ repository: String, _ workspace: String, _ index: String)
      throws -> Int
  ) throws {
    // It may have been started because of a push that was then not deployed.
    guard let request = try step.request(FilesUnit.Request.self, app) else { return }
    let output = try step.outputOfUnit()
    var reply = FilesReply()
    do {
      try become(request.user)
      switch request.task {
      case .checkOut(let commit, let limits):
        reply.changed = try checkOut(commit, limits, layout.repository, layout.workspace, layout.index)
      case .make(let names):
        for name in names {
          try Files.remove("\(layout.checkout)/\(name)")
          try Files.createDirectory("\(layout.checkout)/\(name)")
          try Files.setMode("\(layout.checkout)/\(name)", 0o770)
        }
      case .copy(let directory, let target):
        try BuildCopy.make(of: "\(layout.directory)/\(directory)", at: "\(layout.directory)/\(target)")
      case .open:
        for directory in [layout.workspace, layout.cache] { try Directory(directory).open(toGroup: true) }
      case .remove(let path): try remove("\(layout.directory)/\(path)", isMount: !path.contains("/"))
      }
    } catch { reply.failure = Failure(of: error) }
    try output.write(JSONEncoder().encode(reply))
  }

  /// What is left belongs to somebody else or cannot be removed; nextdeploy, which asked for this, sees it.
  private func remove(_ path: String, isMount: Bool) throws {
    guard isMount else {
      try? Files.remove(path)
      return
    }
    // The directory stays, for nextdeploy to look into.
    let directory = try Directory(path)
    try? directory.empty()
    try directory.open(toGroup: true)
  }

  private func become(_ user: UInt32) throws {
    if AppUsers.range.contains(user) {
      try AppUsers.become(user, of: AppUsers.range, group: "nextdeploy-app", for: app)
    } else {
      try AppUsers.becomeBuilder(user, for: app)
    }
  }
}
