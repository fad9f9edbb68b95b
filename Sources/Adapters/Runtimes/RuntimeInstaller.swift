public import Deploy
import Posix

/// Brings versions of Node and Bun from a mirror: the official builds, checked, unpacked beside the others and renamed to
/// their place, so that one is there as a whole or not at all.
public struct RuntimeInstaller: RuntimeSource {
  let layout: Layout
  let environment: [String: String]
  let settings: RuntimeSettings
  /// Called with each line about what is done.
  let tell: (String) -> Void

  /// Makes an installer for the runtimes below a layout's root.
  ///
  /// - Parameter tell: called with each line about what is done.
  public init(
    layout: Layout, environment: [String: String], settings: RuntimeSettings, tell: @escaping (String) -> Void
  ) {
    self.layout = layout
    self.environment = environment
    self.settings = settings
    self.tell = tell
  }

  /// How many there may be before a push brings another one: whoever pushes can name any version.
  static let mostByPushes = 12

  /// Whether the settings allow it, and this user may write where they are kept.
  public var isAutomatic: Bool {
    let place = [layout.runtimes, layout.root].first(where: Files.exists)
    return settings.isManual != true && place.map(Files.isWritable) ?? false
  }

  /// Does so for a push, unless there are many already.
  public func bring(_ need: RuntimeNeed, watch: @escaping () throws -> Void) throws -> Tool {
    try install(need, most: Self.mostByPushes, watch: watch).tool
  }

  /// Brings the version that fits best; one that is there already is returned as it is.
  ///
  /// - Parameters:
  ///   - most: how many there may be before it.
  ///   - watch: called several times a second; if it throws, nothing is left of what was brought so far.
  public func install(
    _ need: RuntimeNeed, most: Int = .max, watch: @escaping () throws -> Void = {}
  ) throws -> InstalledRuntime {
    let store = RuntimeStore(layout: layout)
    return try store.alone(waiting: { tell("Another command brings a runtime; this one waits for it.") }, watch: watch)
    {
      try store.clear()
      try Files.makeDirectory("\(layout.unfinishedRuntime)/new/bin")
      do {
        let installed = try bring(need, to: store, most: most, watch)
        try store.clear()
        return installed
      } catch {
        // The original error is the one to report; the next command removes what cannot be removed now.
        try? store.clear()
        throw error
      }
    }
  }

  private func bring(
    _ need: RuntimeNeed, to store: RuntimeStore, most: Int, _ watch: @escaping () throws -> Void
  ) throws -> InstalledRuntime {
    let download = Download(
      mirror: settings.mirror(of: need.runtime), need: need, environment: environment, watch: watch)
    let fetched: FetchedRuntime =
      switch need.runtime {
      case .node: try NodeBuild(place: layout.unfinishedRuntime, download: download).choose(need)
      case .bun: try BunBuild(place: layout.unfinishedRuntime, download: download).choose(need)
      }
    let there = try store.list().filter { $0.runtime == need.runtime }
    if let version = fetched.version, let same = there.first(where: { $0.version == version }) { return same }
    try requireRoom(for: need, there.count, most)
    tell("\(need) is not on this server: \(fetched.name) is brought from \(download.mirror).")
    let checks = try fetched.fetch(keyring: layout.nodeKeyring)
    let version = try check(fetched, need)
    let installed = store.place(of: need.runtime, version)
    if try store.list().contains(installed) { return installed }
    // Whatever this process's umask is, builds and apps of other users are to read it.
    try Files.makeDirectory(Files.parent(installed.directory))
    for directory in [Files.parent(installed.directory), fetched.tree, "\(fetched.tree)/bin"] {
      try Files.setMode(directory, 0o755)
    }
    // Once it has its name it must survive a power loss.
    try Files.syncFileSystem(of: fetched.tree)
    try Files.rename(fetched.tree, to: installed.directory)
    tell("\(need.runtime.title) \(version) is there. \(checks)")
    return installed
  }

  private func requireRoom(for need: RuntimeNeed, _ count: Int, _ most: Int) throws {
    if count >= most {
      throw Failure(
        "bringing \(need)", "\(count) versions of \(need.runtime.title) are there, and a push brings no more",
        next:
          "Remove some ('nextdeploy runtime list', 'nextdeploy runtime remove'), or run '\(need.command)' on the server."
      )
    }
    let free = try Files.space(layout.runtimes).free >> 20
    if free < Self.neededMegabytes {
      throw Failure(
        "bringing \(need)", "only \(free) MB are free below \(layout.runtimes)",
        next: "Free \(Self.neededMegabytes) MB, then try again.")
    }
  }

  private static let neededMegabytes = 700

  /// Runs what was brought, which shows that it is for this machine, and is what it was said to be.
  private func check(_ fetched: FetchedRuntime, _ need: RuntimeNeed) throws -> Version {
    let name = need.runtime.rawValue
    let program = "\(fetched.tree)/bin/\(name)"
    let attempt = "trying \(fetched.name)"
    let next =
      "Look at the mirror it came from: 'nextdeploy config show' says which (runtime.mirror, runtime.bun-mirror)."
    guard try Files.status(program)?.kind == .file else {
      throw Failure(attempt, "it has no bin/\(name): nothing of it is used", next: next)
    }
    let (status, output) = try TimedPrograms(environment: ["PATH": Command.systemPath], seconds: 30)
      .run([program, "--version"])
    let line = String(output.split(whereSeparator: \.isNewline).first ?? "")
    guard status.isSuccess, let version = Version(line), version.description == version.numbers else {
      throw Failure(
        attempt, "'\(name) --version' answered \(line.quoted) with \(status): this machine cannot run it",
        next: "Look whether the machine has what it needs (its C library, its processor), or take another version.")
    }
    guard fetched.version ?? version == version, need.accepts(version, codeName: fetched.codeName) else {
      throw Failure(attempt, "it says that it is \(version): nothing of it is used", next: next)
    }
    return version
  }
}
