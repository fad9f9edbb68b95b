import Deploy
import Posix
import Synchronization

/// The unit that systemd starts while the release is made that it is to run.
final class Preparations: Sendable {
  private let current = Mutex<Preparation?>(nil)

  /// Has systemd start the unit, which then waits until `end`, or until this process is gone.
  func begin(_ instance: InstanceID, _ record: InstanceRecord, _ start: Command) throws {
    var pipe = try NamedPipe(path: record.preparation, group: CurrentProcess.group, mode: 0o640)
    try pipe.keepOpen()
    let child = try ChildProcess(start, output: .null, errors: .null, family: .ownGroup)
    let preparation = Preparation(of: instance, pipe, child)
    current.withLock { $0 = preparation }
  }

  /// Waits until the unit has been started, or could not be.
  func settle(_ instance: InstanceID) throws {
    let preparation = current.withLock { $0?.instance == instance ? $0 : nil }
    _ = try preparation?.started()
  }

  /// Has the unit go on with what the record says by now; whether it has been started.
  func end(_ instance: InstanceID) throws -> Bool {
    // Its pipe closes with it.
    guard let preparation = taken(instance) else { return false }
    return try preparation.started().isSuccess
  }

  /// Does something about the unit once it has been started, while it still waits.
  func end(_ instance: InstanceID, after body: () throws -> Void) throws {
    let preparation = taken(instance)
    // A stop that overtakes a start stops nothing.
    _ = try preparation?.started()
    try body()
    withExtendedLifetime(preparation) {}
  }

  private func taken(_ instance: InstanceID) -> Preparation? {
    current.withLock { current in
      guard let preparation = current, preparation.instance == instance else { return nil }
      current = nil
      return preparation
    }
  }
}

/// One instance that is prepared, for as long as its pipe is open.
private final class Preparation: Sendable {
  let instance: InstanceID
  private let pipe: NamedPipe
  /// The command that has systemd start it.
  private let start: ChildProcess
  private let end = Mutex<ExitStatus?>(nil)

  init(of instance: InstanceID, _ pipe: consuming NamedPipe, _ start: ChildProcess) {
    self.instance = instance
    self.pipe = pipe
    self.start = start
  }

  /// How the command ended, once it has.
  func started() throws -> ExitStatus {
    try end.withLock { end in
      if let end { return end }
      let status = try start.wait()
      end = status
      return status
    }
  }
}
