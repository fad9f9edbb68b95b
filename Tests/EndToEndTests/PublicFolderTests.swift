import Deploy
import Posix
import TestKit
import Testing

/// What a Next.js app has in `public/`, asked of Caddy and of the instance itself.
@Suite("The public/ of a Next.js app", .enabled(if: Registry.answers, "no npm registry answers"), .serialized)
struct PublicFolderTests {
  private let long = String(repeating: "some text in a line\n", count: 200)

  private func files(_ version: String) -> [String: String] {
    let name = version.hasPrefix("15") ? "middleware" : "proxy"
    return [
      "package.json": """
      {"name": "public", "private": true, "scripts": {"build": "next build"},
        "dependencies": {"next": "\(version)", "react": "19.3.1", "react-dom": "19.3.1"}}
      """,
      ".gitignore": "node_modules/\n.next/\n",
      "next.config.mjs": """
      export default {
        headers: async () => [{ source: '/headed.txt', headers: [{ key: 'x-headed', value: 'yes' }] }],
        redirects: async () => [{ source: '/moved/:name', destination: '/logo.png', permanent: false }],
      }
      """,
      "\(name).js": """
      import { NextResponse } from 'next/server'
      export function \(name)() {
        const answer = NextResponse.next()
        answer.headers.set('x-asked', 'yes')
        return answer
      }
      export const config = { matcher: ['/guarded/:path*', '/((?!_next|.*\\\\.(?:png|json|txt|css|svg|html)$).*)'] }
      """,
      "app/layout.js": "export default ({ children }) => <html><body>{children}</body></html>",
      "app/page.js": "export default () => <h1>home</h1>",
      "app/robots.txt/route.js": "export const GET = () => new Response('from the route')",
      "app/about.txt/page.js": "export default () => <h1>about</h1>",
      "public/logo.png": String(repeating: "not really an image", count: 100), "public/data.json": long,
      "public/small.txt": "small", "public/style.css": "a{}", "public/drawing.svg": "<svg>\(long)</svg>",
      "public/page.html": "<h1>a page</h1>", "public/robots.txt": "from public", "public/deep/er/a@2x.png": "deep",
      "public/.well-known/security.txt": "mail", "public/.hidden.txt": "hidden", "public/a b.png": "odd",
      "public/ü.png": "odd too", "public/no-ending": "plain", "public/guarded/a.txt": "guarded",
      "public/headed.txt": "headed", "public/moved/a.png": "moved",
    ]
  }

  /// The head of an answer, its names in small letters, and its body.
  private func ask(_ sandbox: Sandbox, _ address: String, _ options: [String] = []) throws -> [String: String] {
    let body = "\(sandbox.home)/body"
    let output = try sandbox.run(
      ["curl", "--silent", "--globoff", "--path-as-is", "--max-time", "10", "--output", body, "--write-out"]
        + ["%{http_code}\n%{header_json}"] + options + [address]
    ).expectSuccess().text
    let parts = output.split(separator: "\n", maxSplits: 1)
    var result = ["status": String(parts.first ?? ""), "body": try Files.text(body) ?? ""]
    for member in try JSON.parse(String(parts.last ?? "")).members ?? [] {
      result[member.key] = (member.value.elements ?? []).compactMap(\.string).joined(separator: ", ")
    }
    return result
  }

  private func instance(_ sandbox: Sandbox) throws -> String {
    let live = try #require(try sandbox.status()["live"]?["instance"]?.string)
    return "http://localhost:\(try #require(live.split(separator: ":").last))"
  }

  /// What Caddy answers, and what Next.js does.
  private func both(
    _ sandbox: Sandbox, _ path: String, _ options: [String] = []
  ) throws -> (caddy: [String: String], next: [String: String]) {
    (try ask(sandbox, sandbox.url() + path, options), try ask(sandbox, instance(sandbox) + path, options))
  }

  private let fromDisk = [
    "/logo.png", "/data.json", "/small.txt", "/style.css", "/drawing.svg", "/page.html", "/robots.txt",
    "/deep/er/a@2x.png", "/.well-known/security.txt", "/logo.png?v=1",
  ]
  private let fromNext = [
    "/a%20b.png", "/%C3%BC.png", "/no-ending", "/guarded/a.txt", "/headed.txt", "/moved/a.png", "/.hidden.txt",
    "/about.txt", "/link.txt", "/%6Cogo.png", "/logo.png/", "/nothing.png", "/deep", "/deep/er/",
  ]
  private let told = [
    "status", "body", "content-type", "cache-control", "accept-ranges", "location", "x-asked", "x-headed",
  ]

  @Test(
    "comes from the disk as Next.js would send it, and is another with each release", arguments: ["15.5.29", "16.4.5"])
  func served(version: String) throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.write(files(version))
      try Files.link("\(project.directory)/public/link.txt", to: "small.txt")
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try project.commit("First")

      let push = try project.push().expectSuccess()

      push.expect(
        "Next.js \(version) (standalone)", "9 files of public/ that Caddy serves from the disk",
        "Next.js itself serves 3 of 12 files in public/: ")
      for path in fromDisk + fromNext {
        let (caddy, next) = try both(sandbox, path)
        for name in told { #expect(caddy[name] == next[name], "\(path): \(name)") }
      }
      for path in fromDisk {
        let (caddy, next) = try both(sandbox, path)
        #expect(caddy["content-length"] == next["content-length"], "\(path)")
        #expect(caddy["last-modified"] == next["last-modified"], "\(path)")
        #expect(next["vary"] == nil || caddy["vary"] == next["vary"], "\(path)")
        #expect(caddy["etag"] != nil && caddy["etag"] != next["etag"], "\(path) does not come from Next.js")
      }
      try expectParts(sandbox)
      try expectNoProcess(sandbox)

      // Another release has other files; the one before has its own again.
      try project.commit("Second", ["public/logo.png": "another", "public/small.txt": nil, "public/new.txt": "new"])
      try project.push().expectSuccess().expect("9 files of public/")
      #expect(try sandbox.get("/logo.png") == "another" && sandbox.get("/new.txt") == "new")
      #expect(try ask(sandbox, sandbox.url() + "/small.txt")["status"] == "404")
      try sandbox.nextdeploy("rollback").expectSuccess()
      #expect(try sandbox.get("/logo.png") == files(version)["public/logo.png"] && sandbox.get("/small.txt") == "small")
      #expect(try ask(sandbox, sandbox.url() + "/new.txt")["status"] == "404")

      // What turns it off knows nothing of Next.js's version.
      guard version == "16.4.5" else { return }
      try project.commit("Off", ["nextdeploy.json": #"{"files": "app"}"#])
      try project.push().expectSuccess().expectNo("of public/")
      let (caddy, next) = try both(sandbox, "/logo.png")
      #expect(caddy["etag"] == next["etag"] && caddy["body"] == "another")
    }
  }

  private func expectParts(_ sandbox: Sandbox) throws {
    for path in ["/data.json", "/logo.png"] {
      for options in [["--head"], ["--range", "5-9"], ["--range", "5-9", "--header", "Accept-Encoding: gzip"]] {
        let (caddy, next) = try both(sandbox, path, options)
        let names = options == ["--head"] ? told.filter { $0 != "body" } : told
        for name in names + ["content-length", "content-range", "content-encoding"] {
          #expect(caddy[name] == next[name], "\(path) \(options): \(name)")
        }
      }
      for encoding in ["identity", "gzip", "zstd", "br, gzip"] {
        let options = ["--header", "Accept-Encoding: \(encoding)", "--compressed"]
        let (caddy, next) = try both(sandbox, path, options)
        #expect(caddy["body"] == next["body"], "\(path) \(encoding)")
        let again = try ask(
          sandbox, sandbox.url() + path, options + ["--header", "If-None-Match: \(caddy["etag"] ?? "")"])
        #expect(again["status"] == "304", "\(path) \(encoding)")
        #expect(again["cache-control"] == "public, max-age=0")
      }
    }
    let small = try ask(sandbox, sandbox.url() + "/data.json", ["--header", "Accept-Encoding: gzip"])
    #expect(small["content-encoding"] == "gzip" && small["vary"] == "Accept-Encoding")
  }

  /// The instance is held, so that nothing that it should answer is answered.
  private func expectNoProcess(_ sandbox: Sandbox) throws {
    let row = try #require(try sandbox.status()["instances"]?.elements?.first)
    guard case .number(let number) = row["process"] else { return #expect(Bool(false), "\(row)") }
    let id = Int(number)
    try sandbox.run(["kill", "-STOP", String(id)]).expectSuccess()
    for path in fromDisk { #expect(try sandbox.get(path) != nil, "\(path)") }
    let asked = try sandbox.run(["curl", "--silent", "--max-time", "1", "\(sandbox.url())/headed.txt"])
    #expect(asked.status == 28, "it is asked of Next.js")
    try sandbox.run(["kill", "-CONT", String(id)]).expectSuccess()
  }

  @Test("is below basePath, under next start, too, and what next.config sets headers for there is asked of Next.js")
  func below() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      var files = files("16.4.5").filter { !$0.key.hasPrefix("public/") && $0.key != "proxy.js" }
      files["package.json"] = files["package.json"]?.replacing(
        "next build", with: "NEXT_PRIVATE_STANDALONE= next build")
      files["next.config.mjs"] = """
        export default {
          basePath: '/docs', trailingSlash: true,
          headers: async () => [
            { source: '/headed/:path*', headers: [{ key: 'x-headed', value: 'yes' }] },
            { source: '/_next/static/:path*', headers: [{ key: 'x-headed', value: 'yes' }] },
          ],
        }
        """
      files["public/logo.png"] = "logo"
      files["public/headed/a.png"] = "headed"
      try project.write(files)
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try project.commit("First")

      let push = try project.push().expectSuccess()

      push.expect(
        "Next.js 16.4.5 (next start)", "1 file of public/ that Caddy serves", "Next.js itself serves 1 of 2 files",
        "Next.js itself serves /_next/static, not Caddy from the disk: next.config sets headers for it")
      for path in ["/docs/logo.png", "/docs/headed/a.png", "/logo.png", "/docs/logo.png/", "/docs/nothing.png"] {
        let (caddy, next) = try both(sandbox, path)
        for name in told { #expect(caddy[name] == next[name], "\(path): \(name)") }
        #expect((caddy["etag"] != next["etag"]) == (path == "/docs/logo.png"), "\(path)")
      }
      #expect(try ask(sandbox, sandbox.url() + "/docs/headed/a.png")["x-headed"] == "yes")
    }
  }
}
