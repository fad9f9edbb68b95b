/// A release of an app as something that runs in a container: what each engine is told, in its own words. A site of files is
/// served by a Caddy of its own.
public struct ContainerApp: Equatable, Sendable {
  /// The app's name, as engines take names.
  public let name: String
  /// The release that is exported.
  public let release: ReleaseID
  /// When it was made (RFC 3339).
  public let createdAt: String
  /// What runs it.
  public let runtime: ContainerRuntime
  /// The program and its arguments, as an instance is started.
  public let command: [String]
  /// The directory of the app in the release's files.
  public let directory: RelativePath
  /// Variables whose values are nobody's secret.
  public let variables: [String: String]
  /// The names of all others that an instance is given.
  public let secrets: [String]
  /// What asks for its health, and is satisfied with what.
  public let health: HealthPolicy
  /// Where visitors reach the site.
  public let origin: Origin
  /// The names of the site; empty if it has none.
  public let domains: [Domain]
  /// How long open connections get, in whole seconds.
  public let drain: Int
  /// How much of a machine an instance may use.
  public let limits: Limits
  /// Paths of the release that are kept from release to release.
  public let volumes: [RelativePath]
  /// What is run once before a release goes live; nil for nothing.
  public let migration: String?
  /// Whether the release command stays behind: it is one of the build's, and Caddy runs no programs.
  public let leavesMigration: Bool
  /// Where a build of Next.js is in the release's files, as in ".next"; nil for another app.
  public let nextOutput: RelativePath?
  /// How Caddy serves the release's files; nil where a process does.
  public let site: StaticSite?

  /// Where a container's app listens.
  public static let port = 3000
  /// Where the release is in an image: its files are in `app`, as on a server.
  public static let place = "/srv"
  /// The user and group of the app; those of Node's and Bun's images have the same.
  public static let user = 1000

  /// - Parameters:
  ///   - variables: all that the app has set; nothing for a site of files.
  ///   - runtime: what the release is started with.
  ///   - files: the release's files.
  ///   - volumes: paths of its files that are kept across releases.
  ///   - migration: its release command.
  public init(
    _ app: AppName, _ release: ReleaseRecord, config: AppConfig, variables own: AppEnvironment,
    runtime: ContainerRuntime, files: any BuiltFiles, volumes: [RelativePath], migration: String?
  ) throws {
    // A label of DNS ends in no hyphen.
    var name = app.description
    while name.hasSuffix("-") { name.removeLast() }
    self.name = name
    self.release = release.id
    createdAt = release.createdAt
    self.runtime = runtime
    let process = release.process
    site = release.site
    directory = process?.directory ?? .top
    health = release.health
    domains = config.domains
    let origin =
      config.domains.first.map { Origin(.https, host: $0.description) }
      ?? Origin(.http, host: "localhost", port: UInt16(Self.port))
    self.origin = origin
    drain = process.map { Int($0.drainTimeout.rounded(.up)) } ?? Self.siteDrain
    limits = config.limits ?? Limits()
    self.volumes = volumes
    self.migration = site == nil ? migration : nil
    leavesMigration = site != nil && migration != nil
    nextOutput = try process.flatMap { process in
      let output = try BuildReader(files: files, events: Events([])).nextOutputs(process.directory).first
      return process.isNext ? output.flatMap { RelativePath(process.directory.file($0)) } : nil
    }
    command = process.map { Self.command(of: $0, at: origin) } ?? Self.siteCommand
    variables = Self.variables(of: process)
    secrets = Self.secrets(of: process, own, besides: variables)
    guard directory.description.isPlain(and: "-._/@+") || directory.isTop else {
      throw Failure(
        "exporting \(app)",
        "its directory \(directory.description.quoted) is no plain name, which an engine could misread",
        next: "Give the directory a name of letters, digits and -._@+ only, then push again.")
    }
    for volume in volumes where volume.description.contains(":") {
      throw Failure(
        "exporting \(app)",
        "\(volume.description.quoted), which it keeps, has a colon, and engines take that for a path's end",
        next: "Keep it under another name, in \"persist\" of \(ProjectFile.name), then push again.")
    }
    guard site == nil || health.status.overlaps(Self.usualStatus) else {
      throw Failure(
        "exporting \(app)", "its \"health.status\" is none that engines take for healthy",
        next: "Take it out of \(ProjectFile.name), or name a page that is there as \"health.path\"; then push again.")
    }
  }

  private static func command(of process: AppProcess, at origin: Origin) -> [String] {
    var command = process.start.arguments
    if process.launcher != nil { command.append("\(origin)") }
    // Next.js 13 and before: its own server, which on a server is for Caddy alone.
    if command.suffix(2) == ["-H", "localhost"] { command[command.count - 1] = Self.allAddresses }
    // Engines set HOSTNAME themselves, to the container's own name: an app would listen on one address, not on 127.0.0.1.
    return ["/usr/bin/env", "HOSTNAME=\(Self.allAddresses)"] + command
  }

  private static func variables(of process: AppProcess?) -> [String: String] {
    guard let process else {
      // Where Caddy's image has these, another user cannot write.
      return ["PATH": systemPath, "HOME": "/tmp", "XDG_CONFIG_HOME": "/tmp", "XDG_DATA_HOME": "/tmp"]
    }
    let path =
      PackageManagerChoice.ancestors(of: process.directory).map { "\($0.below("\(place)/app"))/node_modules/.bin" }
      + ["\(place)/bin", systemPath]
    var plain = [
      "PATH": path.joined(separator: ":"), "HOME": "/tmp", "NODE_ENV": "production", "PORT": "\(port)",
    ]
    for name in [AppProcess.nextDeployment, "NODE_OPTIONS"] {
      // What has several lines is no text for a Containerfile.
      if let value = process.environment[name], value.unicodeScalars.allSatisfy(\.isVisible) { plain[name] = value }
    }
    return plain
  }

  private static func secrets(
    of process: AppProcess?, _ own: AppEnvironment, besides plain: [String: String]
  ) -> [String] {
    guard let process else { return [] }
    let own = own.forInstances
    let set = Set(own.keys).union(process.environment.keys).union(process.isNext ? [ServerActionsKey.name] : [])
    return set.filter { own[$0] != nil || plain[$0] == nil }
      .filter { ProgramEnvironment.taken[$0] == nil }.sorted()
  }

  private static let allAddresses = "0.0.0.0"
  private static let systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// What serves a site of files, and how; the file is written where the release is packed.
  public static let siteConfiguration = "Caddyfile"
  private static let siteCommand = [
    "caddy", "run", "--config", "\(place)/\(siteConfiguration)", "--adapter", "caddyfile",
  ]
  /// How long an answer may take that has begun, in seconds: a file's.
  private static let siteDrain = 10

  // MARK: What engines are told

  /// Directories of the release's files that the app writes to; all else is only to be read.
  public var writable: [RelativePath] {
    nextOutput.map { output in ["server", "cache"].compactMap { RelativePath(output.file($0)) } } ?? []
  }

  /// The image's name and tag.
  public var image: String { "\(name):\(release)" }

  /// The app's directory in an image.
  public var workingDirectory: String { directory.below("\(Self.place)/app") }

  /// Where a volume is in an image.
  func mount(_ volume: RelativePath) -> String { volume.below("\(Self.place)/app") }

  /// What runs the release command: a file of the image, so that nobody has to quote it.
  static let migrationFile = "\(place)/migrate.sh"
  var runMigration: [String] { ["/bin/sh", Self.migrationFile] }

  /// The path that is asked for: one that is there, where the first may be none.
  var healthPath: String { health.alternative ?? health.path }

  /// Statuses that engines take for healthy.
  static let usualStatus = 200...399

  /// A program of the image that asks the app whether it is healthy, as NextDeploy does.
  var healthCheck: [String] {
    // Caddy's own image has it, as most have.
    if site != nil { return ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:\(Self.port)\(healthPath)"] }
    let statuses = ([health.status] + [health.tolerated].compactMap(\.self)).map { "\($0.lowerBound)-\($0.upperBound)" }
    return [
      runtime.kind.name, "\(Self.place)/health.cjs", healthPath, statuses.joined(separator: ","), "\(origin)",
    ]
  }

  /// Seconds in which an instance that is told to end goes on serving: those who send requests have not heard of it yet.
  public static let pause = 5

  /// How long an app gets to end once it was asked to, in seconds, its open connections included.
  var grace: Int { drain + 10 }
}

extension ContainerApp {
  /// When the release was made, in seconds since 1970: the time of all files, so that one release becomes the same bytes,
  /// and another one gets other ETags, which servers make of a file's time and size.
  public var time: Int64 {
    let numbers = createdAt.split { !$0.isDigit }.compactMap { Int64($0) }
    guard numbers.count >= 6, numbers.allSatisfy({ $0 < 10_000 }) else { return 0 }
    // Days since 1970, in years that begin with March (the Gregorian calendar).
    let month = (numbers[1] + 9) % 12
    let year = numbers[0] - (numbers[1] < 3 ? 1 : 0)
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + numbers[2] - 719_469
    return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60 + numbers[5]
  }
}
