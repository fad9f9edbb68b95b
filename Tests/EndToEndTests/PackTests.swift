import Deploy
import Posix
import TestKit
import Testing

/// What a laptop or a runner does with `nextdeploy pack`.
private struct Runner {
  let sandbox: Sandbox
  var home: String { sandbox.home }

  /// Writes a project that is built elsewhere.
  func project(_ name: String, _ files: [String: String]) throws -> String {
    let directory = "\(home)/\(name)"
    for (path, text) in files {
      try Files.makeDirectory(Files.parent("\(directory)/\(path)"))
      try Files.write(text, to: "\(directory)/\(path)", durable: false)
    }
    return directory
  }

  func pack(_ directory: String, as archive: String = "app.tar.zst") throws -> Output {
    try sandbox.nextdeploy("pack", directory, "--output", "\(home)/\(archive)")
  }

  func ship(_ archive: String = "app.tar.zst", to app: String = "shop") throws -> Output {
    try sandbox.run(["nextdeploy", "ship", app], reading: "\(home)/\(archive)")
  }

  /// Exports the live release, ships that, and expects the same files, which become the same archive.
  func expectExportShips(_ app: String = "shop", as archive: String = "app.tar.zst") throws {
    let before = try release(app)
    for name in ["exported.tar.zst", "again.tar.zst"] {
      try sandbox.run(["/bin/sh", "-c", "nextdeploy export \(app) > \"$0\"", "\(home)/\(name)"]).expectSuccess().expect(
        "Exported the release ", " of \(app)")
      if name.hasPrefix("e") { try ship(name, to: app).expectSuccess().expect("live: ") }
    }
    try sandbox.run(["cmp", "exported.tar.zst", "again.tar.zst"], in: home).expectSuccess()
    try sandbox.run(
      ["diff", "--recursive", "--no-dereference", "--exclude=cache"] + [before, release(app)].map { "\($0)/app" }
    ).expectSuccess()
  }

  private func release(_ app: String) throws -> String {
    "\(sandbox.app(app))/releases/\(try #require(try sandbox.liveRelease(app)))"
  }

  /// The paths in an archive, directories with a slash at their end.
  func paths(_ archive: String = "app.tar.zst") throws -> [String] {
    let listed = try sandbox.run(["tar", "--list", "--auto-compress", "--file", "\(home)/\(archive)"]).expectSuccess()
    return listed.text.split(separator: "\n").map(String.init)
  }

  func text(_ path: String, in archive: String = "app.tar.zst") throws -> String {
    try sandbox.run(
      ["tar", "--extract", "--to-stdout", "--auto-compress", "--file", "\(home)/\(archive)", path]
    ).expectSuccess().text
  }
}

@Suite("A project that is packed", .serialized)
struct PackTests {
  private static let vite = [
    "package.json": #"{"name": "v", "scripts": {"build": "vite build"}, "devDependencies": {"vite": "7.3.1"}}"#,
    "src/main.js": "source",
  ]

  @Test("ships as the pages that its build made, with what answers for a page that is not there")
  func site() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let runner = Runner(sandbox: sandbox)
      let files = Self.vite.merging([
        "dist/index.html": "<h1>one page</h1>", "dist/package.json": "served", "dist/_headers": "/*\n  X-Own: yes\n",
        "nextdeploy.json":
          #"{"health": {"path": "/deep/page", "timeout": 20}, "build": "vite build", "release": "echo mi''grated"}"#,
      ]) { $1 }

      try runner.pack(runner.project("site", files)).expectSuccess().expect("Packed Vite, static files from dist: ")
      try runner.ship().expectSuccess().expect("migrated\n", "files that Caddy serves without a process")

      #expect(
        try runner.paths()
          == ["nextdeploy.json", "site/", "site/_headers", "site/index.html", "site/package.json"])
      let page = try sandbox.run([
        "curl", "--silent", "--include", "--header", "Accept: text/html", "\(sandbox.url())/a/b",
      ])
      page.expect("200 OK", "X-Own: yes", "<h1>one page</h1>")
      #expect(try sandbox.get("/package.json") == "served", "it is a file of the site's")
      #expect(try sandbox.get("/nextdeploy.json") == nil)
      let release = try #require(try sandbox.liveRelease())
      let record = try #require(try Files.text("\(sandbox.app())/releases/\(release)/release.json"))
      #expect(record.contains("/deep/page"))

      try runner.expectExportShips()
      try sandbox.run(["cmp", "app.tar.zst", "exported.tar.zst"], in: sandbox.home).expectSuccess()
      #expect(try sandbox.get("/package.json") == "served")
    }
  }

  @Test("ships below the basePath that its export was made for")
  func export() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let runner = Runner(sandbox: sandbox)
      let directory = try runner.project(
        "export",
        [
          "package.json": #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16.4.5"}}"#,
          "node_modules/next/package.json": #"{"name": "next", "version": "16.4.5"}"#,
          ".next/required-server-files.json": #"{"config": {"basePath": "/docs"}}"#,
          ".next/export-detail.json": #"{"success": true, "outDirectory": "\#(sandbox.home)/export/out"}"#,
          "out/index.html": "exported",
        ])

      try runner.pack(directory).expectSuccess().expect("(static export)")
      try runner.ship().expectSuccess()

      #expect(try runner.paths() == ["nextdeploy.json", "site/", "site/index.html"])
      #expect(try sandbox.get("/docs/") == "exported")
      #expect(try sandbox.get("/") == nil)
      try runner.expectExportShips()
      #expect(try sandbox.get("/docs/") == "exported")
    }
  }

  @Test("that is pages and nothing else ships without what is not theirs")
  func plainPages() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let runner = Runner(sandbox: sandbox)
      let directory = try runner.project(
        "pages", ["index.html": "pages", "package.json": "{}", "nextdeploy.json": #"{"static": "."}"#])

      try runner.pack(directory).expectSuccess()
      try runner.ship().expectSuccess()

      try runner.expectExportShips()
      #expect(try sandbox.get("/") == "pages")
      #expect(try sandbox.get("/package.json") == nil)
    }
  }

  @Test("becomes the same bytes wherever and whenever its files were made")
  func reproducible() throws {
    try Sandbox.run { sandbox in
      let runner = Runner(sandbox: sandbox)
      let files = App.node("one", extra: ["b/run.sh": "#!/bin/sh", "a.txt": "a", "dir-x/x": "x", "dir/y": "y"])
      let first = try runner.project("first", files)
      let second = "\(sandbox.home)/second"
      try sandbox.run([
        "/bin/sh", "-c",
        """
        ln -s server.js "$0/link" && chmod 755 "$0/b/run.sh" && mkdir "$1" && cd "$0" && umask 077 &&
        for path in link dir dir-x server.js package.json b a.txt; do cp -r -P "$path" "$1"; done &&
        chmod 711 "$1/b/run.sh" && find "$1" -exec touch -h -d 2001-01-01 {} +
        """, first, second,
      ]).expectSuccess()

      for ending in ["tar.zst", "tar.gz", "tar"] {
        for (name, directory) in [("one", first), ("two", second)] {
          try runner.pack(directory, as: "\(name).\(ending)").expectSuccess()
        }
        try sandbox.run(["cmp", "one.\(ending)", "two.\(ending)"], in: sandbox.home).expectSuccess()
      }
      // To standard output, too, even into the directory that is packed.
      try sandbox.run(["/bin/sh", "-c", "nextdeploy pack > three.tar.zst"], in: second).expectSuccess()
      try sandbox.run(["cmp", "one.tar.zst", "second/three.tar.zst"], in: sandbox.home).expectSuccess()
      try sandbox.run(["nextdeploy", "pack", "--output", "three.tar.zst"], in: second).expectSuccess()
      try sandbox.run(["cmp", "one.tar.zst", "second/three.tar.zst"], in: sandbox.home).expectSuccess()
      let listed = try sandbox.run(["tar", "--list", "--verbose", "--file", "one.tar"], in: sandbox.home).text
      #expect(listed.contains("-rwxr-xr-x 0/0 ") && listed.contains("1970-01-01 00:00 b/run.sh"))
    }
  }

  @Test("arrives with the time of its arrival, so that what asks by time is not told that all is as it was")
  func times() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let runner = Runner(sandbox: sandbox)
      try runner.pack(runner.project("app", App.node("one"))).expectSuccess()
      let before = try Files.status("\(sandbox.home)/app.tar.zst")?.modified ?? 0

      try runner.ship().expectSuccess()

      let release = try #require(try sandbox.liveRelease())
      let files = "\(sandbox.app())/releases/\(release)/app"
      #expect(try Files.status("\(files)/server.js")?.modified ?? 0 >= before)
    }
  }

  @Test("only in part goes live nowhere: its end is missing")
  func broken() throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let directory = try Runner(sandbox: sandbox).project("app", App.node("one"))
      // It comes last.
      try sandbox.run(["ln", "-s", "/etc/hostname", "\(directory)/z"]).expectSuccess()

      let shipped = try sandbox.run(["/bin/sh", "-c", "nextdeploy pack \"$0\" | nextdeploy ship shop", directory])

      shipped.expect("'z': it is a link to the absolute path '/etc/hostname'", "FAILED at unpack")
      #expect(try sandbox.liveRelease() == nil)
    }
  }

  @Test("is refused where there is nothing to pack, and nothing is left of the archive")
  func refused() throws {
    try Sandbox.run { sandbox in
      let runner = Runner(sandbox: sandbox)
      let next = #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16.4.5"}}"#
      func refuse(_ files: [String: String], _ status: Int32 = 1, _ archive: String = "x.tar", _ told: String...) throws
      {
        try sandbox.run(["rm", "-rf", "\(sandbox.home)/project"]).expectSuccess()
        let output = try runner.pack(runner.project("project", files), as: archive).expect(status: status)
        for text in told { output.expect(text) }
        #expect(try !Files.list(sandbox.home).contains { $0.hasPrefix("x.") })
      }

      try refuse(
        ["package.json": next, "node_modules/next/package.json": #"{"version": "16.4.5"}"#], 1, "x.tar",
        "it is not built: there is no .next/required-server-files.json", "'npm run build'")
      try refuse(["package.json": next], 1, "x.tar", "it is not built")
      try refuse(Self.vite, 1, "x.tar", "it is not built: there is no dist", "'npm run build'")
      try refuse(
        ["package.json": #"{"scripts": {"start": "node s.js"}, "dependencies": {"ws": "8"}}"#], 1, "x.tar",
        "there is no node_modules, and package.json names packages", "npm install")
      try refuse(["a.txt": "a"], 1, "x.tar", "package.json")
      try refuse(App.node("one"), 2, "x.zip", "End it in .tar.zst, .tar.gz or .tar.")
      try refuse(
        ["package.json": #"{"workspaces": ["apps/*"]}"#].merging(App.node("a").map { ("apps/a/\($0)", $1) }) { $1 }, 1,
        "x.tar", "it is the top of a monorepo", #"{ "root": "apps/a" }"#)
      try sandbox.run(["ln", "-s", "/etc/hostname", "\(sandbox.home)/linked"]).expectSuccess()
      let app = try runner.project("leaves", App.node("one"))
      try sandbox.run(["ln", "-s", "/etc/hostname", "\(app)/l"]).expectSuccess()
      try runner.pack(app, as: "x.tar").expect(status: 1).expect(
        "'l': it is a link to the absolute path '/etc/hostname'")
      #expect(try !Files.list(sandbox.home).contains { $0.hasPrefix("x.") })
      try runner.pack("\(sandbox.home)/nowhere").expect(status: 2).expect("there is no such directory")
      try sandbox.run(
        ["script", "--quiet", "--return", "--command", "nextdeploy pack leaves", "/dev/null"], in: sandbox.home
      )
      .expect(status: 2).expect("standard output is a terminal", "--output app.tar.zst")
    }
  }
}

@Suite("A project with packages that is packed", .enabled(if: Registry.answers, "no npm registry answers"), .serialized)
struct PackPackagesTests {
  @Test("ships with those of production, and becomes the release that a push makes")
  func node() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let pushed = try sandbox.createApp("blog")
      let runner = Runner(sandbox: sandbox)
      let files = [
        "package.json": """
        {"name": "shop", "scripts": {"build": "cross-env A=b node build.js", "start": "node server.js"},
          "dependencies": {"ws": "8.23.0"}, "devDependencies": {"cross-env": "10.1.0"}}
        """,
        "build.js": "require('fs').writeFileSync('built.txt', 'built')",
        "server.js": App.server("answer.end(require('fs').readFileSync('built.txt') + ' ' + !!require('ws').Server)"),
        ".gitignore": "node_modules/\nbuilt.txt\n.env\n", ".env.production": "COMMITTED=1",
        "nextdeploy.json": #"{"health": {"path": "/up"}, "persist": ["uploads"], "drain": {"timeout": 1.5}}"#,
      ]
      try pushed.write(files)
      try project.write(files)
      for directory in [pushed.directory, project.directory] {
        try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: directory)
          .expectSuccess()
      }
      try pushed.commit("One")
      try pushed.push().expectSuccess()
      try project.commit("One")
      try project.write([".env": "SECRET=mine"])
      try sandbox.run(["npm", "ci", "--no-audit", "--no-fund"], in: project.directory).expectSuccess()
      try sandbox.run(["npm", "run", "build"], in: project.directory).expectSuccess()

      try runner.pack(project.directory).expectSuccess().expect("Packed Node app: ", ".env is left out")
      try runner.ship().expectSuccess().expect("Node app, built elsewhere")

      #expect(try sandbox.get() == "built true")
      let paths = try runner.paths()
      #expect(paths.contains("node_modules/ws/package.json"))
      #expect(!paths.contains { $0.hasPrefix("node_modules/cross-env/") || $0 == ".env" || $0.hasPrefix(".git/") })
      let releases = try ["shop", "blog"].map { app in
        "\(sandbox.app(app))/releases/\(try #require(try sandbox.liveRelease(app)))/app"
      }
      try sandbox.run(["diff", "--recursive", "--no-dereference", "--exclude=uploads"] + releases).expectSuccess()
      try runner.expectExportShips()
      try sandbox.run(["cmp", "app.tar.zst", "exported.tar.zst"], in: sandbox.home).expectSuccess()
      try runner.expectExportShips("blog")
      #expect(try !runner.paths("exported.tar.zst").contains { $0.hasPrefix("uploads") })

      try project.write([
        "nextdeploy.json": #"{"start": "node server.js", "release": "cross-env A=b true", "health": {"status": 200}}"#
      ])
      try runner.pack(project.directory).expectSuccess().expect(
        "warning: the archive seems not to have what its release command runs, 'cross-env A=b true'")
      #expect(try runner.text("nextdeploy.json").contains("cross-env A=b true"), "it goes along as it is")
      try runner.ship().expect(status: 1).expect("FAILED at release", "the program 'cross-env' was not found")
    }
  }

  @Test("of Next.js ships as its standalone server or as a whole, also from a monorepo", arguments: ["", "apps/web"])
  func next(root: String) throws {
    try Sandbox.run { sandbox in
      _ = try sandbox.createApp()
      let runner = Runner(sandbox: sandbox)
      let place = root.isEmpty ? "" : "\(root)/"
      var files = Dictionary(uniqueKeysWithValues: try Fixture.files("next-app").map { (place + $0, $1) })
      files[".nvmrc"] = ">=20"
      if !root.isEmpty {
        files["\(place)package-lock.json"] = nil
        files["package.json"] = #"{"name": "top", "private": true, "workspaces": ["apps/*"]}"#
        files["nextdeploy.json"] = #"{"root": "\#(root)", "persist": ["uploads"], "health": {"timeout": 59}}"#
      }
      let top = try runner.project("runner", files)
      try sandbox.run(["npm", root.isEmpty ? "ci" : "install", "--no-audit", "--no-fund"], in: top).expectSuccess()
      try sandbox.run(
        ["npx", "next", "build"], in: "\(top)/\(root)",
        environment: ["NEXT_PRIVATE_STANDALONE": "true", "NEXT_DEPLOYMENT_ID": "runner-7"]
      ).expectSuccess()
      func expectLive(_ told: String) throws {
        try runner.ship().expectSuccess().expect(told, ".nvmrc", "live: ")
        let page = try #require(try sandbox.get())
        #expect(page.contains("version 1") && page.contains("runner-7"), "it has the id that it was built with")
        #expect(try sandbox.get("/hello.txt") == "served from public\n")
        let chunk = try #require(page.firstMatch(of: /\/_next\/static\/[^"?]+\.js/)?.output)
        #expect(try sandbox.get(String(chunk)) != nil)
        try runner.expectExportShips()
        #expect(try sandbox.get() == page)
      }

      try runner.pack(top).expectSuccess().expect("Packed Next.js 16.4.5 (standalone): ")
      let paths = try runner.paths()
      #expect(paths.contains("\(place)server.js") && paths.contains("\(place)public/hello.txt"))
      #expect(paths.contains("\(place).nvmrc"))
      #expect(!paths.contains { $0.hasPrefix("\(place).next/cache/") && !$0.contains("fetch-cache") })
      #expect(paths.contains("nextdeploy.json") == !root.isEmpty)
      if !root.isEmpty {
        #expect(
          try runner.text("nextdeploy.json")
            == "{\n  \"root\": \"apps/web\",\n  \"health\": { \"timeout\": 59 },\n  \"persist\": [\"uploads\"]\n}\n")
      }
      try expectLive("Next.js 16.4.5 (standalone)")

      try sandbox.run(["rm", "-r", "\(top)/\(place).next/standalone"]).expectSuccess()
      try runner.pack(top).expectSuccess().expect("Packed Next.js 16.4.5 (next start): ")
      #expect(try !runner.paths().contains { $0.hasPrefix("\(place).next/cache/") && !$0.contains("fetch-cache") })
      try expectLive("Next.js 16.4.5 (next start)")
    }
  }
}
