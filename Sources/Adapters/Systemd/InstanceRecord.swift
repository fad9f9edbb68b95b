import Deploy
import Posix

/// What the systemd manager keeps about one instance, in `instances/APP:PORT/`.
struct InstanceRecord {
  let path: String

  /// What `nextdeploy launch` runs. The user nextdeploy-launch reads it, so its group is nextdeploy's.
  struct Program: Codable, Equatable {
    var uid: UInt32
    var arguments: [String]
    var environment: [String: String]
    var directory: String
    /// How many seconds connections get to finish.
    var drainTimeout: Double
    /// Seconds between asking it to end and killing it; nil in a record of an earlier nextdeploy.
    var stopTimeout: Double?
  }

  private var file: String { "\(path)/service.json" }
  /// A marker for an instance that is to stop for good: once its unit has ended, the directory is removed.
  private var marker: String { "\(path)/ending" }

  var restarts: RestartPauses { RestartPauses(path: "\(path)/restarts") }

  var exists: Bool { Files.exists(path) }

  func launch() throws -> Program? { try StateFile.read(Program.self, file) }

  /// A pipe that a deploy keeps open as long as it makes the release; service.json is there once it is made.
  var preparation: String { "\(path)/preparation" }

  var isPrepared: Bool { Files.exists(preparation) }

  /// Where the release of an instance is to be made that was begun for a deploy which may come; that moves it.
  var expected: String { "\(path)/expected" }

  /// What it is to run, once the deploy that prepared it says so.
  func awaitedLaunch() throws -> Program? {
    if let program = try launch() { return program }
    try NamedPipe.wait(forWord: preparation)
    return try launch()
  }

  func write(_ program: Program) throws { try StateFile.write(program, to: file, mode: 0o640) }

  /// Makes the unit see a release and the app's persistent paths.
  func link(release: String, shared: String) throws {
    try link(release: release)
    try Files.replaceLink("\(path)/shared", to: shared)
  }

  /// Makes the unit see another release.
  func link(release: String) throws { try Files.replaceLink("\(path)/release", to: release) }

  var isEnding: Bool { Files.exists(marker) }

  func markEnding() throws { try Files.write("", to: marker, durable: false) }

  func remove() throws { try Files.remove(path) }
}
