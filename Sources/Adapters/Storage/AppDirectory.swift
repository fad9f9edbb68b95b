public import Deploy
import FoundationEssentials
import Posix
import ProcessSupervision

/// An app's state in its own directory.
public struct AppDirectory: AppState {
  let app: AppName
  let layout: AppLayout
  let logs: (any InstanceLogs)?
  private let finished = FinishedDeploys()

  /// - Parameter logs: the output of the app's instances; nil for a caller that does not read it.
  public init(app: AppName, layout: AppLayout, logs: (any InstanceLogs)? = nil) {
    self.app = app
    self.layout = layout
    self.logs = logs
  }

  // MARK: Records

  /// Takes an id after all earlier ones by creating the deploy's log file, then saves the new record.
  public func begin(_ kind: DeployRecord.Kind, previous: CommitID?, commit: Commit?) throws -> DeployRecord {
    let seconds = WallClock.now
    // Ids follow the order of deploys, even if the clock was set back.
    let last = try lastID()
    var id = try DeployID(stamp: WallClock.stamp(seconds), number: 1)
    if let last, last >= id { id = last.next }
    while true {
      // Creating the log file reserves the id for this deploy.
      do { _ = try FileDescriptor(path: layout.deployLog(id), .create, mode: 0o600) } catch {
        guard error.isAlreadyThere else { throw error }
        id = id.next
        continue
      }
      let record = DeployRecord(
        id: id, app: app, kind: kind, previous: previous, commit: commit, startedAt: WallClock.timestamp(seconds),
        builder: ProcessIdentity.current?.description ?? "")
      try save(record, durable: true)
      return record
    }
  }

  /// Replaces the record's JSON file in one step.
  public func save(_ record: DeployRecord, durable: Bool) throws {
    finished.forget(record.id)
    try StateFile.write(record, to: layout.record(record.id), durable: durable)
  }

  /// Reads the records in `deploys`, the oldest first, without the damaged ones.
  public func records() throws -> [DeployRecord] {
    // A damaged record does not affect the others.
    try ids().compactMap { try record($0) }
  }

  /// The deploys that have not finished although their builder no longer runs.
  public func interruptedRecords() throws -> [DeployRecord] {
    try records().filter { !$0.isFinished && !isRunning($0) }
  }

  /// The id of the deploy that began last; nil if there was none.
  public func lastID() throws -> DeployID? { try ids().last }

  /// A deploy's record; nil if there is none with that id, or it is damaged.
  public func record(_ id: DeployID) throws -> DeployRecord? {
    try finished.record(id) { try StateFile.intact(DeployRecord.self, layout.record(id)) }
  }

  /// The paths of the records that can no longer be read.
  public func damagedRecords() throws -> [String] {
    try ids().filter {
      // A power loss can leave an empty record, of a deploy that left nothing else behind.
      try record($0) == nil && Files.status(layout.record($0))?.size != 0
    }.map(layout.record)
  }

  /// Renames each damaged record to end in ".damaged", and returns the new paths.
  public func setAsideDamagedRecords() throws -> [String] {
    try damagedRecords().map { file in
      let aside = "\(file).damaged"
      try Files.rename(file, to: aside)
      return aside
    }
  }

  private func ids() throws -> [DeployID] {
    try Files.list(layout.deploys).filter { $0.hasSuffix(".json") }
      .compactMap { try? DeployID(String($0.dropLast(5))) }.sorted()
  }

  /// Whether the process that the record names as its builder is still the one that runs under that id.
  public func isRunning(_ record: DeployRecord) -> Bool {
    ProcessIdentity(record.builder)?.isRunning ?? false
  }

  /// Who cancelled the deploy, as its cancellation file has it; nil if there is none.
  public func cancellation(of record: DeployRecord) throws -> String? { try Files.text(layout.cancellation(record.id)) }

  /// Asks a deploy to end, if it is not too late; the deploy itself keeps checking for this.
  public func cancel(_ record: DeployRecord, by who: String) throws {
    try Files.write(who, to: layout.cancellation(record.id))
  }

  /// Kills the process of a deploy that does not end by itself; recovery cleans up after it.
  public func kill(_ record: DeployRecord) { ProcessIdentity(record.builder)?.signal(.kill) }

  /// Removes the records of all other deploys, with their logs and cancellations.
  public func prune(keeping deploys: Set<DeployID>) throws {
    let aside = try Files.list(layout.deploys).filter { $0.hasSuffix(".json.damaged") }
      .compactMap { try? DeployID(String($0.dropLast(".json.damaged".utf8.count))) }
    for id in try ids() + aside where !deploys.contains(id) {
      try Files.remove(layout.record(id))
      try Files.remove("\(layout.record(id)).damaged")
      try Files.remove(layout.deployLog(id))
      try Files.remove(layout.instanceLog(id))
      try Files.remove(LogFile(path: layout.instanceLog(id)).old)
      try Files.remove(layout.cancellation(id))
    }
  }

  // MARK: What is live

  /// Reads what is live from `live.json`; nil before the first deploy.
  public func live() throws -> LiveRecord? { try StateFile.read(LiveRecord.self, layout.live) }

  /// Points the links `current` and `logs/live` at the release and its log, then writes `live.json`.
  public func setLive(_ live: LiveRecord) throws {
    try Files.replaceLink(layout.liveLog, to: "\(live.deploy).log", durable: false)
    // It is in the directory of live.json, and reaches the disk with that.
    try Files.replaceLink(layout.current, to: "releases/\(live.release)", durable: false)
    try StateFile.write(live, to: layout.live)
  }

  // MARK: Space

  /// Sets aside the space that a record, a log and a few refs need: otherwise, when a push or its build fills the disk,
  /// the branch would stay at a commit that is not live.
  public func keepReserve() throws {
    if try Files.status(layout.reserve)?.size == Self.reserve { return }
    do {
      try Files.write(String(repeating: "-", count: Self.reserve), to: layout.reserve, durable: false)
    } catch {
      // If the disk is full already, git itself refuses the push.
      guard error.isDiskFull else { throw error }
    }
  }

  /// Removes the reserve file, which frees its 64 KiB.
  public func giveUpReserve() throws { try Files.remove(layout.reserve) }

  private static let reserve = 64 << 10

  // MARK: Environment

  /// Reads the env file's variables; throws if it is empty or missing although variables were set.
  public func environment() throws -> AppEnvironment {
    let environment = try environmentFile().environment()
    guard environment.variables.isEmpty, Files.exists(layout.environmentSet) else { return environment }
    throw Failure(
      "reading the environment of \(app)",
      "\(layout.environment) is \(Files.exists(layout.environment) ? "empty" : "missing"), and variables were set in it",
      next: "Put it back from a backup, or set them again ('nextdeploy env import'). If the app is to have none: "
        + "rm \(layout.environmentSet)")
  }

  /// Creates the marker file `env.set`, if it is missing.
  public func noteEnvironment() throws {
    if !Files.exists(layout.environmentSet) { try Files.write("", to: layout.environmentSet, mode: 0o600) }
  }

  /// The app's env file with its comments and order; empty if there is no file.
  public func environmentFile() throws -> EnvironmentFile {
    try EnvironmentFile(try Files.read(layout.environment) ?? [], source: layout.environment)
  }

  /// Changes the env file in one step, while nobody else can change it.
  public func changeEnvironment(_ change: (inout EnvironmentFile) throws -> Void) throws {
    try FileLock(waitingFor: layout.environmentLock).hold {
      var file = try environmentFile()
      try change(&file)
      let isEmpty = try file.environment().variables.isEmpty
      if !isEmpty { try noteEnvironment() }
      try Files.write(file.text, to: layout.environment, mode: 0o600)
      if isEmpty { try Files.remove(layout.environmentSet) }
    }
  }

  /// Reads the key from its file, and makes a random one of 32 bytes the first time.
  public func serverActionsKey() throws -> String {
    if let key = try Files.text(layout.serverActionsKey) { return key }
    // A build elsewhere may ask while a deploy does: what the one has been told, the other must not replace.
    return try FileLock(waitingFor: layout.environmentLock).hold {
      if let key = try Files.text(layout.serverActionsKey) { return key }
      var generator = SystemRandomNumberGenerator()
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let key = Data(bytes).base64EncodedString()
      try Files.write(key, to: layout.serverActionsKey, mode: 0o600)
      return key
    }
  }

  // MARK: Logs

  /// The last lines of the deploy's instance; empty if they cannot be read.
  public func lastLines(of deploy: DeployID) -> [String] {
    (try? record(deploy).flatMap { try logs?.lastLines(of: $0) }) ?? []
  }

  // MARK: The lock

  /// Holds the app's lock file while `body` runs; returns nil at once if another process holds it.
  public func withDeployLock<Result>(_ body: () throws -> Result) throws -> Result? {
    guard let lock = try FileLock(ifFree: layout.lock) else { return nil }
    return try lock.hold(body)
  }
}
