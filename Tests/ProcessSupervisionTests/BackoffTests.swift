import Testing

@testable import ProcessSupervision

@Suite("The pause before a restart")
struct BackoffTests {
  @Test("doubles from 0.1 s up to 30 s")
  func grows() {
    var backoff = Backoff(first: .milliseconds(100))

    let pauses = (0..<11).map { _ in backoff.next(afterRunning: .zero) / .seconds(1) }

    #expect(pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30])
  }

  @Test("begins anew after a run of a minute", arguments: [(59.9, 0.8), (60, 0.1), (3600, 0.1)])
  func resets(run: Double, expected: Double) {
    var backoff = Backoff(first: .milliseconds(100))
    for _ in 0..<3 { _ = backoff.next(afterRunning: .zero) }

    #expect(backoff.next(afterRunning: .seconds(run)) / .seconds(1) == expected)
  }
}
