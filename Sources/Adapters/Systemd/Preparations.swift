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
    let preparation = Preparation(of: instance, OwnStart(pipe, child))
    current.withLock { $0 = preparation }
  }

  /// Goes on with a unit that has been started before this deploy began, whose pipe others keep open as well.
  func take(_ instance: InstanceID, _ record: InstanceRecord) {
    let preparation = Preparation(of: instance, OthersStart(unit: Units.instance(instance), pipe: record.preparation))
    current.withLock { $0 = preparation }
  }

  /// Waits until the unit has been started, or could not be.
  func settle(_ instance: InstanceID) throws {
    let preparation = current.withLock { $0?.instance == instance ? $0 : nil }
    _ = try preparation?.hasStarted()
  }

  /// Has the unit go on with what the record says by now; whether it has been started.
  func end(_ instance: InstanceID) throws -> Bool {
    // Its pipe closes with it.
    guard let preparation = taken(instance) else { return false }
    let hasStarted = try preparation.hasStarted()
    return try preparation.start.goOn() && hasStarted
  }

  /// Does something about the unit once it has been started, while it still waits.
  func end(_ instance: InstanceID, after body: () throws -> Void) throws {
    let preparation = taken(instance)
    // A stop that overtakes a start stops nothing.
    _ = try preparation?.hasStarted()
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

/// One instance that is prepared.
private final class Preparation: Sendable {
  let instance: InstanceID
  let start: any UnitStart
  private let result = Mutex<Bool?>(nil)

  init(of instance: InstanceID, _ start: any UnitStart) {
    self.instance = instance
    self.start = start
  }

  /// Whether the unit has been started, once that is known.
  func hasStarted() throws -> Bool {
    try result.withLock { result in
      if let result { return result }
      let new = try start.wait()
      result = new
      return new
    }
  }
}

/// The start of a unit that waits for its release.
private protocol UnitStart: Sendable {
  /// Waits until systemd has started it; false if it could not.
  func wait() throws -> Bool
  /// Tells it to go on; false if it is no longer there.
  func goOn() throws -> Bool
}

/// One of this process's own, which ends with it.
private final class OwnStart: UnitStart {
  private let pipe: NamedPipe
  /// The command that has systemd start it.
  private let child: ChildProcess

  init(_ pipe: consuming NamedPipe, _ child: ChildProcess) {
    self.pipe = pipe
    self.child = child
  }

  func wait() throws -> Bool { try child.wait().isSuccess }
  /// It does when the pipe is closed.
  func goOn() -> Bool { true }
}

/// One that somebody else has begun.
private struct OthersStart: UnitStart {
  let unit: String
  let pipe: String

  /// It reads its pipe as soon as all is mounted that it is to see.
  func wait() throws -> Bool {
    let start = ContinuousClock.now
    while try writer() == nil {
      let waited = ContinuousClock.now - start
      guard waited < .seconds(Units.hasProcesses(unit) ? 30 : 1) else { return false }
      Pause.for(.milliseconds(1))
    }
    return true
  }

  func goOn() throws -> Bool {
    let writer = try writer()
    // By it others see that the unit waits.
    try Files.remove(pipe)
    do { try writer?.write([0]) } catch {
      if error.isBrokenPipe { return false }
      throw error
    }
    return writer != nil
  }

  private func writer() throws(SystemError) -> FileDescriptor? { try NamedPipe.writer(of: pipe) }
}
