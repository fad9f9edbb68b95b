/// What one visit to a site found, and the way that it took.
enum Finding: Equatable {
  /// A visitor gets the page with this status, and so many scripts and styles of it.
  case good(Int, Way, parts: Int)
  case bad(Problem, Way)

  /// Whether nothing listens yet.
  var isRefusal: Bool {
    if case .bad(.refused, _) = self { true } else { false }
  }

  /// Whether the app said something, as HTTP has it.
  var isAnswer: Bool {
    switch self {
    case .bad(.refused, _), .bad(.silent, _), .bad(.broken, _): false
    case .good, .bad: true
    }
  }

  /// Whether the app failed at the page, or at what the page loads.
  var isServerError: Bool {
    switch self {
    case .bad(.status(500...), _), .bad(.part(_, .status(500...)), _): true
    case .good, .bad: false
    }
  }
}

/// Why a visitor would not get the page.
enum Problem: Equatable {
  /// The last answer has a status that is not healthy.
  case status(Int)
  /// A redirect that leads no visitor to a page.
  case lost(Loss)
  /// One of the page's scripts and styles is not there.
  case part(WebAddress, PartProblem)
  /// Nothing listens.
  case refused
  /// The connection was taken, and no answer came in time.
  case silent
  /// The answer is not HTTP.
  case broken(String)

  enum Loss: Equatable {
    /// Back to where the visitor was.
    case inCircles
    /// From one page to the next, and on.
    case tooFar
    /// To an address that only the server itself can reach: the way's last.
    case inside
  }

  enum PartProblem: Equatable {
    case status(Int)
    /// A page came where a script or a style was asked for.
    case page
    /// It redirects, and leads nowhere.
    case lost
    case unanswered
  }

  /// Whether it is what the app says, rather than that it is not ready.
  var stays: Bool {
    switch self {
    case .status(let status), .part(_, .status(let status)): status < 500
    case .lost, .part(_, .page), .part(_, .lost): true
    case .refused, .silent, .broken, .part(_, .unanswered): false
    }
  }
}

/// The addresses that a visit went through, the first and the last included.
struct Way: Equatable, CustomStringConvertible {
  var hops: [WebAddress]

  /// As in "/ → /en → /": where all are on one site, without its name.
  var description: String {
    let home = hops.first?.origin
    return hops.map { $0.origin == home ? $0.target.shortened : $0.description.shortened }.joined(separator: " → ")
  }

  var first: String { hops.first?.target.shortened ?? "" }
  var last: String { hops.last?.target.shortened ?? "" }
  /// The last with the name of its site.
  var end: String { hops.last?.description.shortened ?? "" }
}

extension String {
  fileprivate var shortened: String { utf8.count > 120 ? "\(prefix(120))…" : self }
}
