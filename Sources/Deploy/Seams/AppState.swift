/// The records of an app's deploys, on the disk.
public protocol DeployRecords {
  /// Begins a record under an id that no other deploy has.
  ///
  /// - Parameter previous: the commit at which a push found the branch.
  func begin(_ kind: DeployRecord.Kind, previous: CommitID?, commit: Commit?) throws -> DeployRecord

  /// Saves a record atomically.
  ///
  /// - Parameter durable: whether the record must survive a power loss once this returns.
  func save(_ record: DeployRecord, durable: Bool) throws

  /// The records that are kept, oldest first; damaged ones are left out.
  func records() throws -> [DeployRecord]

  /// Sets damaged records aside; returns the files in which they are now.
  func setAsideDamagedRecords() throws -> [String]

  /// Whether the process that writes this record is still running.
  func isRunning(_ record: DeployRecord) -> Bool

  /// Who has cancelled the deploy of this record, in words; nil if nobody has.
  func cancellation(of record: DeployRecord) throws -> String?

  /// Frees the space set aside for what a failed deploy must write, in case its build has filled the disk.
  func giveUpReserve() throws

  /// Removes records and logs that are no longer needed.
  func prune(keeping deploys: Set<DeployID>) throws
}

/// What is live of an app.
public protocol LiveState {
  /// What is live; nil if the app has never been deployed.
  func live() throws -> LiveRecord?

  /// Saves what is live, and points the app's link `current` at its release.
  func setLive(_ live: LiveRecord) throws
}

/// The app's own variables and keys.
public protocol EnvironmentStore {
  /// The app's own variables as they are now.
  ///
  /// - Throws: also if there are none although there were some.
  func environment() throws -> AppEnvironment

  /// Notes that the environment has variables: losing them is an error from then on.
  func noteEnvironment() throws

  /// The key for Next's server actions: made once per app, so that old browser tabs keep working.
  func serverActionsKey() throws -> String
}

/// What an app's instances have written.
public protocol InstanceOutput {
  /// The last lines that a deploy's instance has written.
  func lastLines(of deploy: DeployID) -> [String]
}

/// The lock that keeps an app's deploys apart.
public protocol DeployLock {
  /// Runs `body` while holding the app's deploy lock; returns nil at once if another process holds it.
  func withDeployLock<Result>(_ body: () throws -> Result) throws -> Result?
}

/// Everything that is kept on the disk for one app.
public typealias AppState = DeployRecords & LiveState & EnvironmentStore & InstanceOutput & DeployLock
