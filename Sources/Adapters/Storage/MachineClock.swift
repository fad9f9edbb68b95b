public import Deploy
import Posix

/// The machine's own time.
public struct MachineClock: DeployClock {
  /// Makes a view of the one clock that there is.
  public init() {}

  /// The time since the machine started, asleep or not.
  public var now: ContinuousClock.Instant { .now }

  /// The time of day in UTC, in whole seconds.
  public var timestamp: String { WallClock.timestamp() }

  /// Sleeps.
  public func pause(_ seconds: Double) { Pause.for(.seconds(seconds)) }
}
