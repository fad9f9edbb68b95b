import Deploy
import Posix

/// The small process that keeps one instance running, where systemd does not.
///
/// It starts the program, starts it again when it ends, and on SIGTERM drains and stops it. SIGQUIT stops it without
/// draining. Its lock tells others that it lives; when it has stopped the instance it removes the instance's
/// directory, which frees the port.
public struct Supervisor {
  private let directory: InstanceDirectory
  private let service: Service
  private let port: UInt16?
  private let signals: SignalQueue
  private var status: InstanceStatus
  private var isRecorded = false

  /// Keeps the instance that a directory describes running until it is told to stop.
  public static func run(directory path: String) throws {
    let signals = SignalQueue()
    let directory = InstanceDirectory(path: path)
    guard let lock = try takeLock(of: directory) else {
      throw Failure("supervising \(path)", "another supervisor does", next: "Nothing needs to be done.")
    }
    try lock.hold { try run(directory, signals) }
  }

  /// Nil where another supervisor holds it. Who only asks whether one does is in the way for a moment.
  private static func takeLock(of directory: InstanceDirectory) throws -> FileLock? {
    let deadline = ContinuousClock.now + .seconds(1)
    while ContinuousClock.now < deadline {
      if let lock = try FileLock(ifFree: directory.lock) { return lock }
      Pause.short()
    }
    return nil
  }

  private static func run(_ directory: InstanceDirectory, _ signals: SignalQueue) throws {
    let path = directory.path
    guard let service = try directory.service(), let own = ProcessIdentity.current else {
      throw Failure("supervising \(path)", "it does not say what to run", next: "Deploy the app again.")
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var supervisor = Supervisor(
      directory: directory, service: service, port: (try? InstanceID(name))?.port.number, signals: signals,
      status: InstanceStatus(phase: .waiting, supervisor: own))
    try supervisor.keepRunning()
    try directory.remove()
  }

  private mutating func keepRunning() throws {
    var backoff = Backoff()
    while true {
      let started = ContinuousClock.now
      do {
        let group = try ProcessGroup(command, output: .file(service.log), errors: .file(service.log))
        status.process = ProcessIdentity(of: group.leader.id)
        do { try write(.running) } catch {
          group.end()
          throw error
        }
        guard let exit = try waitForEnd(of: group) else { return }
        status.exit = exit.description
        group.end()
      } catch let error as SystemError {
        status.exit = error.description
      }
      status.process = nil
      try write(.waiting)
      let pause = backoff.next(afterRunning: ContinuousClock.now - started)
      if stopsWhileWaiting(pause) { return }
      status.restarts += 1
    }
  }

  private var command: Command {
    Command(service.arguments, environment: service.environment, directory: service.directory)
  }

  /// How the program ended; nil once it was stopped.
  private mutating func waitForEnd(of group: ProcessGroup) throws -> ExitStatus? {
    while true {
      switch signals.next(within: .seconds(3600)) {
      case .childEnded: if let exit = reap(group) { return exit }
      case .terminate:
        try write(.draining)
        if drain(group) { group.end() } else { stop(group) }
        return nil
      case .quit:
        try write(.draining)
        stop(group)
        return nil
      case nil: continue
      }
    }
  }

  /// Waits until the port has had no connection for a while; true where the program ended meanwhile.
  private func drain(_ group: ProcessGroup) -> Bool {
    guard let port else { return false }
    let deadline = ContinuousClock.now + .seconds(service.drainTimeout)
    // The proxy may just be connecting for a request that it took before it was told of the new port.
    var quiet = 0
    while ContinuousClock.now < deadline && quiet < 5 {
      quiet = ConnectionTable.established(on: port) == 0 ? quiet + 1 : 0
      switch signals.next(within: .milliseconds(100)) {
      case .childEnded: if reap(group) != nil { return true }
      case .quit: return false
      case .terminate, nil: continue
      }
    }
    return false
  }

  /// Asks, waits, and then ends the program and all it started.
  private func stop(_ group: ProcessGroup) {
    group.askToEnd()
    let deadline = ContinuousClock.now + .seconds(service.stopTimeout)
    while ContinuousClock.now < deadline {
      if case .childEnded = signals.next(within: deadline - ContinuousClock.now), reap(group) != nil { break }
    }
    group.end()
  }

  /// Takes note of processes that ended; how the program itself did, if it is among them.
  private func reap(_ group: ProcessGroup) -> ExitStatus? {
    var exit: ExitStatus?
    while let ended = ChildProcess.reap() {
      if ended.id == group.leader.id { exit = ended.status }
    }
    return exit
  }

  private func stopsWhileWaiting(_ pause: Duration) -> Bool {
    let deadline = ContinuousClock.now + pause
    while ContinuousClock.now < deadline {
      switch signals.next(within: deadline - ContinuousClock.now) {
      case .terminate, .quit: return true
      case .childEnded, nil: continue
      }
    }
    return false
  }

  /// Writes down how it is. Once that has been done, a full disk is no reason to leave the instance alone.
  private mutating func write(_ phase: InstanceStatus.Phase) throws {
    status.phase = phase
    do {
      try directory.write(status)
      isRecorded = true
    } catch where isRecorded {}
  }
}
