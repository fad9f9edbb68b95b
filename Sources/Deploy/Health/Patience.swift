/// Decides from what visits find, and for how long they have found it, whether to go on asking.
struct Patience {
  enum Decision: Equatable {
    case healthy, unhealthy, askAgain
  }

  private let policy: HealthPolicy
  private var last: Finding?
  private var since = 0.0
  /// Since when every answer was an error of the server's; nil before the first answer, and for ever once one was none.
  private var failing: Double?
  private var hasAnswered = false

  init(_ policy: HealthPolicy) { self.policy = policy }

  /// - Parameter elapsed: seconds since the app was asked first.
  mutating func decide(_ finding: Finding, at elapsed: Double) -> Decision {
    if finding != last { (last, since) = (finding, elapsed) }
    if finding.isAnswer {
      if !finding.isServerError { failing = nil } else if !hasAnswered { failing = elapsed }
      hasAnswered = true
    }
    let steady = elapsed - since
    let isOver = elapsed >= policy.timeout
    switch finding {
    case .good(let status, _, _):
      // An app may answer before it knows all its pages.
      return policy.status.contains(status) || steady >= Self.settling || isOver ? .healthy : .askAgain
    case .bad(let problem, _):
      let isFinal = problem.stays && steady >= Self.certainty
      let hasOnlyFailed = finding.isServerError && failing.map { elapsed - $0 >= Self.warmUp } ?? false
      return isOver || isFinal || hasOnlyFailed ? .unhealthy : .askAgain
    }
  }

  /// Seconds after which an error that is only tolerated is the app's answer.
  static let settling = 1.0
  /// Seconds after which an answer that waiting does not change is the app's answer.
  static let certainty = 5.0
  /// Seconds after which an app that has answered nothing but server errors is not warming up.
  static let warmUp = 15.0
}
