public import Deploy
import Posix

/// A version of Node or Bun that nextdeploy brought.
public struct InstalledRuntime: Equatable, Sendable, CustomStringConvertible {
  /// Which runtime it is.
  public let runtime: Runtime
  /// Its version.
  public let version: Version
  /// The directory that holds it.
  public let directory: String

  /// As it is named in commands, "node@24.11.1".
  public var description: String { "\(runtime.rawValue)@\(version)" }

  /// Its program.
  public var tool: Tool {
    Tool(name: runtime.rawValue, path: "\(programs)/\(runtime.rawValue)", version: version.description)
  }

  var programs: String { "\(directory)/bin" }

  /// How many bytes it takes on the disk.
  public var size: Int { Files.usage(directory, within: .seconds(2)).bytes }
}

/// What an app has of a runtime that nextdeploy brought.
public struct RuntimeUse: Equatable, Sendable, CustomStringConvertible {
  /// The app.
  public let app: AppName
  /// Its releases that run with it.
  public let releases: [ReleaseID]

  /// The app with its releases, for people.
  public var description: String {
    let names = releases.map(\.description).joined(separator: ", ")
    return releases.isEmpty ? "\(app), an instance of which runs with it" : "\(app) (\(names))"
  }
}

/// The versions of Node and Bun that nextdeploy brought, `runtimes/NAME/VERSION/`: whole, unchanged, and the same for all
/// apps.
public struct RuntimeStore: Sendable {
  let layout: Layout

  /// Makes the view of the runtimes below a layout's root.
  public init(layout: Layout) { self.layout = layout }

  /// All of them, the older versions first.
  public func list() throws -> [InstalledRuntime] {
    try Runtime.allCases.flatMap { runtime in
      try Files.list("\(layout.runtimes)/\(runtime.rawValue)").compactMap { Version($0) }.sorted()
        .map { place(of: runtime, $0) }
    }
  }

  func place(of runtime: Runtime, _ version: Version) -> InstalledRuntime {
    InstalledRuntime(
      runtime: runtime, version: version, directory: "\(layout.runtimes)/\(runtime.rawValue)/\(version)")
  }

  /// The apps of which a release, or an instance, runs with it.
  public func uses(of installed: InstalledRuntime) throws -> [RuntimeUse] {
    let instances = try Set(
      Files.list(layout.instances).compactMap { try? InstanceID($0) }.filter { try runs($0, with: installed) }
        .map(\.app))
    return try Apps(layout: layout).names().compactMap { app in
      let releases = try ReleaseDirectory(layout: layout.app(app)).list().filter { release in
        release.process?.runtimes?.contains { $0.path == installed.tool.path } ?? false
      }
      return releases.isEmpty && !instances.contains(app) ? nil : RuntimeUse(app: app, releases: releases.map(\.id))
    }
  }

  /// The record of its release may be damaged; what it was started with says so too.
  private func runs(_ instance: InstanceID, with installed: InstalledRuntime) throws -> Bool {
    let directory = layout.instance(instance)
    return try ["service.json", "service"].contains {
      try Files.text("\(directory)/\($0)")?.contains("\(installed.programs):") ?? false
    }
  }

  /// Removes one that nothing uses; throws if an app has it, or may be about to.
  public func remove(_ installed: InstalledRuntime) throws {
    let attempt = "removing \(installed)"
    guard try list().contains(installed) else {
      throw Failure(
        .notFound, attempt, "it is none that NextDeploy brought",
        next: "'nextdeploy runtime list' says which there are.")
    }
    try alone(waiting: {}, watch: {}) {
      let uses = try uses(of: installed)
      if !uses.isEmpty {
        throw Failure(
          attempt, "it is used by \(uses.map(\.description).joined(separator: ", "))",
          next:
            "Have them use another one first, and fewer releases kept: 'nextdeploy config set keep 1 --app \(uses[0].app)'."
        )
      }
      if let app = try Apps(layout: layout).names().first(where: { try FileLock.isHeld(layout.app($0).lock) }) {
        throw Failure(attempt, "\(app) is being deployed, and may be about to use it", next: "Try again afterwards.")
      }
      try clear()
      // It goes in one step, so that nobody takes half of one for a whole.
      try Files.rename(installed.directory, to: layout.unfinishedRuntime)
      try clear()
    }
  }

  // MARK: Changes

  /// Removes what a killed command left.
  func clear() throws { try Files.remove(layout.unfinishedRuntime) }

  /// Runs `body` while nobody else brings or removes one.
  ///
  /// - Parameters:
  ///   - waiting: called once if somebody else does.
  ///   - watch: called several times a second while it waits.
  func alone<Result>(waiting: () -> Void, watch: () throws -> Void, _ body: () throws -> Result) throws -> Result {
    try Files.makeDirectory(layout.runtimes)
    var isFirst = true
    while true {
      if let lock = try FileLock(ifFree: layout.runtimesLock) { return try lock.hold(body) }
      if isFirst { waiting() }
      isFirst = false
      try watch()
      Pause.for(.milliseconds(100))
    }
  }
}
