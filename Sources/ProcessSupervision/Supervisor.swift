import Deploy
import Posix

/// The small process that keeps one instance running where systemd does not.
///
/// It starts the program, restarts it when it ends, and on SIGUSR1 drains and stops it. SIGQUIT stops it without
/// draining. Its lock shows that it is running; once it has stopped the instance it removes the instance's directory,
/// which frees the port. SIGTERM, which a machine sends to all processes as it shuts down, stops the instance too but
/// keeps its directory, so that the next command starts it again.
public struct Supervisor {
  private let directory: InstanceDirectory
  private let program: SupervisedProgram
  private let port: UInt16?
  private let signals: SignalQueue
  private let log: LogFile
  private var status: InstanceStatus
  private var isRecorded = false

  /// Keeps the instance in a directory running until it is told to stop.
  public static func run(directory path: String) throws {
    let signals = SignalQueue()
    let directory = InstanceDirectory(path: path)
    guard let lock = try takeLock(of: directory) else {
      throw Failure("supervising \(path)", "another supervisor does", next: "Nothing needs to be done.")
    }
    try lock.hold { try run(directory, signals) }
  }

  /// Nil if another supervisor holds the lock. A process that only checks the lock may briefly be in the way.
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
    guard let program = try directory.program(), let own = ProcessIdentity.current else {
      throw Failure("supervising \(path)", "it does not say what to run", next: "Deploy the app again.")
    }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var supervisor = Supervisor(
      directory: directory, program: program, port: (try? InstanceID(name))?.port.number, signals: signals,
      log: LogFile(path: program.log), status: InstanceStatus(phase: .waiting, supervisor: own))
    if try supervisor.keepRunning() == .removed { try directory.remove() }
  }

  /// What happens to the instance's record when the supervisor ends.
  private enum Ending { case removed, kept }

  private mutating func keepRunning() throws -> Ending {
    var backoff = Backoff(first: .milliseconds(100))
    while true {
      let started = ContinuousClock.now
      do {
        let group = try ProcessGroup(command, output: .file(program.log), errors: .file(program.log))
        status.process = ProcessIdentity(of: group.leader.id)
        do { try write(.running) } catch {
          group.end()
          throw error
        }
        switch try waitForEnd(of: group) {
        case .exited(let exit): status.exit = exit.description
        case .told(let ending): return ending
        }
        group.end()
      } catch let error as SystemError {
        status.exit = error.description
      }
      status.process = nil
      try write(.waiting)
      let pause = backoff.next(afterRunning: ContinuousClock.now - started)
      if let ending = endingWhileWaiting(pause) { return ending }
      status.restarts += 1
    }
  }

  private var command: Command {
    Command(program.arguments, environment: program.environment, directory: program.directory)
  }

  private enum End {
    case exited(ExitStatus)
    /// It was told to end, and has ended.
    case told(Ending)
  }

  private mutating func waitForEnd(of group: ProcessGroup) throws -> End {
    while true {
      log.keepWithinLimit()
      switch signals.next(within: .seconds(1)) {
      case .childEnded: if let exit = reap(group) { return .exited(exit) }
      case .drain:
        try write(.draining)
        if drain(group) { group.end() } else { stop(group) }
        return .told(.removed)
      case .quit:
        try write(.draining)
        stop(group)
        return .told(.removed)
      case .terminate:
        stop(group)
        return .told(.kept)
      case nil: continue
      }
    }
  }

  /// Waits until the port has had no connection for a while; true if the program ended meanwhile.
  private func drain(_ group: ProcessGroup) -> Bool {
    guard let port else { return false }
    let deadline = ContinuousClock.now + .seconds(program.drainTimeout)
    var watch = PortWatch(port)
    while ContinuousClock.now < deadline && !watch.isQuiet() {
      switch signals.next(within: PortWatch.pause) {
      case .childEnded: if reap(group) != nil { return true }
      case .quit, .terminate: return false
      case .drain, nil: continue
      }
    }
    return false
  }

  /// Asks the program to end, waits, and then kills it and everything it started.
  private func stop(_ group: ProcessGroup) {
    group.askToEnd()
    let deadline = ContinuousClock.now + .seconds(program.stopTimeout)
    while ContinuousClock.now < deadline {
      if case .childEnded = signals.next(within: deadline - ContinuousClock.now), reap(group) != nil { break }
    }
    group.end()
  }

  /// Collects processes that have ended; returns how the program itself did, if it is among them.
  private func reap(_ group: ProcessGroup) -> ExitStatus? {
    var exit: ExitStatus?
    while let ended = ChildProcess.reap() {
      if ended.id == group.leader.id { exit = ended.status }
    }
    return exit
  }

  private func endingWhileWaiting(_ pause: Duration) -> Ending? {
    let deadline = ContinuousClock.now + pause
    while ContinuousClock.now < deadline {
      switch signals.next(within: deadline - ContinuousClock.now) {
      case .drain, .quit: return .removed
      case .terminate: return .kept
      case .childEnded, nil: continue
      }
    }
    return nil
  }

  private mutating func write(_ phase: InstanceStatus.Phase) throws {
    status.phase = phase
    do {
      try directory.write(status)
      isRecorded = true
    } catch  where isRecorded {}
  }
}
