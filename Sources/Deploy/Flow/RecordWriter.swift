/// The one writer of a deploy's record: the intent before a step, the fact after it, and how it ended.
final class RecordWriter {
  /// The record as it is now. Changes since the last write reach the disk with the next one.
  private(set) var record: DeployRecord
  private let deploys: any DeployRecords
  private let clock: any DeployClock
  private let events: Events

  /// Continues a record that has been begun.
  init(_ record: DeployRecord, _ seams: Seams) {
    self.record = record
    deploys = seams.deploys
    clock = seams.clock
    events = seams.events
  }

  // MARK: Intent

  /// From here on, a failure counts as one of this step.
  func enter(_ step: Step) { record.step = step }

  /// Writes down which step is about to begin.
  ///
  /// - Parameter durable: whether that must survive a power loss.
  func writeIntent(durable: Bool) throws { try deploys.save(record, durable: durable) }

  /// The deploy is about to make a release of its own, which is removed if the deploy fails.
  func makesRelease() {
    record.release = record.id
    record.makesRelease = true
  }

  /// An instance is prepared for the release that is being made; nil if that needs none after all.
  func prepares(_ instance: InstanceID?) throws {
    record.instance = instance
    try deploys.save(record, durable: false)
  }

  /// An instance is about to be started.
  ///
  /// - Parameters:
  ///   - origin: the site's, if the instance is told it.
  ///   - environment: what it is started with.
  func starts(_ instance: InstanceID, origin: String?, _ environment: EnvironmentMark) throws {
    record.instance = instance
    record.origin = origin
    record.environmentMark = environment
    try deploys.save(record, durable: true)
  }

  // MARK: Facts

  /// An existing release goes live again, as this commit.
  func takes(_ release: ReleaseID, of commit: Commit) {
    record.commit = commit
    record.release = release
  }

  /// An archive has been read, and is known by this commit from here on.
  func ships(_ commit: Commit) { record.commit = commit }

  /// A step has ended well; that reaches the disk with the next write.
  func finished(_ step: Step, seconds: Double, _ result: String) {
    let result = events.redacted(result, of: step)
    record.steps.append(DeployRecord.StepRecord(step: step, seconds: seconds, result: result))
  }

  /// Writes the facts down.
  func writeFacts() throws { try deploys.save(record, durable: false) }

  /// The deploy went live: after all that did so before, whatever the clock says.
  func wentLive() throws { record.order = (try deploys.records().compactMap(\.order).max() ?? 0) + 1 }

  // MARK: The end

  /// The record as it will be once the deploy has ended live.
  var asLive: DeployRecord {
    var live = record
    live.outcome = .live
    live.finishedAt = clock.timestamp
    return live
  }

  /// Writes down how it ended.
  ///
  /// - Parameter staysOpen: whether recovery must look at it again, because it has not been fully undone.
  func end(_ outcome: DeployRecord.Outcome, _ failure: Failure? = nil, staysOpen: Bool = false) throws {
    record.outcome = outcome
    record.failure = failure.map(events.redacted)
    record.finishedAt = clock.timestamp
    var written = record
    if staysOpen { written.outcome = nil }
    try deploys.save(written, durable: false)
  }
}
