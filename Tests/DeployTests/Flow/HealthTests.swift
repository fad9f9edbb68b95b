@testable import Deploy
import Testing

/// What an app may say of its health check.
private let particular = #"{"health": {"path": "/up", "timeout": 30, "status": "200-204"}}"#

@Suite("The health check")
struct HealthTests {
  private func failure(
    _ answer: ProbeAnswer, _ state: InstanceState = .running(process: 7, restarts: 0),
    listeners: [ListeningAddress] = []
  ) throws -> (World, Failure?) {
    let world = try World()
    world.answers = { _ in answer }
    world.stateAfterStart = state
    world.listeners = listeners
    return (world, try world.push("one", World.app("one", project: particular)).failure)
  }

  @Test(
    "names the cause of a bad answer",
    arguments: [
      (ProbeAnswer.status(500), "GET /up answered 500 for 15 s, where 200-204 is healthy"),
      (.status(301), "GET /up answered 301 for 5 s, where 200-204 is healthy"),
      (.silent, "the app took the connection, but did not answer GET /up within 30 s"),
      (.broken("it closed the connection"), "the answer to GET /up is not HTTP (it closed the connection)"),
      (.refused, "the app did not listen on 127.0.0.1:3001 within 30 s"),
    ])
  func namesCauseBad(_ answer: ProbeAnswer, _ cause: String) throws {
    let (world, failure) = try failure(answer)

    #expect(failure?.cause == cause)
    #expect(failure?.excerpt == ["the app's last words"])
    #expect(world.events("route").isEmpty)
    #expect(world.instances.isEmpty)
  }

  @Test("names the addresses on which the app listens instead")
  func namesAddressesApp() throws {
    let listeners = [ListeningAddress(host: "::1", port: 4000), ListeningAddress(host: "127.0.0.1", port: 4000)]

    let (_, failure) = try failure(.refused, listeners: listeners)

    #expect(failure?.cause == "the app listens on 127.0.0.1:4000, [::1]:4000, not on 127.0.0.1:3001")
  }

  @Test(
    "fails soon when the app ends, with the last lines it wrote",
    arguments: [
      (InstanceState.waitingToRestart(exit: "exit code 1", restarts: 0), "exit code 1"),
      (.running(process: 8, restarts: 2), "more than once"),
    ])
  func failsSoonWhen(_ state: InstanceState, _ how: String) throws {
    let world = try World()
    world.answers = { _ in .refused }
    world.stateAfterStart = state

    let record = try world.push("one")

    #expect(record.failure?.cause == "the app ended before it answered (\(how))")
    #expect(record.failure?.excerpt == ["the app's last words"])
    #expect(world.waited < .seconds(0.1))
  }

  @Test(
    "does not take another program's answer for that of an app that ended",
    arguments: [
      InstanceState.waitingToRestart(exit: "exit code 1", restarts: 1), .running(process: 8, restarts: 1), .lost,
      .absent,
    ])
  func doesNotTake(_ state: InstanceState) throws {
    let world = try World()
    world.stateAfterStart = state
    world.answers = { _ in .status(200) }

    let record = try world.push("one", World.app("one", project: particular))

    #expect(record.outcome == .failed)
    #expect(world.events("route").isEmpty)
  }

  @Test(
    "does not take a stranger on the app's port for the app, and names it",
    arguments: [
      InstanceState.running(process: 8, restarts: 0), .waitingToRestart(exit: "exit code 1", restarts: 0),
    ])
  func doesNotTakeStranger(_ state: InstanceState) throws {
    let world = try World()
    world.stateAfterStart = state
    let address = ListeningAddress(host: "0.0.0.0", port: 3001)
    world.strangers = [Stranger(address: address, name: "node (process 7) of the app blog")]

    let record = try world.push("one")

    #expect(
      record.failure?.cause
        == "port 3001, which shop was given, is taken by node (process 7) of the app blog, which listens on 0.0.0.0:3001"
    )
    #expect(record.step == .health)
    #expect(world.events("route").isEmpty)
    #expect(world.instances.isEmpty)
  }

  @Test("warns of an app that the outside can reach, and lets it go live")
  func warnsAppOutside() throws {
    let world = try World()
    let hosts = ["0.0.0.0", "::", "127.0.0.1", "::1"]
    world.listeners = hosts.map { ListeningAddress(host: $0, port: 3001) } + [ListeningAddress(host: "::", port: 80)]

    let record = try world.push("one")

    let warnings = world.told.lines.filter { $0.hasPrefix("warning: shop listens on") }
    #expect(record.outcome == .live)
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("shop listens on 0.0.0.0:3001, [::]:3001: without a firewall") == true)
  }

  @Test("does not warn of an app that only this machine can reach")
  func doesNotWarn() throws {
    let world = try World()
    world.listeners = ["127.0.0.1", "127.0.0.2", "::1"].map { ListeningAddress(host: $0, port: 3001) }

    try world.push("one")

    #expect(!world.told.lines.contains { $0.hasPrefix("warning: shop listens on") })
  }

  @Test("asks until the app answers well")
  func asksUntilApp() throws {
    let world = try World()
    var answers: [ProbeAnswer] = [.refused, .silent, .status(503), .status(204)]
    world.answers = { _ in answers.removeFirst() }

    let record = try world.push("one")

    #expect(record.outcome == .live)
    #expect(answers.isEmpty)
    #expect(world.events("ask").count == 4)
  }

  @Test("asks as the proxy does for the app's visitors")
  func asksProxyDoes() throws {
    for (domains, expected) in [([], "server:8081"), ([try Domain("shop.example.com")], "shop.example.com")] {
      let world = try World()
      world.config.domains = domains

      try world.push("one")

      #expect(world.events("ask") == ["ask 3001/ as \(expected)"])
    }
  }

  @Test("asks often while the app starts and seldom when that takes long")
  func asksOftenWhile() {
    let starting = Promotion.pause(listening: false, elapsed: 0.1)
    let waiting = Promotion.pause(listening: false, elapsed: 6)

    #expect(starting < Promotion.pause(listening: true, elapsed: 0.1))
    #expect(starting < waiting)
    #expect(waiting < Promotion.pause(listening: false, elapsed: 20))
  }

  // MARK: What a visitor gets

  private func redirect(_ location: String) -> ProbeAnswer {
    .response(ProbeResponse(status: 307, location: location))
  }

  @Test("fails where the page redirects to itself or to an internal address")
  func failsPageRedirects() throws {
    let cases = [
      (["/": "/en", "/en": "/"], "GET / redirects to itself: / → /en → /", "A browser would give up."),
      (
        ["/": "https://localhost:3001/en"],
        "GET / redirects to https://localhost:3001/en, an address of the server itself that no visitor can reach",
        "its visitors come to https://shop.example.com."
      ),
    ]
    for (locations, cause, help) in cases {
      let world = try World()
      world.page = { request, _ in redirect(locations[request.target] ?? "/nowhere") }

      let record = try world.push("one", World.app("one"))

      #expect(record.failure?.cause == cause)
      #expect(record.failure?.next.contains(help) == true)
      #expect(world.events("route").isEmpty)
    }
  }

  @Test("says that an app wants https where it has no domain")
  func saysAppWants() throws {
    let world = try World()
    world.config.domains = []
    world.page = { request, _ in redirect("https://server:8081\(request.target)") }

    let record = try world.push("one", World.app("one"))

    #expect(record.failure?.cause == "GET / redirects to itself: / → https://server:8081/ → https://server:8081/")
    #expect(record.failure?.next.contains("'nextdeploy config set domains'") == true)
  }

  @Test("fails where one of the page's scripts is not there, and names it")
  func failsPageScripts() throws {
    let world = try World()
    let html = "<script src=/_next/static/main.js></script>"
    world.page = { request, _ in
      request.target == "/"
        ? .response(ProbeResponse(status: 200, type: "text/html", body: Array(html.utf8))) : .status(404)
    }
    let app = try World.app(
      "one", project: #"{"start": "node .next/standalone/server.js"}"#)

    let record = try world.push("one", app)

    #expect(record.failure?.cause == "the page / loads /_next/static/main.js, which answered 404")
    #expect(record.failure?.next.hasPrefix("Next's standalone server has no .next/static and no public") == true)
    #expect(record.failure?.excerpt == ["the app's last words"])
    #expect(world.events("route").isEmpty)
  }

  @Test(
    "says what would help with a status",
    arguments: [
      (404, "Name a page that is there as \"health.path\""), (401, "take 401 for healthy with \"health.status\""),
      (503, "'nextdeploy env list' shows"), (418, "Correct the page"),
    ])
  func saysHelpsAgainst(_ status: Int, _ help: String) throws {
    let (_, failure) = try failure(.status(status))

    #expect(failure?.next.contains(help) == true)
  }

  @Test("takes an app that answers 404 to everything for one without pages")
  func takesAppWithout() throws {
    let world = try World()
    world.answers = { _ in .status(404) }

    let record = try world.push("one", World.app("one"))

    #expect(record.outcome == .live)
    #expect(world.told.lines("health: ") == ["health: HTTP 404"])
    #expect(world.told.lines("note: GET / answered 404, as apps without pages do.").count == 1)
  }

  // MARK: Where it listens

  @Test("finds an app on ::1, and has the proxy look for it there, until it is drained")
  func findsApp1() throws {
    let world = try World()
    world.page = { _, instance in instance.address == .v6 ? .status(200) : .refused }
    world.listeners = [ListeningAddress(host: "::1", port: 3001)]

    try world.push("one")

    #expect(world.routedTo == .instance(Upstream(.v6, port: try Port("3001"))))
    #expect(world.live?.destination == world.routedTo)
    // A crash after the switch: what the proxy's own file says is what is live.
    world.listeners.append(ListeningAddress(host: "::1", port: 3002))
    world.crash = "setLive"
    try world.push("two")
    world.crash = nil
    world.dead = Set(world.records.keys)
    try world.recover()
    #expect(world.live?.destination == .instance(Upstream(.v6, port: try Port("3002"))))
    #expect(world.routedTo == world.live?.destination)
  }

  @Test("asks no other program on ::1", arguments: [[], [ListeningAddress(host: "::1", port: 4000)]])
  func asksNoOther(_ listeners: [ListeningAddress]) throws {
    let world = try World()
    world.page = { _, instance in instance.address == .v6 ? .status(200) : .refused }
    world.listeners = listeners

    let record = try world.push("one", World.app("one", project: #"{"health": {"timeout": 0.05}}"#))

    #expect(record.outcome == .failed)
  }
}
