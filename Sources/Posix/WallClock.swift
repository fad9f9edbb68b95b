import CPosix

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The current time, in UTC.
public enum WallClock {
  /// Seconds since 1970.
  public static var now: Int { time(nil) }

  /// A time as "20261123-154512".
  public static func stamp(_ seconds: Int = now) -> String { format(seconds, "%Y%m%d-%H%M%S") }

  /// A time as "2026-11-23T15:45:12Z" (RFC 3339).
  public static func timestamp(_ seconds: Int = now) -> String { format(seconds, "%Y-%m-%dT%H:%M:%SZ") }

  /// Whether something keeps the clock right; nil if the kernel does not tell.
  ///
  /// If nothing does, its estimated error grows until the kernel gives up at 16 s (adjtimex(2)).
  public static var isSynchronised: Bool? {
    #if os(Linux)
      let error = nextdeploy_clock_error()
      return error < 0 ? nil : error < 16_000_000
    #else
      return nil
    #endif
  }

  /// Waits until newly written files get a later time than this one, in nanoseconds since 1970: the clock for files'
  /// times only advances every few milliseconds.
  public static func waitUntilFiles(areLaterThan time: Int64) {
    #if os(Linux)
      let clock = CLOCK_REALTIME_COARSE
    #else
      let clock = CLOCK_REALTIME
    #endif
    // If the clock was set back, it would not get there.
    for _ in 0..<20 {
      var now = timespec()
      guard unsafe clock_gettime(clock, &now) == 0, Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) <= time
      else { return }
      Pause.for(.milliseconds(1))
    }
  }

  private static func format(_ seconds: Int, _ pattern: String) -> String {
    var moment = time_t(seconds)
    var parts = unsafe tm()
    unsafe gmtime_r(&moment, &parts)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&buffer, buffer.count, pattern, &parts)
    return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
