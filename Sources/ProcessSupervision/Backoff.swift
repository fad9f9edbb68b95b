/// The growing pauses between restarts: doubled each time up to 30 s, and starting over after a run of a minute.
public struct Backoff {
  private let first: Duration
  /// The pause before the current run; nil before the first restart.
  private var last: Duration?

  /// Makes pauses that begin with `first`, or that go on after a pause of `last`.
  public init(first: Duration, last: Duration? = nil) {
    self.first = first
    self.last = last
  }

  /// The pause before the next restart, after a run of this length.
  public mutating func next(afterRunning time: Duration) -> Duration {
    let pause = if let last, time < .seconds(60) { min(last * 2, .seconds(30)) } else { first }
    last = pause
    return pause
  }
}
