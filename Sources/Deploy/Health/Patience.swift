/// Decides from what visits find, and for how long they have found it, whether to go on asking.
struct Patience {
  enum Decision: Equatable {
    case healthy, unhealthy, askAgain
  }

  private let policy: HealthPolicy
  private var last: Finding?
  private var since = 0.0

  init(_ policy: HealthPolicy) { self.policy = policy }

  /// - Parameter elapsed: seconds since the app was asked first.
  mutating func decide(_ finding: Finding, at elapsed: Double) -> Decision {
    if finding != last { (last, since) = (finding, elapsed) }
    let steady = elapsed - since
    let isOver = elapsed >= policy.timeout
    if case .good(let status, _, _) = finding {
      // An app may answer before it knows all its pages.
      let isWanted = policy.status.contains(status)
      return isWanted || steady >= Self.settling || isOver ? .healthy : .askAgain
    }
    return isOver || finding.stays && steady >= Self.certainty ? .unhealthy : .askAgain
  }

  /// Seconds after which an error that is only tolerated is the app's answer.
  static let settling = 1.0
  /// Seconds after which an answer that waiting does not mend is the app's answer.
  static let certainty = 5.0
}

extension Finding {
  /// Whether it is what the app says, rather than that it is not ready.
  fileprivate var stays: Bool {
    switch self {
    case .good, .unanswered: false
    case .status(let status, _): status < 500
    case .lost: true
    case .part(_, .status(let status), _): status < 500
    case .part(_, let problem, _): problem != .unanswered
    }
  }
}
