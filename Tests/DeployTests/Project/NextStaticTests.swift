@testable import Deploy
import Testing

@Suite("The files below /_next/static")
struct NextStaticTests {
  private func rules(
    config: String = "{}", rules: String? = "{}", middleware: String? = nil, node: String? = nil
  ) throws -> NextStatic {
    let files = [
      "required-server-files.json": "{\"config\": \(config)}",
      "routes-manifest.json": rules,
      "server/middleware-manifest.json": middleware.map { "{\"middleware\": {\"/\": {\"matchers\": \($0)}}}" },
      "server/functions-config-manifest.json": node.map { "{\"functions\": {\"/_middleware\": \($0)}}" },
    ]
    return try NextStatic(NextManifests { files[$0] ?? nil })
  }

  @Test(
    "are where basePath and assetPrefix put them",
    arguments: [
      ("{}", "_next/static"), (#"{"basePath": "/docs"}"#, "docs/_next/static"),
      (#"{"basePath": "/docs", "assetPrefix": "/docs"}"#, "docs/_next/static"),
      (#"{"basePath": "/docs", "assetPrefix": "/cdn/"}"#, "cdn/_next/static"),
      (#"{"assetPrefix": "https://cdn.example.com/x"}"#, "_next/static"),
      (#"{"assetPrefix": "//cdn.example.com"}"#, "_next/static"), (#"{"basePath": "/../.."}"#, nil),
    ])
  func place(_ config: String, _ path: String?) throws {
    #expect(try rules(config: config).path?.description == path)
  }

  @Test("need no Next.js where nothing but Next.js's own rules is for them")
  func plain() throws {
    #expect(try rules().obstacle == nil)
    #expect(
      try rules(
        rules: #"""
          {"redirects": [{"source": "/:path+/", "internal": true}, {"source": "/old"}],
            "headers": [{"source": "/api/:path*"}],
            "rewrites": {"beforeFiles": [{"source": "/blog/:slug"}], "afterFiles": [{"source": "/:path*"}]}}
          """#,
        middleware: #"[{"originalSource": "/((?!api|_next/static|_next/image|favicon.ico).*)"}]"#,
        node: #"{"matchers": [{"originalSource": "/dashboard/:path*"}]}"#
      ).obstacle == nil)
  }

  @Test("go through Next.js where something of the app's may be for them")
  func obstacles() throws {
    #expect(try rules(middleware: #"[{"originalSource": "/:path*"}]"#).obstacle?.contains("middleware") == true)
    // A middleware without a matcher is for everything.
    #expect(try rules(node: "{}").obstacle?.contains("middleware") == true)
    #expect(try rules(rules: #"{"headers": [{"source": "/(.*)"}]}"#).obstacle?.contains("headers") == true)
    #expect(try rules(rules: #"{"redirects": [{"source": "/:path*"}]}"#).obstacle?.contains("redirects") == true)
    #expect(
      try rules(rules: #"{"rewrites": {"beforeFiles": [{"source": "/_next/:path*"}]}}"#).obstacle?.contains("rewrites")
        == true)
    #expect(try rules(rules: nil).obstacle != nil)
    // In next.config's rules basePath is written out, in a middleware's patterns it is not.
    let base = #"{"basePath": "/docs"}"#
    #expect(try rules(config: base, rules: #"{"headers": [{"source": "/docs/:path*"}]}"#).obstacle != nil)
    #expect(try rules(config: base, rules: #"{"headers": [{"source": "/docs/api/:path*"}]}"#).obstacle == nil)
    #expect(try rules(config: base, middleware: #"[{"originalSource": "/docs/:path*"}]"#).obstacle == nil)
    #expect(try rules(config: base, middleware: #"[{"originalSource": "/_next/:path*"}]"#).obstacle != nil)
  }

  @Test("with an assetPrefix are where a middleware may be for that, but for Next.js's own rule")
  func prefixed() throws {
    let config = #"{"basePath": "/docs", "assetPrefix": "/docs/cdn"}"#
    let own = #"{"source": "/docs/cdn/_next/:path+", "destination": "/docs/_next/:path+"}"#
    let manifest = { (rules: String) in #"{"rewrites": {"beforeFiles": [\#(rules)]}}"# }
    #expect(try rules(config: config, rules: manifest(own)).obstacle == nil)
    #expect(try rules(config: #"{"basePath": "/docs"}"#, rules: manifest(own)).obstacle == nil)
    #expect(
      try rules(config: config, rules: manifest(own.replacing("/docs/_next", with: "/docs/guard"))).obstacle != nil)
    #expect(
      try rules(config: config, rules: manifest(own.replacing("/docs/cdn/_next", with: "/docs/_next"))).obstacle
        != nil)

    // What is below it does not begin with "_next".
    #expect(
      try rules(config: config, rules: manifest(own), middleware: #"[{"originalSource": "/((?!_next).*)"}]"#).obstacle?
        .contains("middleware") == true)
    #expect(
      try rules(config: config, rules: manifest(own), middleware: #"[{"originalSource": "/((?!_next|cdn).*)"}]"#)
        .obstacle == nil)
    // One that is not below basePath no middleware sees.
    #expect(
      try rules(
        config: #"{"basePath": "/docs", "assetPrefix": "/cdn"}"#, middleware: #"[{"originalSource": "/cdn/:path*"}]"#
      ).obstacle == nil)
  }

  @Test(
    "are told from what a pattern is for by its beginning only",
    arguments: [
      ("/", false), ("/about", false), ("/about/:path*", false), ("/a-b_c.d~e/x", false), ("/((?!_next).*)", false),
      ("/((?!api|_next/static/).*)", false), ("/:path*", true), ("/(.*)", true), ("/_next/static/x", true),
      ("/_NEXT/:path*", true), ("/((?!api).*)", true), ("/((?!_next/image).*)", true), ("/((?!x_next/static).*)", true),
      ("/:lang(en|de)/x", false), ("/*", true), ("about", true),
      ("/((?!_next).*|_next/static/.*)", true), ("/((?!_next)|(?:_next).*)", true), ("", true), ("/(about)", false),
      ("/abou?t", true),
    ])
  func beginning(_ source: String, _ mayMatch: Bool) {
    #expect(NextPattern(source).mayBe(below: ["_next", "static"]) == mayMatch)
  }

  @Test("go through Next.js for a pattern that is not there")
  func absent() { #expect(NextPattern(nil).mayBe(below: ["_next", "static"])) }
}
