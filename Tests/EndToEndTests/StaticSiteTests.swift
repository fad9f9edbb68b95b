import Deploy
import Posix
import TestKit
import Testing

/// Sites of files, which Caddy serves without a process.
@Suite("A site of files", .serialized)
struct StaticSiteTests {
  /// The pages of a site without package.json, with a script that each loads.
  private static func pages(_ text: String, extra: [String: String?] = [:]) -> [String: String?] {
    [
      "nextdeploy.json": #"{"static": "."}"#, "index.html": "<h1>\(text)</h1><script src=\"/js/main.js\"></script>",
      "about/index.html": "about \(text)", "404.html": "nothing here", "js/main.js": "// \(text)\n", ".env": "SECRET=1",
    ].merging(extra) { $1 }
  }

  /// A plain Node app, in the place of the site.
  private static func process(_ text: String) -> [String: String?] {
    App.node(text).mapValues { $0 }.merging(["nextdeploy.json": nil, "index.html": nil]) { $1 }
  }

  @Test("goes live without Node or a process, is edited under load, refused where a page is broken, and goes back")
  func wholeStory() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", Self.pages("one"))
      let push = try project.push().expectSuccess()

      push.expect(
        "static site", "no build script, nothing to build", "4 files that Caddy serves without a process",
        "HTTP 200, with 1 script or style", "live: ")
      push.expectNo("boot", "drain")
      #expect(try sandbox.get()?.contains("<h1>one</h1>") == true)
      #expect(try sandbox.get("/about/") == "about one")
      for path in ["/.env", "/nextdeploy.json", "/.git/config"] { #expect(try sandbox.get(path) == nil) }
      let first = try #require(try sandbox.liveRelease())
      #expect(try sandbox.status()["instances"] == .array([]))
      try sandbox.nextdeploy("status", "--app", "shop").expectSuccess().expect("none: Caddy serves the files")
      try sandbox.nextdeploy("logs", "--app", "shop").expect(status: 3).expect("no process of it runs", "--deploy")
      try sandbox.nextdeploy("restart", "shop").expect(status: 1).expect(
        "there is no process to start again", "nextdeploy rebuild")
      try sandbox.nextdeploy("doctor").expect("Caddy serves the files of shop, release \(first)")

      // An edit, while visitors are there: nothing is loaded, and nothing lost.
      let load = try sandbox.start(["hey", "-z", "6s", "-c", "10", "\(try sandbox.url())/"], name: "load")
      try project.commit("Two", Self.pages("two"))
      try project.push().expectSuccess()
      try project.commit("Three", Self.pages("three"))
      try project.push().expectSuccess()
      let report = try load.wait().expectSuccess()
      report.expectNo("Error distribution")
      #expect(LoadReport(report.text).answers.keys.elementsEqual([200]), "\(report.text)")
      #expect(try sandbox.get()?.contains("three") == true)
      let third = try #require(try sandbox.liveRelease())

      // A page whose script is missing.
      try project.commit("Broken", ["js/main.js": nil])
      let broken = try project.push().expect(status: 1)
      broken.expect(
        "FAILED at health", "loads /js/main.js, which answered 404", "The old release \(third) is still live.")
      #expect(try sandbox.get()?.contains("three") == true)
      #expect(try sandbox.liveRelease() == third)
      #expect(!(try sandbox.run(["ls", "\(sandbox.root)/caddy/sites"]).text.contains(".preview")))

      try sandbox.nextdeploy("rollback", "--app", "shop").expectSuccess()
      #expect(try sandbox.get()?.contains("two") == true)
      try sandbox.nextdeploy("rollback", first, "--app", "shop").expectSuccess()
      #expect(try sandbox.get()?.contains("one") == true)
      // Where Caddy's directory was lost, the next command puts it right.
      try Files.remove("\(sandbox.root)/caddy/sites/files/shop")
      try Files.remove("\(sandbox.root)/caddy/sites/live/shop")
      try sandbox.nextdeploy("status", "--app", "shop").expectSuccess()
      #expect(try sandbox.get()?.contains("one") == true)
      // An old release whose files are gone is published again.
      try Files.remove("\(sandbox.root)/caddy/sites/files/shop/releases/\(third)")
      try sandbox.nextdeploy("rollback", third, "--app", "shop").expectSuccess()
      #expect(try sandbox.get()?.contains("three") == true)
      // A domain is a setting like an app's.
      try sandbox.nextdeploy("config", "set", "domains", "shop.example.com", "--app", "shop").expectSuccess()
      let answer = try sandbox.run(
        ["curl", "--silent", "--header", "Host: shop.example.com", "http://127.0.0.1:\(sandbox.port(20))/about/"])
      #expect(answer.text == "about three")
    }
  }

  @Test("becomes an app that is started, and files again, under load; a rollback goes through both")
  func kinds() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("Process", Self.process("process"))
      try project.push().expectSuccess()
      let started = try #require(try sandbox.liveRelease())
      let load = try sandbox.start(["hey", "-z", "12s", "-c", "5", "\(try sandbox.url())/"], name: "load")

      try project.commit("Files", Self.pages("files", extra: ["package.json": nil]))
      try project.push().expectSuccess().expect("without a process", "finishes its requests, then stops")
      #expect(try sandbox.get()?.contains("files") == true)
      try project.commit("Files again", Self.pages("again", extra: ["package.json": nil]))
      try project.push().expectSuccess()
      #expect(try sandbox.get()?.contains("again") == true)
      try project.commit("Process again", Self.process("process again"))
      try project.push().expectSuccess().expect("boot", "port ")
      #expect(try sandbox.get() == "process again")
      try sandbox.nextdeploy("rollback", "--app", "shop").expectSuccess()
      #expect(try sandbox.get()?.contains("again</h1>") == true)
      try sandbox.nextdeploy("rollback", started, "--app", "shop").expectSuccess()
      #expect(try sandbox.get() == "process")

      let report = try load.wait().expectSuccess()
      #expect(LoadReport(report.text).answers.keys.elementsEqual([200]), "\(report.text)")
    }
  }

  @Test("follows its _redirects and _headers, and tells which lines it does not")
  func rules() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        Self.pages(
          "one",
          extra: [
            "nextdeploy.json": #"{"static": "public"}"#, "public/index.html": "home", "public/new.html": "new",
            "public/_redirects": "/old/* /new?was=:splat 301\n/evil /x{env.HOME} 301\n/geo /de 302 Country=de\n",
            "public/_headers": "/*\n  X-Frame-Options: DENY\n  X-Home: {env.HOME}\n  ` }\n",
          ]))

      let push = try project.push().expectSuccess()

      push.expect(
        "2 files that Caddy serves", "warning: line 2 of _redirects is not used: it leads to no path of the site",
        "warning: line 3 of _redirects is not used: it is not a path, where it leads, and a status",
        "warning: line 3 of _headers is not used", "warning: line 4 of _headers is not used: it is no header")
      let head = try sandbox.run(["curl", "--silent", "--include", "\(sandbox.url())/old/a/b"]).text
      #expect(head.contains("301") && head.contains("Location: /new?was=a/b") && head.contains("X-Frame-Options: DENY"))
      #expect(!head.contains("X-Home"))
      #expect(try sandbox.get("/_redirects") == nil)
      // They are the release's.
      try project.commit("Two", ["public/_redirects": nil])
      try project.push().expectSuccess()
      #expect(try sandbox.get("/old/a/b") == nil)
      try sandbox.nextdeploy("rollback", "--app", "shop").expectSuccess()
      #expect(try sandbox.run(["curl", "--silent", "--include", "\(sandbox.url())/old/a/b"]).text.contains("301"))
    }
  }

  @Test(
    "is refused where its directory has no pages, and where it names what is not there",
    arguments: [
      (["nextdeploy.json": #"{"static": "dist"}"#], "there are no pages in dist after the build"),
      (
        ["nextdeploy.json": #"{"static": "site", "fallback": "app.html"}"#, "site/index.html": "x"],
        "site/app.html is not there"
      ),
      (["nextdeploy.json": #"{"static": "../x"}"#], "is not a path inside the app"),
      (["nextdeploy.json": #"{"static": "site"}"#, "site/a.txt": "x"], "GET / answered 404"),
    ] as [([String: String], String)])
  func refused(files: [String: String], cause: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", files)

      try project.push().expect(status: 1).expect(cause)
      #expect(try sandbox.liveRelease() == nil)
    }
  }

  @Test(
    "that Vite builds is found by what the build leaves, and finds its way in every page",
    .enabled(if: Registry.answers, "no npm registry answers"))
  func vite() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      func files(_ text: String) -> [String: String] {
        [
          "package.json": #"""
          {"name": "site", "private": true, "type": "module",
           "scripts": {"build": "vite build", "start": "vite preview"}, "devDependencies": {"vite": "8.3.4"}}
          """#,
          "index.html":
            "<!doctype html><div id=app></div><script type=module src=/src/main.js></script>",
          "src/main.js": "import './style.css'\nimport('./late.js').then((late) => late.show('\(text)'))\n",
          "src/late.js":
            "export function show(text) { document.querySelector('#app').textContent = text + '\(text)' }\n",
          "src/style.css": "#app { color: red }\n", "public/robots.txt": "User-agent: *\n",
          ".gitignore": "node_modules/\ndist/\n",
        ]
      }
      try project.write(files("one"))
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try project.commit("One")
      let push = try project.push().expectSuccess()

      push.expect(
        "Vite, static site", "Vite, static files from dist", "without a process", "index.html answers for pages")
      let page = try #require(try sandbox.get())
      let scripts = page.split(separator: "\"").filter { $0.hasPrefix("/assets/") }.map(String.init)
      #expect(scripts.count == 2)
      let before = try scripts.map { try #require(try sandbox.get($0)) }
      let head = try sandbox.run(["curl", "--silent", "--head", "\(sandbox.url())\(scripts[0])"]).text
      #expect(head.contains("immutable"))
      #expect(try sandbox.get("/robots.txt") == "User-agent: *\n")
      let deep = try sandbox.run(["curl", "--silent", "--header", "Accept: text/html", "\(sandbox.url())/users/7"]).text
      #expect(deep == page)
      #expect(try sandbox.get("/assets/none.js") == nil)

      try project.commit("Two", files("two").filter { $0.key == "src/main.js" || $0.key == "src/late.js" })
      try project.push().expectSuccess().expect("unchanged, skipped")
      #expect(try sandbox.get() != page)
      // An open page loads what it was made with.
      for (path, text) in zip(scripts, before) { #expect(try sandbox.get(path) == text) }
    }
  }

  @Test(
    "that Next.js exports is served as it was built", .enabled(if: Registry.answers, "no npm registry answers"))
  func export() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      var files = try Fixture.files("next-app").filter { $0.key != "app/slow/route.js" }
      files["package.json"] = files["package.json"]?.replacing("next start", with: "npx serve out")
      files["app/about/page.js"] = """
        import Link from 'next/link'
        export default function About() { return <Link href="/">about</Link> }
        """
      files[".gitignore"] = "node_modules/\n.next/\nout/\n"
      try project.write(files)
      for setting in ["", "trailingSlash: true", "basePath: '/docs'"] {
        let config = "export default { output: 'export', \(setting) }\n"
        try project.commit("Export \(setting)", ["next.config.mjs": config])
        try project.push().expectSuccess().expect("(static export)", "without a process", "HTTP 200")
        try expectExport(sandbox, setting)
      }
    }
  }

  private func expectExport(_ sandbox: Sandbox, _ setting: String) throws {
    let base = setting.hasPrefix("basePath") ? "/docs" : ""
    let page = try #require(try sandbox.get("\(base)/"))
    #expect(page.contains("<h1>version 1</h1>"))
    let about = setting.hasPrefix("trailing") ? "/about/" : "\(base)/about"
    let other = setting.hasPrefix("trailing") ? "/about" : "\(base)/about/"
    #expect(try sandbox.get(about)?.contains("about</a>") == true)
    let moved = try sandbox.run(["curl", "--silent", "--include", "\(sandbox.url())\(other)"]).text
    #expect(moved.contains("308") && moved.contains("Location: \(about)\r\n"), "\(moved)")
    func head(_ path: String) throws -> String {
      try sandbox.run(["curl", "--silent", "--head", "\(sandbox.url())\(path)"]).text
    }
    let script = page.split(separator: "\"").first { $0.contains("/_next/static/") && $0.contains(".js") }
    #expect(try head(String(#require(script))).contains("immutable"))
    // What its client loads when a link is followed.
    let data = setting.hasPrefix("trailing") ? "/about/index.txt" : "\(base)/about.txt"
    let given = try head(data)
    #expect(given.contains("200 OK") && given.contains("Content-Type: text/plain"), "\(given)")
    let missing = try head("\(base)/none")
    #expect(missing.contains("404 Not Found") && missing.contains("text/html") && missing.contains("no-store"))
    #expect(try sandbox.get("\(base)/hello.txt") == "served from public\n")
    if !base.isEmpty { #expect(try sandbox.get("/") == nil) }
  }
}
