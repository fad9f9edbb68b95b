/// The time, as the machine has it or as a test drives it.
public protocol DeployClock {
  /// The present moment, for measuring: it never goes back.
  var now: ContinuousClock.Instant { get }

  /// The current date and time (RFC 3339), which goes back where an administrator sets it back.
  var timestamp: String { get }

  /// Waits for this many seconds.
  func pause(_ seconds: Double)
}

extension DeployClock {
  /// How much time has passed since a moment, in seconds.
  func seconds(since start: ContinuousClock.Instant) -> Double { (now - start) / .seconds(1) }
}
