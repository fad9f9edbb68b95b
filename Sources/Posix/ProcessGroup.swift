import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program and all processes that it starts, which are ended together.
///
/// The program leads a process group of its own; processes that leave the group are adopted and ended too.
public struct ProcessGroup: Sendable {
  /// The program itself, whose process id is also the group's.
  public let leader: ChildProcess

  /// Starts a program as the leader of a new group, and has this process adopt what its descendants leave behind.
  public init(
    _ command: Command, output: ChildProcess.Stream = .inherited, errors: ChildProcess.Stream = .inherited
  ) throws(SystemError) {
    #if os(Linux)
      try check("adopting", "orphans") { nextdeploy_adopt_orphans() }
    #endif
    leader = try ChildProcess(command, output: output, errors: errors, family: .ownGroup)
  }

  /// Asks the group to end (SIGTERM).
  public func askToEnd() { _ = kill(-leader.id, SIGTERM) }

  /// Kills what is left of the group and of its orphans (SIGKILL), and waits until nothing is.
  public func end() {
    _ = kill(-leader.id, SIGKILL)
    while true {
      for orphan in Self.children() { _ = kill(orphan, SIGKILL) }
      if waitpid(-1, nil, 0) == -1 && errno == ECHILD { return }
    }
  }

  /// Ends a group whose parent is gone: asks it first, and kills it if it takes longer than this.
  public static func end(leader: ProcessIdentity, within limit: Duration) {
    guard leader.isRunning else { return }
    _ = kill(-leader.id, SIGTERM)
    let asked = ContinuousClock.now
    while leader.isRunning && ContinuousClock.now - asked < limit { Pause.short() }
    _ = kill(-leader.id, SIGKILL)
    while leader.isRunning { Pause.short() }
  }

  private static func children() -> [Int32] {
    let text = try? Files.text("/proc/self/task/\(getpid())/children")
    return (text ?? "").split(separator: " ").compactMap { Int32($0) }
  }
}
