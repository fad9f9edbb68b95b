@testable import Deploy

/// Time that passes only while a deploy waits, so that no test does.
struct FakeClock: DeployClock {
  let world: World

  var now: ContinuousClock.Instant { world.began + world.waited }

  /// Later with every event.
  var timestamp: String { "2026-11-23T10:00:00.\(1_000_000 + world.events.count)Z" }

  func pause(_ seconds: Double) { world.waited += .seconds(seconds) }
}
