import Deploy
import Synchronization

/// The records of deploys that had finished when they were read. Those stay as they are, and a deploy looks at all of them
/// several times.
final class FinishedDeploys: Sendable {
  private let known = Mutex<[DeployID: DeployRecord]>([:])

  /// What is known of a deploy, or else what is read.
  func record(_ id: DeployID, _ read: () throws -> DeployRecord?) rethrows -> DeployRecord? {
    if let record = known.withLock({ $0[id] }) { return record }
    let record = try read()
    if let record, record.isFinished { known.withLock { $0[id] = record } }
    return record
  }

  /// The record of a deploy is about to be another.
  func forget(_ id: DeployID) { known.withLock { $0[id] = nil } }
}
