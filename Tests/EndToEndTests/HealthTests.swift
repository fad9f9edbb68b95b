import Deploy
import Posix
import TestKit
import Testing

@Suite("A health check")
struct HealthTests {
  /// A Node app that does this for each request.
  private func app(_ handler: String, project: String? = nil, listen: String = "process.env.PORT, '127.0.0.1'")
    -> [String: String]
  {
    var files = App.node("")
    files["server.js"] = App.server(handler, listen: listen)
    files["nextdeploy.json"] = project
    return files
  }

  /// Pushes an app whose health check fails soon, and looks at what its pusher is told.
  private func refuse(_ files: [String: String], _ tells: String...) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", files)

      let start = ContinuousClock.now
      let push = try project.push().expect(status: 1)

      #expect(ContinuousClock.now - start < .seconds(55), "it went on until health.timeout")
      push.expect("FAILED at health")
      for text in tells { push.expect(text) }
      #expect(try sandbox.liveRelease() == nil)
      #expect(try sandbox.instances() == [])
    }
  }

  @Test("asks as Caddy does for the app's visitors", arguments: [nil, "shop.example.com"])
  func headers(domain: String?) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      if let domain { try sandbox.nextdeploy("config", "set", "domains", domain).expectSuccess() }
      let names = ["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]
      try project.commit(
        "One",
        app(
          """
          const line = ['\(names.joined(separator: "', '"))'].map(name => request.headers[name]).join(' ')
          require('fs').appendFileSync('\(sandbox.home)/requests', line + '\\n')
          answer.end()
          """))
      try project.push().expectSuccess()
      let url = try sandbox.url()
      let port = url.split(separator: ":").last ?? ""

      // A visitor's request through Caddy, who is on this machine too.
      try sandbox.run(["curl", "--silent", "--fail", "--resolve", "\(domain ?? "x"):\(port):127.0.0.1", url])
        .expectSuccess()

      let requests = try #require(try Files.text("\(sandbox.home)/requests")).split(separator: "\n")
      // The health check's, and the one through Caddy before "live" is said.
      #expect(requests == [requests[0], requests[0], requests[0]])
      #expect(requests[0] == "\(domain ?? "localhost"):\(port) 127.0.0.1 \(domain ?? "localhost"):\(port) http")
    }
  }

  @Test("follows redirects on the site, with the cookies that they set")
  func redirects() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        app(
          """
          if (request.url === '/en') return answer.end('hello')
          const known = request.headers.cookie === 'locale=en'
          answer.writeHead(307, known ? { Location: '/en' } : { Location: '/', 'Set-Cookie': 'locale=en; Path=/' }).end()
          """))

      try project.push().expectSuccess().expect("HTTP 200 at /en")
    }
  }

  @Test("takes a redirect to another site for an answer")
  func login() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", app("answer.writeHead(302, { Location: 'https://login.example.com/' }).end()"))

      try project.push().expectSuccess().expect("HTTP 302")
    }
  }

  @Test("refuses a page that redirects to itself, before the time is over")
  func loop() throws {
    try refuse(
      app("answer.writeHead(307, { Location: request.url === '/' ? '/en' : '/' }).end()"),
      "GET / redirects to itself: / → /en → /", "A browser would give up.")
  }

  @Test("refuses a redirect to where no visitor comes, and names it")
  func inside() throws {
    try refuse(
      app("answer.writeHead(307, { Location: `https://localhost:${process.env.PORT}/en` }).end()"),
      "GET / redirects to https://localhost:2", "/en, an address of the server itself that no visitor can reach",
      "its visitors come to http://localhost:")
  }

  @Test("refuses a page whose scripts are not there, and names the first")
  func missingScript() throws {
    let page =
      #"<link rel=stylesheet href=/there.css><script src=\"/_next/static/chunks/main.js?dpl=1&amp;x\"></script>"#
    try refuse(
      app(
        """
        if (request.url.startsWith('/_next')) return answer.writeHead(404).end('Not Found')
        answer.setHeader('Content-Type', request.url === '/' ? 'text/html; charset=utf-8' : 'text/css')
        answer.end(request.url === '/' ? "\(page)" : '')
        """), "the page / loads /_next/static/chunks/main.js?dpl=1&x, which answered 404",
      "name a page that does without")
  }

  @Test("of a page that never ends looks at what has arrived")
  func stream() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        app(
          """
          if (request.url !== '/') return answer.end('let a')
          answer.writeHead(200, { 'Content-Type': 'text/html' })
          answer.write('<script src=/a.js></script>')
          setInterval(() => answer.write('.'), 10)
          """))

      try project.push().expectSuccess().expect("HTTP 200, with 1 script or style")
    }
  }

  @Test("takes an app that answers 404 for one without pages, and says so")
  func noPages() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", app("answer.writeHead(request.url === '/items' ? 200 : 404).end('[]')"))

      try project.push().expectSuccess().expect("GET / answered 404, as apps without pages do.", "\"health.path\"")

      #expect(try sandbox.get("/items") == "[]")
    }
  }

  @Test("refuses a page that is named and not found, before the time is over")
  func wrongPath() throws {
    try refuse(
      app(
        "answer.writeHead(request.url === '/' ? 200 : 404).end()", project: #"{"health": {"path": "/up"}}"#),
      "GET /up answered 404 for ", " s, where 200-399 is healthy", "Name a page that is there")
  }

  @Test("finds an app that listens on ::1 alone, and so does Caddy from then on")
  func ipv6() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", app("answer.end('hello')", listen: "process.env.PORT, '::1'"))

      let push = try project.push().expectSuccess()

      push.expectNo("warning: shop listens")
      #expect(try sandbox.get() == "hello")
      // A change of its settings has the site written anew.
      let port = try #require(Int(try sandbox.url().split(separator: ":").last ?? "")) + 5
      try sandbox.nextdeploy("config", "set", "port", "\(port)").expectSuccess()
      #expect(try sandbox.get() == "hello")
      try project.commit("Two", app("answer.end('two')"))
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "two")
      try wait(until: "the old instance's end") { try sandbox.instances().count == 1 }
    }
  }
}
