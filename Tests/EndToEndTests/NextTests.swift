import Deploy
import Posix
import TestKit
import Testing

@Suite("A Next.js app", .enabled(if: Registry.answers, "no npm registry answers"), .serialized)
struct NextTests {
  @Test("goes live, is edited under load, fails to build, answers 500, and goes back, as its pushes say")
  func wholeStory() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let first = try project.commit("First", try Fixture.files("next-app"))
      let push = try project.push().expectSuccess()

      push.expect("Next.js 16.4.5, npm ", "(package-lock.json)", "    > next build", "Next.js 16.4.5 (standalone)")
      let release = try #require(try sandbox.liveRelease())
      #expect(try shown(sandbox) == "version 1")
      #expect(try sandbox.get("/hello.txt") == "served from public\n")
      let record = try JSON.parse(try Files.text("\(sandbox.app())/releases/\(release)/release.json") ?? "")
      let versions = (record["inventory"]?["packages"]?.elements ?? []).map { $0["version"]?.string }
      #expect(versions == ["16.4.5", "0.35.5"], "what can have known holes: next and sharp")
      #expect(record["inventory"]?["imageLibrary"]?.string == "0.35.5")
      let before = try staticFiles(sandbox)
      #expect(try Files.list("\(sandbox.root)/caddy/sites/files/shop/releases") == [release])
      try expectOldNodeIsTold(sandbox)

      // An edit, while visitors are there: no install, one file, and not one request lost.
      let load = try sandbox.start(
        ["hey", "-z", "15s", "-c", "10", "\(try sandbox.url())/slow?for=300"], name: "load")
      try project.commit("Edit", ["app/page.js": page("version 2")])
      let edit = try project.push().expectSuccess()
      edit.expect("1 file changed", "unchanged, skipped", "live: ")
      #expect(try shown(sandbox) == "version 2")
      let report = try load.wait().expectSuccess()
      report.expectNo("Error distribution")
      #expect(LoadReport(report.text).answers.keys.elementsEqual([200]), "\(report.text)")
      // A page that is still open loads what it was made with.
      for (path, text) in before { #expect(try sandbox.get(path) == text, "\(path)") }
      let edited = try #require(try sandbox.liveRelease())
      let editedCommit = try project.head()

      // A build that fails.
      try project.commit("Break", ["app/page.js": "export default function Page() { return <h1>"])
      let broken = try project.push().expect(status: 1)
      broken.expect("FAILED at build", "app/page.js", "exit code 1", "The old release \(edited) is still live.")
      #expect(try project.serverRef() == editedCommit)
      #expect(try shown(sandbox) == "version 2")

      // An app that answers 500.
      try project.commit(
        "Fail",
        [
          "app/page.js":
            "export const dynamic = 'force-dynamic'\nexport default function Page() { throw new Error('no stock') }",
          "nextdeploy.json": #"{"health": {"timeout": 8}}"#,
        ])
      let failing = try project.push().expect(status: 1)
      failing.expect("FAILED at health", "GET / answered 500", "no stock")
      #expect(try shown(sandbox) == "version 2")
      #expect(try sandbox.releases() == [release, edited])
      #expect(try project.serverRef() == editedCommit)

      // The first commit again, which was built before.
      let again = try project.push("--force", "production", "\(first):main").expectSuccess()
      again.expect("built before from the same files")
      again.expectNo("next build", "npm ci")
      #expect(try sandbox.liveRelease() == release)
      #expect(try shown(sandbox) == "version 1")
    }
  }

  @Test("below a monorepo's apps is built and started there, with what the wrappers around its start set")
  func monorepo() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      var files = try Fixture.files("next-app", below: "apps/web/")
      files["apps/web/package-lock.json"] = nil
      files["package.json"] = #"{"name": "shop", "private": true, "workspaces": ["apps/*"]}"#
      files["nextdeploy.json"] = #"{"root": "apps/web", "persist": ["uploads"]}"#
      files["web.env"] = "FROM_FILE=file\nOWN=file\n"
      files[".env.example"] = "FROM_FILE=\nOWN=\nMAIL_URL=\n"
      files[".gitignore"] = "node_modules/\n.next/\n"
      files["apps/web/app/page.js"] = """
        export const dynamic = 'force-dynamic'
        export default function Page() {
          return <h1>{[process.env.FROM_FILE, process.env.OWN, process.env.INLINE, process.env.NODE_ENV].join(' ')}</h1>
        }
        """
      files["apps/web/package.json"] = """
        {
          "name": "web",
          "scripts": {
            "build": "next build",
            "migrate": "printf %s $INLINE >> \(sandbox.home)/migrations",
            "with-env": "dotenv -e ../../web.env -e ../../.env --",
            "start": "npm run with-env -- cross-env INLINE=inline sh -c 'npm run migrate && next start -p 3000'"
          },
          "dependencies": { "next": "16.4.5", "react": "19.3.1", "react-dom": "19.3.1" },
          "devDependencies": { "cross-env": "10.1.0", "dotenv-cli": "11.0.0" }
        }
        """
      try project.write(files)
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try sandbox.nextdeploy("env", "set", "shop", "OWN=own").expectSuccess()
      try project.commit("First")

      let push = try project.push().expectSuccess()

      push.expect(
        "npm ci", "Next.js 16.4.5 (standalone)", "warning: 'npm run migrate', which runs before the start, runs once")
      #expect(try shown(sandbox) == "file own inline production")
      try expectOldNodeIsTold(sandbox)
      #expect(
        try Files.linkTarget("\(sandbox.app())/current/app/apps/web/uploads")
          == "\(sandbox.app())/shared/apps/web/uploads")
      try sandbox.nextdeploy("restart", "shop").expectSuccess()
      #expect(try shown(sandbox) == "file own inline production")
      #expect(try Files.text("\(sandbox.home)/migrations") == "inline")
      let plan = try sandbox.nextdeploy("plan", "shop").expectSuccess()
      plan.expect("not set: MAIL_URL (.env.example names them", "what runs before the start: npm run migrate")
      let json = try JSON.parse(try sandbox.nextdeploy("plan", "shop", "--json").text)
      #expect(json["unset"]?["names"] == .array([.string("MAIL_URL")]))

      // As Next's own documentation starts a standalone server, copies first.
      let manifest = try #require(try Files.text("\(project.directory)/apps/web/package.json"))
      let start = "cp -r public .next/standalone/apps/web/ && node .next/standalone/apps/web/server.js"
      let lines = manifest.split(separator: "\n").map {
        $0.contains("\"start\"") ? "\"start\": \"\(start)\"" : String($0)
      }
      try project.commit("Standalone", ["apps/web/package.json": lines.joined(separator: "\n")])
      let standalone = try project.push().expectSuccess()
      standalone.expect("Next.js 16.4.5 (standalone)")
      standalone.expectNo("which runs before the start")
      #expect(try shown(sandbox) == " own  production")
      #expect(try sandbox.get("/hello.txt") == "served from public\n")
      try expectStaticFiles(sandbox)
    }
  }

  @Test("without a standalone server runs under next start, with its production dependencies only")
  func nextStart() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      var files = try Fixture.files("next-app")
      files["package-lock.json"] = nil
      files["package.json"] = """
        {
          "name": "next-app",
          "scripts": { "build": "NEXT_PRIVATE_STANDALONE= next build", "start": "next start" },
          "dependencies": { "next": "16.4.5", "react": "19.3.1", "react-dom": "19.3.1" },
          "devDependencies": { "ws": "8.23.0" }
        }
        """
      try project.write(files)
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try project.commit("First")

      let push = try project.push().expectSuccess()

      push.expect("Next.js 16.4.5 (next start)")
      try expectOldNodeIsTold(sandbox)
      #expect(try shown(sandbox) == "version 1")
      try expectStaticFiles(sandbox)
      let modules = "\(sandbox.app())/current/app/node_modules"
      #expect(Files.exists("\(modules)/next/package.json"))
      #expect(!Files.exists("\(modules)/ws"))
      #expect(Files.exists("\(sandbox.app())/workspace/node_modules/ws"))
      #expect(Files.exists("\(sandbox.app())/workspace/.next/cache"), "the next build finds its cache")
      try project.commit("Edit", ["app/page.js": page("version 2")])
      try project.push().expectSuccess().expect("unchanged, skipped")
      #expect(try shown(sandbox) == "version 2")
    }
  }

  @Test("that needs a newer Node than the server has is refused before it is built")
  func oldNode() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "First",
        try Fixture.files("next-app").merging([
          "nextdeploy.json":
            #"{"install": "mkdir -p node_modules/next && echo '{\"version\": \"16.4.5\", \"engines\": {\"node\": \">=98.6\"}}' > node_modules/next/package.json"}"#
        ]) { $1 })

      let push = try project.push().expect(status: 1)

      push.expect("it needs Node >=98.6", "Ask for a newer one")
      push.expectNo("next build")
    }
  }

  private func page(_ text: String) -> String { "export default function Page() { return <h1>\(text)</h1> }\n" }

  private func shown(_ sandbox: Sandbox) throws -> String? {
    let html = try #require(try sandbox.get())
    return html.split(separator: "<h1>").dropFirst().first?.split(separator: "<").first.map(String.init)
  }

  /// What a browser loads beside the page.
  private func expectStaticFiles(_ sandbox: Sandbox) throws { _ = try staticFiles(sandbox) }

  /// What a browser loads beside the page, by path.
  private func staticFiles(_ sandbox: Sandbox) throws -> [String: String] {
    let html = try #require(try sandbox.get())
    let paths = html.split(separator: "\"").filter { $0.hasPrefix("/_next/static/") && $0.contains(".js") }
    try #require(!paths.isEmpty)
    return try Dictionary(
      paths.map { path in
        let path = path.split(separator: "?").first ?? path
        return (String(path), try #require(try sandbox.get(String(path)), "\(path)"))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// What the doctor says where the server's Node is not what it was when the app went live.
  private func expectOldNodeIsTold(_ sandbox: Sandbox) throws {
    try Files.makeDirectory("\(sandbox.home)/old")
    try Files.write("#!/bin/sh\necho v18.19.0\n", to: "\(sandbox.home)/old/node", mode: 0o755)
    let path = "\(sandbox.home)/old:\(sandbox.environment["PATH"] ?? "")"

    let output = try sandbox.nextdeploy("doctor", environment: ["PATH": path]).expect(status: 1)

    output.expect("problem  node: shop's Next.js needs Node >=20.9.0; it runs with 18.19.0")
  }
}
