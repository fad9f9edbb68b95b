public import SSHAccess
public import Deploy
import Posix

/// The apps of this machine, and the settings that they share.
public struct Apps: Sendable {
  /// Where the apps and the server's settings are on the disk.
  public let layout: Layout

  /// Makes the view of the apps below a layout's root; nothing is read yet.
  public init(layout: Layout) { self.layout = layout }

  /// The names of all apps, sorted.
  public func names() throws -> [AppName] {
    try Files.list(layout.apps).compactMap { try? AppName($0) }.sorted()
  }

  /// Whether the app has a directory.
  public func exists(_ app: AppName) -> Bool { Files.exists(layout.app(app).directory) }

  /// The app with the given name, or the only app if none is given, among those that the user may access.
  public func find(_ name: String?, for rights: Rights = .server) throws -> AppName {
    if let name, let app = try? AppName(name) { try rights.require(app, "looking for the app \(app)") }
    let names = try names().filter(rights.allows)
    guard let name else {
      if names.count == 1 { return names[0] }
      if names.isEmpty {
        throw Failure(
          .notFound, "looking for the app", "there is none below \(layout.root) yet",
          next: "Make one with 'nextdeploy app create NAME'.")
      }
      throw Failure(
        .usage, "looking for the app", "there are several: \(names.map(\.description).joined(separator: ", "))",
        next: "Name one with --app NAME.")
    }
    guard let app = try? AppName(name), names.contains(app) else {
      let hint =
        names.isEmpty
        ? "Make one with 'nextdeploy app create NAME'." : NearestName.hint(name, among: names.map(\.description))
      throw Failure(.notFound, "looking for the app \(name.quoted)", "there is none of that name", next: hint)
    }
    return app
  }

  /// Reads an app's settings; throws if its file is missing or damaged.
  public func config(of app: AppName) throws -> AppConfig {
    guard let config = try StateFile.read(AppConfig.self, layout.app(app).config) else {
      throw Failure(
        "reading \(layout.app(app).config)", "the file is missing",
        next: "Put it back from a backup, or remove the app and create it again.")
    }
    return config
  }

  /// Replaces an app's settings in one step.
  public func write(_ config: AppConfig, of app: AppName) throws {
    try StateFile.write(config, to: layout.app(app).config)
  }

  /// Reads the server's settings; the defaults if none were ever written.
  public func serverConfig() throws -> ServerConfig {
    try StateFile.read(ServerConfig.self, layout.config) ?? ServerConfig()
  }

  /// Replaces the server's settings in one step, making the root directory if it is missing.
  public func write(_ config: ServerConfig) throws {
    try Files.makeDirectory(layout.root)
    try StateFile.write(config, to: layout.config)
  }

  /// Runs `body` while nobody else can allocate what must be unique among apps: what it finds free stays free until it
  /// has written.
  public func whileNobodyElseChanges<Result>(_ body: () throws -> Result) throws -> Result {
    try Files.makeDirectory(layout.root)
    return try FileLock(waitingFor: layout.settingsLock).hold {
      // Instances' ports are chosen among those that no app has.
      try FileLock(waitingFor: layout.portsLock).hold(body)
    }
  }

  /// Throws if another app already has one of the domains.
  public func requireFree(_ domains: [Domain], for app: AppName) throws {
    for other in try names() where other != app {
      if let taken = try config(of: other).domains.first(where: domains.contains) {
        throw Failure(
          "giving \(taken) to \(app)", "the app \(other) has that domain",
          next: "Take it from \(other) first, with 'nextdeploy config set domains … --app \(other)'.")
      }
    }
  }

  /// Throws if another app has the port, or an instance could get it.
  public func requireFree(_ port: Port, for app: AppName) throws {
    let ports = try serverConfig().ports
    let other = try names().first { try $0 != app && config(of: $0).port == port }
    if other == nil && !ports.contains(port) { return }
    throw Failure(
      "giving port \(port) to \(app)",
      other.map { "the app \($0) has it" } ?? "it is one of those that instances listen on (\(ports))",
      next: "Choose another one.")
  }

  /// Throws if instances could listen on a port meant for visitors.
  ///
  /// - Parameter old: the previous settings; what they already allowed is not checked again.
  public func requireApart(_ new: ServerConfig, before old: ServerConfig) throws {
    var taken: String?
    if new.ports.contains(new.httpPort) && (new.ports, new.httpPort) != (old.ports, old.httpPort) {
      taken = "http.port \(new.httpPort)"
    } else if new.ports != old.ports,
      let app = try names().first(where: { try new.ports.contains(config(of: $0).port) })
    {
      taken = "\(try config(of: app).port), the port of \(app),"
    }
    if new.ports != old.ports, let outgoing = try Self.outgoing(),
      outgoing.overlaps(new.ports.first.number...new.ports.last.number)
    {
      throw Failure(
        "having instances listen on \(new.ports)",
        "the kernel gives \(outgoing.lowerBound)-\(outgoing.upperBound) to outgoing connections, so that an app could find its port taken",
        next: "Choose ports below \(outgoing.lowerBound).")
    }
    guard let taken else { return }
    throw Failure(
      "having instances listen on \(new.ports)", "\(taken) is one of these, and visitors come to it",
      next: "Choose others: 'nextdeploy config show' says which there are.")
  }

  /// The ports for outgoing connections (ip(7), ip_local_port_range); nil if the kernel does not report them.
  private static func outgoing() throws -> ClosedRange<UInt16>? {
    let numbers = try Files.text("/proc/sys/net/ipv4/ip_local_port_range")?.split(whereSeparator: \.isWhitespace)
      .compactMap { UInt16($0) }
    guard let first = numbers?.first, let last = numbers?.last, first <= last else { return nil }
    return first...last
  }

  /// Creates an app's directory, completely or not at all.
  ///
  /// - Parameter makeRepository: creates the bare repository at a path.
  public func create(
    _ app: AppName, branch: BranchName, domains: [Domain], makeRepository: (String) throws -> Void
  ) throws -> AppConfig {
    try Files.makeDirectory(layout.apps)
    return try whileNobodyElseChanges {
      try requireFree(domains, for: app)
      if exists(app) {
        throw Failure(
          "creating the app \(app)", "there is one of that name", next: "Choose another name, or remove it first.")
      }
      let config = AppConfig(branch: branch, domains: domains, port: try freePublicPort())
      let making = AppLayout(directory: "\(layout.apps)/.\(app).new")
      try Files.remove(making.directory)
      do {
        for directory in [making.workspace, making.releases, making.shared, making.deploys, making.logs] {
          try Files.makeDirectory(directory)
        }
        try makeRepository(making.repository)
        try Files.write("", to: making.environment, mode: 0o600)
        try StateFile.write(config, to: making.config)
        try Files.rename(making.directory, to: layout.app(app).directory)
      } catch {
        // The original error is the one to report; the next attempt removes what cannot be removed now.
        try? Files.remove(making.directory)
        throw error
      }
      return config
    }
  }

  /// Removes everything that an app has on the disk. None of it may still be running.
  ///
  /// - Parameter leftovers: removes what builds and the app itself have made; for that it needs the app's directory by
  ///   its name.
  public func remove(_ app: AppName, _ leftovers: Leftovers) throws {
    let directory = layout.app(app)
    for made in [directory.workspace, directory.cache, directory.shared, directory.releases] {
      leftovers.clear(made)
    }
    let going = "\(layout.apps)/.\(app).removed"
    try leftovers.remove(going)
    try ReleaseArchive(layout: directory).prepare()
    // What packs releases finds none any more, and ends.
    try FileLock(waitingFor: directory.packingLock).hold { try Files.rename(directory.directory, to: going) }
    try leftovers.remove(going)
  }

  /// The first port from `http.port` up that no app has, no instance can get, and nobody listens on.
  func freePublicPort() throws -> Port {
    let server = try serverConfig()
    let first = server.httpPort
    let taken = Set(try names().map { try config(of: $0).port })
    for number in first.number...UInt16.max {
      let port = try Port(String(number))
      if !taken.contains(port) && !server.ports.contains(port) && Socket.isFree(number) { return port }
    }
    throw Failure(
      "looking for a port for the app", "all from \(first) on are taken",
      next: "Set a lower one with 'nextdeploy config set http.port PORT'.")
  }
}
