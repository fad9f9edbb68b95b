/// One visit to a site, made as a browser makes it: the page, what it redirects to, and what it loads.
struct Visit {
  private let site: VisitedSite
  private let policy: HealthPolicy
  private let ask: (ProbeRequest) -> ProbeAnswer
  private var cookies = CookieJar()

  /// - Parameter ask: makes one request of the instance.
  init(to site: VisitedSite, _ policy: HealthPolicy, ask: @escaping (ProbeRequest) -> ProbeAnswer) {
    self.site = site
    self.policy = policy
    self.ask = ask
  }

  /// What a visitor would find.
  mutating func run() -> Finding {
    let first = page(policy.path)
    // Whether something makes a page of this path only a request shows; this one there is in any case.
    if case .bad(.status(404), _) = first, let alternative = policy.alternative { return page(alternative) }
    return first
  }

  private mutating func page(_ path: String) -> Finding {
    let (way, arrival) = follow(WebAddress(site.origin, path), accept: "text/html,*/*;q=0.8")
    switch arrival {
    case .nowhere(let problem): return .bad(problem, way)
    case .elsewhere(let response):
      let isWanted = policy.status.contains(response.status)
      return isWanted ? .good(response.status, way, parts: 0) : .bad(.status(response.status), way)
    case .arrived(let response):
      guard policy.accepts(response.status) else { return .bad(.status(response.status), way) }
      let parts = ownParts(of: response, at: way)
      for part in parts {
        if let problem = problem(with: part) { return .bad(.part(part, problem), way) }
      }
      return .good(response.status, way, parts: parts.count)
    }
  }

  /// The page's scripts and styles that the site itself serves, ten at most.
  private func ownParts(of page: ProbeResponse, at way: Way) -> [WebAddress] {
    guard page.isHTML, let address = way.hops.last else { return [] }
    let own = PageParts.of(page.body, at: address).compactMap { part -> WebAddress? in
      guard case .own(let part) = site.place(of: part), !part.isServedByPlatform else { return nil }
      return part
    }
    return Array(own.prefix(10))
  }

  private mutating func problem(with part: WebAddress) -> Problem.PartProblem? {
    switch follow(part, accept: "*/*").arrival {
    case .nowhere(.lost): .lost
    case .nowhere: .unanswered
    case .elsewhere: nil
    case .arrived(let response):
      response.status >= 400 ? .status(response.status) : response.isHTML && response.looksLikeHTML ? .page : nil
    }
  }

  // MARK: Redirects

  private enum Arrival {
    case arrived(ProbeResponse)
    /// The answer sends the visitor to another site.
    case elsewhere(ProbeResponse)
    case nowhere(Problem)
  }

  /// Asks for an address, and for where that redirects to.
  private mutating func follow(_ start: WebAddress, accept: String) -> (way: Way, arrival: Arrival) {
    var way = Way(hops: [start])
    var seen: [Step] = []
    while true {
      let address = way.hops[way.hops.count - 1]
      // With another cookie, the same address can answer something else.
      let step = Step(address: address, cookies: cookies)
      if seen.contains(step) { return (way, .nowhere(.lost(.inCircles))) }
      if seen.count > Self.redirects { return (way, .nowhere(.lost(.tooFar))) }
      seen.append(step)
      let request = ProbeRequest(
        origin: address.origin, target: address.target, accept: accept, cookies: cookies.header)
      switch ask(request) {
      case .refused: return (way, .nowhere(.refused))
      case .silent: return (way, .nowhere(.silent))
      case .broken(let what): return (way, .nowhere(.broken(what)))
      case .response(let response):
        for line in response.cookies { cookies.set(line, by: address.origin) }
        guard let location = response.redirect else { return (way, .arrived(response)) }
        guard let target = address.resolving(location) else { return (way, .elsewhere(response)) }
        switch site.place(of: target) {
        case .elsewhere: return (way, .elsewhere(response))
        case .inside: return (Way(hops: way.hops + [target]), .nowhere(.lost(.inside)))
        case .own(let target):
          // Where a redirect is what is wanted, it is the answer.
          if policy.wantsRedirect { return (way, .arrived(response)) }
          way.hops.append(target)
        }
      }
    }
  }

  private struct Step: Equatable {
    let address: WebAddress
    let cookies: CookieJar
  }

  private static let redirects = 5
}

extension WebAddress {
  /// What a platform or a CDN puts before an app, which no server of one's own has: Vercel's analytics and their like.
  fileprivate var isServedByPlatform: Bool {
    ["/_vercel/", "/.netlify/", "/cdn-cgi/"].contains { target.hasPrefix($0) }
  }
}

extension ProbeResponse {
  /// Where the answer sends the visitor.
  fileprivate var redirect: String? { [301, 302, 303, 307, 308].contains(status) ? location : nil }

  /// Whether a browser shows it as a page, and it can be read here.
  fileprivate var isHTML: Bool {
    guard encoding == nil || encoding?.lowercased() == "identity" else { return false }
    guard let type else { return looksLikeHTML }
    return ["text/html", "application/xhtml+xml"].contains { type.lowercased().hasPrefix($0) }
  }

  fileprivate var looksLikeHTML: Bool { body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "<") }
}
