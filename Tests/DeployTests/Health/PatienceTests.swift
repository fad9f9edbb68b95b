@testable import Deploy
import Testing

private let way = Way(hops: [WebAddress(Origin(.https, host: "shop.example.com"), "/")])

@Suite("A health check's patience")
struct PatienceTests {
  private func decisions(
    _ findings: [(Double, Finding)], _ change: (inout HealthPolicy) -> Void = { _ in }
  ) -> [Patience.Decision] {
    var policy = HealthPolicy()
    change(&policy)
    var patience = Patience(policy)
    return findings.map { patience.decide($0.1, at: $0.0) }
  }

  @Test("ends with the first good answer")
  func endsFirstGood() {
    #expect(decisions([(0, .bad(.refused, way)), (0.1, .good(200, way, parts: 3))]) == [.askAgain, .healthy])
  }

  @Test(
    "is over once an answer that waiting does not change has stayed the same for some seconds",
    arguments: [
      Finding.bad(.status(404), way), .bad(.lost(.inCircles), way), .bad(.lost(.inside), way),
      .bad(.part(way.hops[0], .status(404)), way),
      .bad(.part(way.hops[0], .page), way),
    ])
  func overOnceAnswer(_ finding: Finding) {
    #expect(
      decisions([(0, .bad(.refused, way)), (10, finding), (14.9, finding), (15, finding)])
        == [.askAgain, .askAgain, .askAgain, .unhealthy])
    #expect(decisions([(0, finding), (4, .bad(.status(400), way)), (6, finding)]).last == .askAgain)
  }

  @Test(
    "lasts until the time is over where the app may not be ready",
    arguments: [
      Finding.bad(.part(way.hops[0], .unanswered), way), .bad(.refused, way), .bad(.silent, way),
      .bad(.broken("why"), way),
    ])
  func lastsUntilTime(_ finding: Finding) {
    #expect(decisions([(0, finding), (59.9, finding), (60, finding)]) == [.askAgain, .askAgain, .unhealthy])
  }

  @Test(
    "is over once an app has answered nothing but server errors for 15 s",
    arguments: [
      Finding.bad(.status(500), way), .bad(.status(503), way), .bad(.part(way.hops[0], .status(500)), way),
    ])
  func overOnceApp(_ finding: Finding) {
    let start = [
      (0.0, Finding.bad(.refused, way)), (20, finding), (25, .bad(.status(502), way)), (30, .bad(.silent, way)),
    ]
    #expect(decisions(start + [(34.9, finding), (35, finding)]).suffix(2) == [.askAgain, .unhealthy])
    // One that has answered otherwise is under way.
    #expect(
      decisions([(0, .bad(.status(404), way)), (1, finding), (59.9, finding), (60, finding)]).suffix(2) == [
        .askAgain, .unhealthy,
      ])
    #expect(decisions(start + [(31, .good(200, way, parts: 0))]).last == .healthy)
  }

  @Test("takes an error that is tolerated once it stays")
  func takesErrorTolerated() {
    let finding = Finding.good(404, way, parts: 0)
    let tolerant = { (policy: inout HealthPolicy) in policy.tolerated = 400...499 }

    #expect(decisions([(0, finding), (0.9, finding), (1, finding)], tolerant) == [.askAgain, .askAgain, .healthy])
    #expect(
      decisions([(0, .bad(.status(503), way)), (3, finding), (3.5, .good(200, way, parts: 0))], tolerant)
        == [.askAgain, .askAgain, .healthy])
    #expect(decisions([(0.5, finding)]) { ($0.tolerated, $0.timeout) = (400...499, 0.5) } == [.healthy])
  }
}
