@testable import Deploy
import Testing

@Suite("The routes of a Next.js build")
struct NextRoutesTests {
  private func routes(
    app: [String: String] = [:], old: [String] = [], config: String = "{}", rules: String = "{}",
    others: [String: String] = [:]
  ) throws -> NextRoutes {
    let files = [
      "required-server-files.json": "{\"config\": \(config)}",
      "app-path-routes-manifest.json": "{\(app.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ","))}",
      "server/pages-manifest.json": "{\(old.map { "\"\($0)\": \"x\"" }.joined(separator: ","))}",
      "routes-manifest.json": rules,
    ].merging(others) { $1 }
    return try NextRoutes(NextManifests { files[$0] })
  }

  /// As Next.js 16.4.5 wrote them for an app with all of these.
  @Test("are its pages without parameters, the shortest first")
  func pagesWithoutParameters() throws {
    let routes = try routes(
      app: [
        "/(shop)/cart/page": "/cart", "/@modal/(.)about/page": "/(.)about", "/_global-error/page": "/_global-error",
        "/_not-found/page": "/_not-found", "/about/page": "/about", "/about/us/page": "/about/us",
        "/api/hello/route": "/api/hello", "/cron/route": "/cron", "/post/[id]/page": "/post/[id]",
        "/sitemap.xml/route": "/sitemap.xml", "/a b/page": "/a b", "/v1.0/page": "/v1.0",
      ],
      old: ["/_app", "/_document", "/_error", "/api/p", "/api", "/old", "/404", "/500", "/x/[...all]"],
      config: #"{"basePath": "/docs", "trailingSlash": true}"#)

    #expect(routes.home == "/docs/")
    #expect(
      routes.pages == ["/docs/a%20b/", "/docs/about/", "/docs/cart/", "/docs/old/", "/docs/v1.0", "/docs/about/us/"])
    #expect(!routes.mayHaveHome)
  }

  @Test(
    "begin with the home page, where it is one",
    arguments: [
      (["/page": "/"], [], ["/"]), ([:], ["/"], ["/"]), (["/page": "/", "/a/page": "/a"], [], ["/", "/a"]),
      (["/api/route": "/api"], [], []), ([:], [], []),
    ] as [([String: String], [String], [String])])
  func beginHomePage(_ app: [String: String], _ old: [String], _ pages: [String]) throws {
    let routes = try routes(app: app, old: old)

    #expect(routes.home == "/")
    #expect(routes.pages == pages)
  }

  @Test("have those that were made of pages with parameters, but none that was not found")
  func madePagesParameters() throws {
    let made = """
      {"routes": {
        "/en": {"srcRoute": "/[locale]", "dataRoute": "/en.rsc"}, "/gone": {"initialStatus": 404, "srcRoute": "/gone"},
        "/feed.xml": {"srcRoute": "/feed.xml"}, "/api/1": {"srcRoute": "/api/[id]"}
      }}
      """

    let routes = try routes(
      app: [
        "/[locale]/page": "/[locale]", "/gone/page": "/gone", "/here/page": "/here", "/api/[id]/route": "/api/[id]",
      ],
      others: ["prerender-manifest.json": made])

    #expect(routes.pages == ["/en", "/here"])
  }

  @Test("are listed once where the Pages Router has them for each locale")
  func listedOncePages() throws {
    let routes = try routes(
      old: ["/en", "/de", "/en/about", "/de/about", "/live"], config: #"{"i18n": {"locales": ["en", "de"]}}"#)

    #expect(routes.pages == ["/", "/about", "/live"])
  }

  @Test(
    "may have something else that answers at home",
    arguments: [
      ["server/middleware-manifest.json": #"{"middleware": {"/": {"matchers": []}}}"#],
      ["server/functions-config-manifest.json": #"{"functions": {"/_middleware": {"runtime": "nodejs"}}}"#],
      ["app-path-routes-manifest.json": #"{"/[[...slug]]/page": "/[[...slug]]"}"#],
      ["routes-manifest.json": #"{"rewrites": [{"source": "/docs/:path*"}]}"#],
      ["routes-manifest.json": #"{"rewrites": {"beforeFiles": [], "fallback": [{"source": "/docs/(.*)"}]}}"#],
      ["routes-manifest.json": #"{"redirects": [{"source": "/docs", "destination": "/docs/a"}]}"#],
    ])
  func maySomethingElse(_ files: [String: String]) throws {
    #expect(try routes(config: #"{"basePath": "/docs"}"#, others: files).mayHaveHome)
  }

  @Test(
    "do not mistake anything else for that",
    arguments: [
      ["server/middleware-manifest.json": #"{"middleware": {}}"#],
      ["server/functions-config-manifest.json": #"{"functions": {}}"#],
      ["app-path-routes-manifest.json": #"{"/[slug]/page": "/[slug]"}"#],
      [
        "routes-manifest.json":
          #"{"rewrites": {"afterFiles": [{"source": "/docs/x"}]}, "redirects": [{"source": "/x"}]}"#
      ],
      // Next's own, for basePath and trailingSlash.
      ["routes-manifest.json": #"{"redirects": [{"source": "/docs", "internal": true}]}"#],
    ])
  func doNotTake(_ files: [String: String]) throws {
    #expect(try !routes(config: #"{"basePath": "/docs"}"#, others: files).mayHaveHome)
  }

  @Test(
    "are none where the manifests are not what they should be",
    arguments: [
      "", "[]", "{", "null", "{\"config\": [], \"routes\": 1, \"functions\": [], \"redirects\": [1, null]}",
    ])
  func noneManifestsNot(_ text: String) throws {
    let routes = try NextRoutes(NextManifests { _ in text })

    #expect(routes.pages == [])
    #expect(routes.home == "/")
  }
}
