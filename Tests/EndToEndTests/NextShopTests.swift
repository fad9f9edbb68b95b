import Posix
import TestKit
import Testing

/// An app in TypeScript, as many are set up today: next.config.ts, proxy.ts, basePath with distDir, packages by Bun
/// (Tests/Fixtures/next-shop).
@Suite(
  "A Next.js app in TypeScript",
  .enabled(
    if: Registry.answers && Chromium.isThere, "no npm registry answers, or there is no Chromium"))
struct NextShopTests {
  private static let check = "\(ThisProject.path)/Tests/Fixtures/next-check"

  @Test("with proxy.ts, basePath, distDir and packages by Bun gives visitors what it says, from the disk where it may")
  func shop() throws {
    try Sandbox.run { sandbox in
      let (backend, _) = sandbox.sparePorts
      let behind = try sandbox.start(["node", "\(Self.check)/backend.mjs", "\(backend)"], name: "backend")
      defer { behind.end() }
      let project = try sandbox.createApp(environment: ["BACKEND": "http://127.0.0.1:\(backend)"])
      try project.write(try Fixture.files("next-shop"))
      try sandbox.run(["bun", "install", "--lockfile-only"], in: project.directory).expectSuccess()
      try project.commit("First")

      let push = try project.push().expectSuccess()

      push.expect(
        "Next.js 16.4.5, bun ", "(bun.lock)", "bun install --frozen-lockfile", "Next.js 16.4.5 (standalone)",
        "HTTP 200, with 6 scripts and styles", "live: ")
      push.expectNo("Next.js itself serves")
      let site = try sandbox.url()
      let address = "127.0.0.1:\(try #require(site.split(separator: ":").last))"
      try sandbox.run(["node", "\(Self.check)/shop.mjs", site, address, "\(backend)"]).expectSuccess().expect("hold")
      #expect(Files.exists("\(sandbox.app())/current/app/build/next/required-server-files.json"))
      // A part that the page imports when it is asked to.
      try sandbox.run(["node", "\(Self.check)/browser.mjs", Chromium.driver(in: sandbox), "\(site)/shop"])
        .expectSuccess()
        .expect("loaded late")

      // Next.js has written to tsconfig.json; the next build begins with what this one kept in distDir.
      let scripts = try scripts(sandbox)
      try project.commit("Edit", ["messages/en.ts": "export const greeting = 'Hello again'\n"])
      let edit = try project.push().expectSuccess()
      edit.expect("2 files changed", "unchanged, skipped")
      edit.expectNo("No build cache found")
      #expect(try sandbox.get("/shop")?.contains("<h1>Hello again</h1>") == true)
      for path in scripts { #expect(try sandbox.get(path) != nil, "\(path) of the release before") }
    }
  }

  /// What the page loads.
  private func scripts(_ sandbox: Sandbox) throws -> [String] {
    let html = try #require(try sandbox.get("/shop"))
    let paths = html.split(separator: "\"").filter { $0.hasPrefix("/shop/_next/static/") && $0.contains(".js") }
    try #require(!paths.isEmpty)
    return paths.map(String.init)
  }
}
