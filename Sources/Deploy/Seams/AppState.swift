/// What is kept of one app on the disk: its records, what is live, its environment.
public protocol AppState {
  /// Begins a record under an id that nobody else has.
  ///
  /// - Parameter previous: where a push found the branch.
  func begin(_ kind: DeployRecord.Kind, previous: CommitID?, commit: Commit?) throws -> DeployRecord

  /// Writes a record down in one step.
  ///
  /// - Parameter durable: whether it must outlive a power loss from here on.
  func save(_ record: DeployRecord, durable: Bool) throws

  /// The records that are kept, the oldest first; those that are damaged are left out.
  func records() throws -> [DeployRecord]

  /// Sets the damaged records aside; returns the files that they are in then.
  func setAsideDamagedRecords() throws -> [String]

  /// Whether the process that writes this record still runs.
  func isRunning(_ record: DeployRecord) -> Bool

  /// Who has cancelled the deploy of this record, in words; nil where nobody has.
  func cancellation(of record: DeployRecord) throws -> String?

  func live() throws -> LiveRecord?

  /// Writes down what is live, and points `current` at it.
  func setLive(_ live: LiveRecord) throws

  /// - Throws: also where it is empty though it had variables.
  func environment() throws -> AppEnvironment

  /// Notes that the environment has variables: to lose them is an error from then on.
  func noteEnvironment() throws

  /// The key of Next's server actions: made once for an app, so that old browser tabs keep working.
  func serverActionsKey() throws -> String

  /// The last lines that an instance has written.
  func lastLines(of deploy: DeployID) -> [String]

  /// Gives up the space that was set aside for what a failed deploy must write, where its build filled the disk.
  func giveUpReserve() throws

  /// Removes the records and logs that are no longer needed.
  func prune(keeping deploys: Set<DeployID>) throws

  /// Runs `body` while no other process can deploy the app; nil, at once, where one does.
  func withDeployLock<Result>(_ body: () throws -> Result) throws -> Result?

  /// The time of day (RFC 3339).
  func timestamp() -> String
}
