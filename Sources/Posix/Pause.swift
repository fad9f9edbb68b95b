#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Pauses for polling, where there is no other way to wait.
public enum Pause {
  /// Sleeps for 10 ms.
  public static func short() { `for`(.milliseconds(10)) }

  /// Sleeps at least this long, or until a signal comes; not at all for zero or less.
  public static func `for`(_ duration: Duration) {
    let (seconds, attoseconds) = max(duration, .zero).components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    unsafe nanosleep(&time, nil)
  }
}

extension Duration {
  /// Whole milliseconds, rounded up and never negative.
  var milliseconds: Int32 { Int32(clamping: Int((max(self, .zero) / .milliseconds(1)).rounded(.up))) }
}
