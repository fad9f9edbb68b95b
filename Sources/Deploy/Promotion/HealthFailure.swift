// What is said of an instance that is not healthy: the cause, and what would help.
extension Promotion {
  func crashed(_ instance: Instance, _ exit: String) -> Failure {
    let lines = seams.output.lastLines(of: record.id)
    let advice = instance.candidate.advisor?.advice(
      on: lines.joined(separator: "\n"), by: .app, in: seams.workspace)
    return Failure(
      "starting \(app)", "the app ended before it answered (\(exit))\(advice.map { ": \($0.cause)" } ?? "")",
      next: advice?.next
        ?? "Its last lines say why. Check that it starts with '\(instance.process.start)' and has its settings.",
      excerpt: lines)
  }

  func taken(_ instance: Instance, by stranger: Stranger) -> Failure {
    Failure(
      "checking the health of \(app)", "port \(instance.id.port), which \(app) was given, is taken by \(stranger)",
      next:
        "Push again: another port is taken then. Where it comes back, end that program, or have it listen elsewhere.",
      excerpt: seams.output.lastLines(of: record.id))
  }

  /// - Parameter seconds: how long the instance was visited.
  func unhealthy(
    _ instance: Instance, _ problem: Problem, _ way: Way, seconds: Double, _ state: InstanceState
  ) -> Failure {
    let policy = instance.release.health
    let time = (seconds < policy.timeout ? seconds.rounded() : policy.timeout).plain
    let (cause, next) =
      switch problem {
      case .status(let status):
        (
          "GET \(way) answered \(status) for \(time) s, where \(policy.statusText) is healthy",
          help(with: status, policy)
        )
      case .lost(let loss): (Self.cause(of: loss, way), help(with: loss, way))
      case .part(let part, let problem):
        (
          "the page \(way.last) loads \(part.target), which \(Self.words(for: problem))",
          help(with: part, instance.release)
        )
      case .silent:
        (
          "the app took the connection, but did not answer GET \(way) within \(time) s",
          "Look for what it waits for, or raise \"health.timeout\" in \(ProjectFile.name)."
        )
      case .broken(let what):
        (
          "the answer to GET \(way) is not HTTP (\(what))",
          "The app must speak plain HTTP on the port that PORT names."
        )
      case .refused: notListening(instance, state, time)
      }
    return Failure(
      "checking the health of \(app)", cause, next: next, excerpt: seams.output.lastLines(of: record.id))
  }

  /// The same of a release that is nothing but files.
  func unhealthy(_ release: ReleaseRecord, _ problem: Problem, _ way: Way) -> Failure {
    let (cause, next) =
      switch problem {
      case .status(let status):
        (
          "GET \(way) answered \(status), where \(release.health.statusText) is healthy",
          help(with: status, release.health)
        )
      case .lost(let loss): (Self.cause(of: loss, way), help(with: loss, way))
      case .part(let part, let problem):
        ("the page \(way.last) loads \(part.target), which \(Self.words(for: problem))", help(with: part, release))
      case .silent, .broken, .refused:
        (
          "a Caddy that was started for a look at the files did not answer GET \(way)",
          "Push again; 'sudo nextdeploy doctor' looks at the server's Caddy."
        )
      }
    return Failure("checking the health of \(app)", cause, next: next)
  }

  private func notListening(
    _ instance: Instance, _ state: InstanceState, _ time: String
  ) -> (cause: String, next: String) {
    let port = instance.id.port
    var listeners: [ListeningAddress] = []
    if case .running(let process, _) = state { listeners = seams.listeners.listeners(of: process, on: port).sorted() }
    if listeners.isEmpty {
      return (
        "the app did not listen on 127.0.0.1:\(port) within \(time) s",
        "It must listen on the port that the environment variable PORT names."
      )
    }
    return (
      "the app listens on \(listeners.map(\.description).joined(separator: ", ")), not on 127.0.0.1:\(port)",
      "It must listen on the port in PORT and the address in HOSTNAME, which is 127.0.0.1."
    )
  }

  // MARK: A bad status

  private func help(with status: Int, _ policy: HealthPolicy) -> String {
    let pages = policy.pages ?? []
    switch status {
    case 404 where !pages.isEmpty:
      return "The build has the \(pages.count == 1 ? "page" : "pages") \(pages.joined(separator: ", ")): name the one "
        + "that shall answer as \"health.path\" in \(ProjectFile.name)."
    case 404: return "Name a page that is there as \"health.path\" in \(ProjectFile.name)."
    case 401, 403:
      return "The page is not for everybody: name one that is as \"health.path\" in \(ProjectFile.name), or take "
        + "\(status) for healthy with \"health.status\"."
    case 500...: return "Its last lines may say why; 'nextdeploy env list' shows which settings it was given."
    case 300..<400:
      return "It redirects to another site: name a page that answers by itself as \"health.path\" in "
        + "\(ProjectFile.name), or take \(status) for healthy with \"health.status\"."
    default: return "Correct the page, or set \"health.path\" and \"health.status\" in \(ProjectFile.name)."
    }
  }

  // MARK: A redirect that leads nowhere

  private static func cause(of loss: Problem.Loss, _ way: Way) -> String {
    switch loss {
    case .inCircles: "GET \(way.first) redirects to itself: \(way)"
    case .tooFar: "GET \(way.first) redirects again and again: \(way)"
    case .inside:
      "GET \(way.first) redirects to \(way.end), an address of the server itself that no visitor can reach"
    }
  }

  private func help(with loss: Problem.Loss, _ way: Way) -> String {
    let origin = seams.origin(config)
    switch loss {
    case .inside:
      return "Make the address from the request's Host header or of the path alone, and check the app's settings "
        + "(AUTH_URL, NEXTAUTH_URL, BASE_URL and the like): its visitors come to \(origin)."
    case .inCircles, .tooFar:
      if origin.scheme == .http, way.hops.contains(where: { $0.origin.scheme == .https }) {
        return "The app wants https, and \(origin) has none: give it a domain with 'nextdeploy config set domains'."
      }
      return
        "A browser would give up. Look for what redirects there: a middleware (its matcher, the locale, a cookie), "
        + "or redirects and trailingSlash in the app's configuration."
    }
  }

  // MARK: What the page loads

  private static func words(for problem: Problem.PartProblem) -> String {
    switch problem {
    case .status(let status): "answered \(status)"
    case .page: "is answered with a page (text/html)"
    case .lost: "redirects, and leads nowhere"
    case .unanswered: "is not answered"
    }
  }

  private func help(with part: WebAddress, _ release: ReleaseRecord) -> String {
    if release.process?.start.description.contains("standalone/server.js") == true {
      return
        "Next's standalone server has no .next/static and no public of its own. Leave the start script out, or make "
        + "it 'next start', and nextdeploy puts them there; or have the build copy them to .next/standalone."
    }
    if release.site?.base.isTop == true, let first = part.target.pathParts.first, part.target.pathParts.count > 1 {
      return "Check that the build makes it. If the site is built for a path (base, baseUrl, pathPrefix), set that in "
        + "\(ProjectFile.name), as in \"base\": \"/\(first)\"."
    }
    return "Check that the build makes it, that git does not ignore what it is made of, and that the server serves its "
      + "directory; or name a page that does without as \"health.path\" in \(ProjectFile.name)."
  }
}

extension Double {
  /// Without a needless ".0".
  var plain: String { self == rounded() ? String(Int(self)) : String(self) }
}
