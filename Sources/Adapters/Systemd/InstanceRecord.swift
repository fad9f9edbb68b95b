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

  /// Where the release of an instance is made that was begun for a deploy which may come. It keeps its name until the unit has
  /// it: what systemd cannot find to mount fails the unit, which is started again each second.
  var expected: String { "\(path)/expected" }

  /// A marker of such an instance, for as long as no deploy has taken it and nobody has given it up.
  private var offer: String { "\(path)/offer" }

  var isOffered: Bool { Files.exists(offer) }

  func makeOffer() throws { try Files.write("", to: offer, durable: false) }

  /// Ends the offer; false if somebody else has.
  func endOffer() throws -> Bool {
    do { try Files.rename(offer, to: "\(path)/taken") } catch {
      if error.isNotFound { return false }
      throw error
    }
    return true
  }

  /// What it is to run, once the deploy that prepared it says so.
  func awaitedLaunch() throws -> Program? {
    if let program = try launch() { return program }
    try NamedPipe.wait(forWord: preparation)
    return try launch()
  }

  /// From here on the record survives a power loss, with its links.
  func write(_ program: Program) throws { try StateFile.write(program, to: file, mode: 0o640) }

  /// Makes the unit see a release and the app's persistent paths.
  func link(release: String, shared: String) throws {
    try link(release: release)
    try Files.replaceLink("\(path)/shared", to: shared, durable: false)
  }

  /// Makes the unit see another release.
  func link(release: String) throws { try Files.replaceLink("\(path)/release", to: release, durable: false) }

  var isEnding: Bool { Files.exists(marker) }

  func markEnding() throws { try Files.write("", to: marker, durable: false) }

  func remove() throws { try Files.remove(path) }
}
