import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Signals that a process waits for, instead of being interrupted by them.
public struct SignalQueue: Sendable {
  /// A signal, by what it means to a supervisor.
  public enum Signal: Sendable {
    case childEnded
    /// SIGTERM or SIGINT: the machine is shutting down, or somebody ends this process.
    case terminate
    /// SIGUSR1: drain, then end for good.
    case drain
    /// SIGQUIT: end for good at once.
    case quit
  }

  /// Blocks the signals: from now on they wait until they are asked for.
  public init() {
    var signals = Self.signals
    unsafe sigprocmask(SIG_BLOCK, &signals, nil)
  }

  #if os(Linux)
    /// The next signal; nil if none came in time.
    public func next(within limit: Duration) -> Signal? {
      var signals = Self.signals
      let (seconds, attoseconds) = max(limit, .zero).components
      var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
      switch unsafe sigtimedwait(&signals, nil, &time) {
      case SIGCHLD: return .childEnded
      case SIGTERM, SIGINT: return .terminate
      case SIGUSR1: return .drain
      case SIGQUIT: return .quit
      default: return nil
      }
    }

    /// Has this process receive SIGTERM when the one that started it is gone, for whatever reason.
    public static func terminateWithParent(_ parent: Int32) throws(SystemError) {
      try check("watching", "the parent process") { nextdeploy_signal_on_parent_death(SIGTERM) }
      // The parent may have ended before the watch began.
      if getppid() != parent { _ = kill(getpid(), SIGTERM) }
    }
  #endif

  private static var signals: sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in [SIGCHLD, SIGTERM, SIGINT, SIGUSR1, SIGQUIT] { unsafe sigaddset(&set, signal) }
    return set
  }
}
