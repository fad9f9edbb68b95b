import Deploy
import Posix

/// An instance that was begun while git receives a push, for the deploy that may come of it.
final class ExpectedInstance: ExpectedDeploy {
  let instance: InstanceID
  private let record: InstanceRecord
  /// Its unit waits as long as this is open, unless a deploy has it go on.
  private let pipe: FileDescriptor

  init(_ instance: InstanceID, _ record: InstanceRecord) throws {
    self.instance = instance
    self.record = record
    pipe = try NamedPipe.keeping(path: record.preparation, group: CurrentProcess.group, mode: 0o640)
  }

  /// Gives it up, unless a deploy has taken it. Its unit ends by itself; the next command that looks removes the record.
  func end() throws { if try record.endOffer() { try record.markEnding() } }
}
