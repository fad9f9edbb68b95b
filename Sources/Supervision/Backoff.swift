/// The growing pauses between restarts: 0.1 s, doubled up to 30 s; a run of a minute begins anew.
struct Backoff {
  private var pause: Duration = .milliseconds(100)

  mutating func next(afterRunning time: Duration) -> Duration {
    if time >= .seconds(60) { pause = .milliseconds(100) }
    defer { pause = min(pause * 2, .seconds(30)) }
    return pause
  }
}
