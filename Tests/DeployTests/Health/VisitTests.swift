@testable import Deploy
import Testing

@Suite("A visit")
struct VisitTests {
  private let origin = Origin(.https, host: "shop.example.com")

  /// Visits a site of these answers; what it does not have is 404.
  private func visit(
    _ answers: [String: ProbeResponse], path: String = "/", _ change: (inout HealthPolicy) -> Void = { _ in }
  ) throws -> (finding: Finding, requests: [ProbeRequest]) {
    var policy = HealthPolicy()
    policy.path = path
    change(&policy)
    var requests: [ProbeRequest] = []
    let site = VisitedSite(origin: origin, otherHosts: ["www.example.com"], instance: try Port("3001"))
    var visit = Visit(to: site, policy) { request in
      requests.append(request)
      let key = request.origin == self.origin ? request.target : "\(request.origin)\(request.target)"
      return .response(answers["\(key) \(request.cookies ?? "")"] ?? answers[key] ?? ProbeResponse(status: 404))
    }
    return (visit.run(), requests)
  }

  private func redirect(_ location: String, _ cookies: String...) -> ProbeResponse {
    ProbeResponse(status: 307, location: location, cookies: cookies)
  }

  private func html(_ text: String, status: Int = 200) -> ProbeResponse {
    ProbeResponse(status: status, type: "text/html; charset=utf-8", body: Array(text.utf8))
  }

  private func way(_ targets: String...) -> Way { Way(hops: targets.map { WebAddress(origin, $0) }) }

  private let ok = ProbeResponse(status: 200)

  @Test("is a request as the proxy hands it on")
  func requestProxyHands() throws {
    let request = try #require(try visit(["/up?a=b": ok], path: "/up?a=b").requests.first)

    #expect(request.target == "/up?a=b")
    #expect(
      request.headers.map { "\($0.name): \($0.value)" } == [
        "Host: shop.example.com", "User-Agent: nextdeploy", "Accept: text/html,*/*;q=0.8", "Accept-Encoding: identity",
        "Accept-Language: en", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: shop.example.com",
        "X-Forwarded-Port: 443", "X-Forwarded-Proto: https",
      ])
  }

  @Test("follows redirects on the site, five at most")
  func followsRedirectsSite() throws {
    var answers = ["/5": ok, "/6": ok]
    for number in 0..<5 {
      answers["/\(number)"] = redirect(number.isMultiple(of: 2) ? "/\(number + 1)" : "\(number + 1)")
    }

    #expect(try visit(answers, path: "/0").finding == .good(200, way("/0", "/1", "/2", "/3", "/4", "/5"), parts: 0))
    answers["/5"] = redirect("https://shop.example.com/6")
    #expect(
      try visit(answers, path: "/0").finding == .bad(.lost(.tooFar), way("/0", "/1", "/2", "/3", "/4", "/5", "/6")))
  }

  @Test("follows every kind of redirect", arguments: [301, 302, 303, 307, 308])
  func followsEveryKind(_ status: Int) throws {
    let (finding, _) = try visit(["/": ProbeResponse(status: status, location: "/en"), "/en": ok])

    #expect(finding == .good(200, way("/", "/en"), parts: 0))
  }

  @Test(
    "takes anything but a redirect for an answer",
    arguments: [(300, "/en"), (304, "/en"), (302, nil)] as [(Int, String?)])
  func takesAnswerNo(_ status: Int, _ location: String?) throws {
    #expect(
      try visit(["/": ProbeResponse(status: status, location: location)]).finding == .good(status, way("/"), parts: 0))
  }

  @Test("finds that a page redirects to itself")
  func findsPageRedirects() throws {
    #expect(try visit(["/": redirect("/")]).finding == .bad(.lost(.inCircles), way("/", "/")))
    #expect(
      try visit(["/": redirect("/en"), "/en": redirect("https://shop.example.com/")]).finding
        == .bad(.lost(.inCircles), way("/", "/en", "/")))
    // By way of what the proxy does with plain HTTP.
    #expect(
      try visit(["/": redirect("http://shop.example.com/")]).finding == .bad(.lost(.inCircles), way("/", "/")))
  }

  @Test("sends a cookie along that was set on the way")
  func sendsCookieAlong() throws {
    let (finding, requests) = try visit(["/": redirect("/", "locale=en; Path=/"), "/ locale=en": ok])

    #expect(finding == .good(200, way("/", "/"), parts: 0))
    #expect(requests.map(\.cookies) == [nil, "locale=en"])
  }

  @Test("ends with a cookie that changes for ever")
  func endsCookieChanges() throws {
    var count = 0
    let site = VisitedSite(origin: origin, otherHosts: [], instance: try Port("3001"))
    var visit = Visit(to: site, HealthPolicy()) { _ in
      count += 1
      return .response(ProbeResponse(status: 302, location: "/", cookies: ["n=\(count)"]))
    }

    #expect(visit.run() == .bad(.lost(.tooFar), Way(hops: Array(repeating: WebAddress(origin, "/"), count: 7))))
  }

  @Test(
    "finds a redirect that leads no visitor anywhere",
    arguments: ["https://localhost:3001/en", "http://127.0.0.1:3001/", "https://shop.example.com:3001/"])
  func findsRedirectLeads(_ location: String) throws {
    let (finding, requests) = try visit(["/": redirect(location)])

    #expect(
      finding
        == .bad(.lost(.inside), Way(hops: [WebAddress(origin, "/"), WebAddress(origin, "/").resolving(location)!])))
    #expect(requests.count == 1)
  }

  @Test("ends well where another site goes on")
  func endsWellAnother() throws {
    let (finding, requests) = try visit(["/": redirect("https://login.example.com/?next=/")])

    #expect(finding == .good(307, way("/"), parts: 0))
    #expect(requests.count == 1)
    #expect(
      try visit(["/": redirect("https://login.example.com/")]) { $0.status = 200...204 }.finding
        == .bad(.status(307), way("/")))
    #expect(try visit(["/": redirect("app://open")]).finding == .good(307, way("/"), parts: 0))
  }

  @Test("goes on under the app's other names, and says so")
  func goesUnderApp() throws {
    let (finding, requests) = try visit(["/": redirect("https://www.example.com/"), "https://www.example.com/": ok])

    #expect(finding == .good(200, Way(hops: requests.map { WebAddress($0.origin, $0.target) }), parts: 0))
    #expect(requests.last?.headers.first?.value == "www.example.com")
  }

  @Test("accepts a redirect where one is asked for")
  func takesRedirectItself() throws {
    let (finding, requests) = try visit(["/": redirect("/en")]) { $0.status = 307...308 }

    #expect(finding == .good(307, way("/"), parts: 0))
    #expect(requests.count == 1)
    #expect(
      try visit(["/": redirect("http://localhost/")]) { $0.status = 300...399 }.finding.isLost, "no visitor comes there"
    )
  }

  @Test("judges the last answer")
  func judgesLastAnswer() throws {
    #expect(
      try visit(["/": redirect("/en"), "/en": ProbeResponse(status: 500)]).finding
        == .bad(.status(500), way("/", "/en")))
    #expect(try visit([:]).finding == .bad(.status(404), way("/")))
    #expect(try visit([:]) { $0.tolerated = 400...499 }.finding == .good(404, way("/"), parts: 0))
  }

  @Test("asks for another page only where the first is not found")
  func asksAnotherPage() throws {
    let alternative = { (policy: inout HealthPolicy) in policy.alternative = "/about" }

    #expect(try visit(["/about": ok], alternative).finding == .good(200, way("/about"), parts: 0))
    #expect(try visit(["/": ok], alternative).requests.count == 1)
    #expect(
      try visit(["/": ProbeResponse(status: 500), "/about": ok], alternative).finding == .bad(.status(500), way("/")))
    #expect(try visit([:], alternative).finding == .bad(.status(404), way("/about")))
  }

  // MARK: What the page loads

  @Test("asks for the page's own scripts and styles")
  func asksPageOwn() throws {
    let page = html(
      """
      <link rel=stylesheet href=/a.css><script src="https://cdn.example.com/b.js"></script>
      <script src="https://shop.example.com/c.js?v=1"></script><script src="/_vercel/insights/script.js"></script>
      """)

    let (finding, requests) = try visit(["/": redirect("/en", "a=b"), "/en": page, "/a.css": ok, "/c.js?v=1": ok])

    #expect(finding == .good(200, way("/", "/en"), parts: 2))
    #expect(requests.map(\.target) == ["/", "/en", "/a.css", "/c.js?v=1"])
    #expect(requests.dropFirst(2).allSatisfy { $0.accept == "*/*" && $0.cookies == "a=b" })
  }

  @Test("asks for ten of them at most")
  func asksTenMost() throws {
    let numbers = 0..<20
    var answers = Dictionary(uniqueKeysWithValues: numbers.map { ("/\($0).js", ok) })
    answers["/"] = html(numbers.map { "<script src=/\($0).js></script>" }.joined())

    #expect(try visit(answers).requests.count == 11)
  }

  @Test("finds one that is not there")
  func findsNot3() throws {
    let answers: [(ProbeResponse, Problem.PartProblem)] = [
      (ProbeResponse(status: 404), .status(404)), (ProbeResponse(status: 403), .status(403)),
      (ProbeResponse(status: 503), .status(503)), (redirect("/a.js"), .lost), (redirect("http://localhost/"), .lost),
      // As a server that gives each unknown path its index.html, or its login.
      (html("\n<!doctype html>"), .page), (redirect("/login"), .page),
    ]
    for (answer, problem) in answers {
      let page = html("<script src=/a.js></script><script src=/b.js></script>")

      let (finding, _) = try visit(["/": page, "/a.js": answer, "/b.js": ok, "/login": html("<p>")])

      #expect(finding == .bad(.part(WebAddress(origin, "/a.js"), problem), way("/")))
    }
  }

  @Test("does not mind a part that is elsewhere, or a script with a wrong type")
  func doesNotMind() throws {
    let page = html("<script src=/a.js></script><script src=/b.js></script>")

    let (finding, _) = try visit(["/": page, "/a.js": redirect("https://cdn.example.com/a.js"), "/b.js": html("let a")])

    #expect(finding == .good(200, way("/"), parts: 2))
  }

  @Test(
    "looks for parts in HTML only",
    arguments: [
      ProbeResponse(status: 200, type: "application/json", body: Array("<script src=/a.js></script>".utf8)),
      ProbeResponse(status: 200, type: "text/html", encoding: "gzip", body: Array("<script src=/a.js></script>".utf8)),
      ProbeResponse(status: 200, body: Array("{\"<script src=/a.js></script>\"}".utf8)),
    ])
  func looksPartsHTML(_ answer: ProbeResponse) throws {
    #expect(try visit(["/": answer]).finding == .good(200, way("/"), parts: 0))
  }

  @Test("looks for them in HTML without a type too")
  func looksHTMLWithout() throws {
    let page = ProbeResponse(status: 200, body: Array("\n<script src=/a.js></script>".utf8))

    #expect(try visit(["/": page, "/a.js": ok]).finding == .good(200, way("/"), parts: 1))
  }

  @Test(
    "ends where there is no answer",
    arguments: [
      (ProbeAnswer.refused, Problem.refused), (.silent, .silent), (.broken("why"), .broken("why")),
    ])
  func endsNoAnswer(_ answer: ProbeAnswer, _ problem: Problem) throws {
    let site = VisitedSite(origin: origin, otherHosts: [], instance: try Port("3001"))
    var visit = Visit(to: site, HealthPolicy()) { _ in answer }

    #expect(visit.run() == .bad(problem, way("/")))
  }
}

extension Finding {
  fileprivate var isLost: Bool {
    if case .bad(.lost, _) = self { true } else { false }
  }
}
