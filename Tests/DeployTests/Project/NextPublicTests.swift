@testable import Deploy
import Testing

@Suite("The files of public/ in a Next.js app")
struct NextPublicTests {
  private func rules(
    config: String = "{}", rules: String = "{}", middleware: [String] = [], hasOldStatic: Bool = false
  ) throws -> NextPublic {
    let matchers = middleware.map { "{\"originalSource\": \"\($0.replacing("\\", with: "\\\\"))\"}" }.joined(
      separator: ",")
    let files = [
      "required-server-files.json": "{\"config\": \(config)}", "routes-manifest.json": rules,
      "server/middleware-manifest.json": middleware.isEmpty
        ? nil : "{\"middleware\": {\"/\": {\"matchers\": [\(matchers)]}}}",
    ]
    return NextPublic(
      try #require(try NextRules(NextManifests { files[$0] ?? nil })), hasOldStatic: hasOldStatic)
  }

  private func isServed(_ path: String, _ rules: NextPublic) -> Bool { rules.obstacle(path.pathParts) == nil }

  @Test(
    "go through Next.js where the middleware's matcher may match them",
    arguments: [
      // As Next.js's documentation, Supabase, next-intl and Clerk have it.
      (
        "/((?!api|_next/static|_next/image|favicon.ico|robots.txt).*)", ["robots.txt", "favicon.ico", "api/a.json"],
        ["a.png", "b/robots.txt"]
      ),
      (
        #"/((?!_next/static|_next/image|favicon.ico|.*\.(?:svg|png|jpg|jpeg|gif|webp)$).*)"#,
        ["a.png", "a/b.c.svg"], ["a.txt", "a.png.txt", "a.PNG", "png"]
      ),
      (#"/((?!api|trpc|_next|_vercel|.*\..*).*)"#, ["a.png", "a.b/c.txt"], ["a", "a/b"]),
      (
        #"/((?!_next|[^?]*\.(?:html?|css|js(?!on)|jpe?g|webp|png|woff2?|webmanifest)).*)"#,
        ["a.htm", "a.html", "b/a.jpg", "a.jpeg", "a.js", "a.woff", "a.woff2", "a.js.map"], ["a.json", "a.txt", "ajs"]
      ),
      (#"/((?!.+\.[\w]+$|_next).*)"#, ["a.png", "a/b.txt"], ["a.", ".png"]),
      ("/(api|trpc)(.*)", ["a.png", "b/api/a.png"], ["api/a.png", "trpc.png", "apis/a.png"]),
      ("/(de|en)/:path*", ["a.png", "fr/a.png", "den/a.png"], ["de/a.png", "EN/a.png"]),
      ("/:lang(de|en)/a.png", ["a.png", "de/b.png"], ["de/a.png"]),
      ("/", ["a.png", "index.html"], ["index.json"]), ("/shop", ["shop.png", "shop/a.png"], ["shop", "Shop.json"]),
      ("/shop/:id", ["shop.json", "shop/1/a.png"], ["shop/1.json", "shop/a.png"]),
      ("/dashboard/:path*", ["a.png", "dash/a.png"], ["dashboard/a.png", "Dashboard/a/b.png"]),
      // What is not plain to see may be for all.
      ("/:path*", [], ["a.png"]), ("/(.*)", [], ["a.png"]), ("/(a+)+b", [], ["c.png"]),
      (#"/((?!(?:a+)+b).*)"#, [], ["a.png", "aab"]), ("/((?!a).*)?", [], ["a.png"]), ("/a{/:b}?", [], ["c.png"]),
      ("/((?!^a).*)", [], ["a.png"]), ("/((?!a{2}).*)", [], ["aa.png"]), (#"/((?!\ba).*)"#, [], ["a.png"]),
      ("/((?!(?!(?!a)).*).*)", [], ["a.png"]), ("/((?!(?<!x)a).*)", [], ["a.png"]), ("a.png", [], ["b.png"]),
      // JavaScript takes these, as something else than they look like.
      ("/((?!api)?.*)", [], ["api/a.png"]), ("/((?!api)*.*)", [], ["api/a.png"]),
      ("/((?!api){0}.*)", [], ["api/a.png"]), ("/((?!api)+.*)", [], ["api/a.png"]),
      (#"/((?![\w-z]+\.png$).*)"#, [], ["a@2x.png"]), (#"/((?![\w-]+\.png$).*)"#, ["a-b.png"], ["a@2x.png"]),
    ] as [(String, [String], [String])])
  func middleware(_ source: String, _ served: [String], _ left: [String]) throws {
    let rules = try rules(middleware: [source])

    for path in served { #expect(isServed(path, rules), "\(path)") }
    for path in left { #expect(!isServed(path, rules), "\(path)") }
  }

  @Test("are judged by hostile patterns in no time")
  func hostile() throws {
    let path = String(repeating: "a", count: 900) + ".png"
    #expect(try !isServed(path, rules(middleware: ["/((?!.*.*.*.*.*.*b).*)"])))
    #expect(try !isServed(path, rules(middleware: ["/((?!" + String(repeating: "(?:a|a)", count: 60) + "b).*)"])))
    #expect(try !isServed(path, rules(middleware: ["/((?!" + String(repeating: "(?:", count: 500) + "a).*)"])))
    #expect(try !isServed(path, rules(middleware: ["/((?!" + String(repeating: "a?", count: 900) + "b).*)"])))
  }

  @Test("go through Next.js where next.config has headers, redirects or rewrites for them, as it writes basePath")
  func config() throws {
    let rules = try rules(
      config: #"{"basePath": "/docs"}"#,
      rules: #"""
        {"redirects": [{"source": "/:path+/", "internal": true}, {"source": "/docs/old/:name"}, {"source": "/top.png"}],
          "headers": [{"source": "/docs/h.png", "has": [{"type": "cookie", "key": "x"}]}],
          "rewrites": {"beforeFiles": [{"source": "/docs/re/:path*"}], "afterFiles": [{"source": "/docs/:path*"}]}}
        """#)

    for path in ["a.png", "top.png", "old.png", "docs/h.png", "old/a/b.png"] {
      #expect(isServed(path, rules), "\(path)")
    }
    for path in ["h.png", "H.png", "old/a.png", "re/a.png"] { #expect(!isServed(path, rules), "\(path)") }
    #expect(rules.obstacle(["h.png"])?.contains("headers") == true)
    #expect(rules.obstacle(["re", "a.png"])?.contains("rewrites") == true)
  }

  @Test("go through Next.js where a rule of next.config may be for them, which takes capitals for small letters")
  func capitals() throws {
    let rules = try rules(
      rules: #"""
        {"headers": [{"source": "/((?![^S]).*)"}, {"source": "/x/((?!(?![^S])).*)"},
          {"source": "/y/((?!.*\\.PNG$).*)"}]}
        """#)

    for path in ["secret.png", "Secret.png", "y/a.png"] { #expect(!isServed(path, rules), "\(path)") }
    for path in ["x/secret.png", "x/Secret.png"] { #expect(!isServed(path, rules), "\(path)") }
    for path in ["a.png", "y/a.PNG"] { #expect(isServed(path, rules), "\(path)") }
  }

  @Test(
    "go through Next.js where the build's word on middleware cannot be read",
    arguments: ["middleware-manifest.json", "functions-config-manifest.json"])
  func unread(_ name: String) throws {
    var files = ["required-server-files.json": #"{"config": {}}"#, "routes-manifest.json": "{}"]
    let rules = try #require(try NextRules(NextManifests { files[$0] }))
    #expect(NextPublic(rules).obstacle(["a.png"]) == nil)

    files["server/\(name)"] = #"{"version": 3, "middleware": "#
    let unread = try #require(try NextRules(NextManifests { files[$0] }))
    #expect(NextPublic(unread).obstacle(["a.png"])?.contains("middleware") == true)

    // Without next.config nobody knows where the files are.
    files["required-server-files.json"] = "{"
    #expect(try NextRules(NextManifests { files[$0] }) == nil)
  }

  @Test("go through Next.js below what means a language, what is its own, and what the old static/ hides")
  func reserved() throws {
    let languages = try rules(config: #"{"i18n": {"locales": ["de", "en-US"], "defaultLocale": "de"}}"#)
    #expect(isServed("a.png", languages) && isServed("static/a.png", languages))
    for path in ["de/a.png", "en-us/a.png", "_next/a.png"] { #expect(!isServed(path, languages), "\(path)") }
    #expect(try !isServed("static/a.png", rules(hasOldStatic: true)))

    // There patterns begin with the language that an address may leave out.
    let ruled = try rules(
      config: #"{"i18n": {"locales": ["de"], "defaultLocale": "de"}}"#,
      rules: #"{"headers": [{"source": "/:nextInternalLocale(de)/about"}]}"#)
    #expect(!isServed("a.png", ruled))
  }
}
