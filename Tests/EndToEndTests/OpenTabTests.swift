import Posix
import TestKit
import Testing

/// An app of each router, and what a tab of its first release shows after three more deploys and a rollback.
struct TabCase: CustomTestStringConvertible, Sendable {
  let router: String
  let version: String
  let fixture: String
  let seen: [String: String]

  var testDescription: String { "\(router), Next.js \(version)" }

  static let all = [
    app("15.5.29"), app("16.4.5"),
    // Next.js 15 asks for a page's data below the id of its build, which the live release does not have.
    TabCase(
      router: "pages", version: "15.5.29", fixture: "next-pages-tab",
      seen: [
        "home": "one home, one data", "part": "one part", "picture": "shown",
        "prefetched": "one prefetched, one data", "back": "three home, three data",
        "plain": "three plain, three data, loaded", "asked": "three asked, three data, loaded", "bare": "one bare",
        "gone": "asked.json index.json late.json plain.json",
      ]),
  ]

  private static func app(_ version: String) -> TabCase {
    TabCase(
      router: "app", version: version, fixture: "next-tab",
      // What the page was made with, then what is live. The page that was prefetched is of either, for the tab forgets it
      // after five minutes.
      seen: [
        "home": "one home", "part": "one part", "picture": "shown", "back": "one home",
        "plain": "three plain three extra, loaded", "asked": "one home, three answer", "gone": "",
      ])
  }
}

/// A browser's tab (Tests/Fixtures/next-tab, next-pages-tab) that was opened before a site was deployed again.
@Suite(
  "A tab that stays open",
  .enabled(
    if: Registry.answers && Chromium.isThere, "no npm registry answers, or there is no Chromium"),
  .serialized)
struct OpenTabTests {
  @Test("loses no page and logs no error over deploys and a rollback", arguments: TabCase.all)
  func staysOpen(tab: TabCase) throws {
    try Sandbox.run { sandbox in
      let driver = try Chromium.driver(in: sandbox)
      let project = try sandbox.createApp()
      var files = try Fixture.files(tab.fixture).filter { $0.key != "tab.mjs" }
      files["package.json"] = files["package.json"]?.replacing("16.4.5", with: tab.version)
      func commit(_ version: String) throws {
        try project.commit(version, files.mapValues { $0.replacing("VERSION", with: version) })
      }
      try project.write(["package.json": files["package.json"], "public/robots.txt": "User-agent: *\n"])
      try sandbox.run([
        "cp", "\(ThisProject.path)/Tests/Fixtures/next-site/public/picture.png", "\(project.directory)/public/",
      ]).expectSuccess()
      try sandbox.run(["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory)
        .expectSuccess()
      try commit("one")
      try project.push().expectSuccess()

      let browser = try sandbox.start(
        [
          "node", "\(ThisProject.path)/Tests/Fixtures/next-tab/tab.mjs", driver, try sandbox.url(), sandbox.home,
          tab.router,
        ], name: "tab")
      try wait(until: "the tab") { Files.exists("\(sandbox.home)/open") }
      try commit("two")
      try project.push().expectSuccess()
      try commit("three")
      try project.push().expectSuccess()
      try commit("four")
      try project.push().expectSuccess()
      try sandbox.nextdeploy("rollback", "--app", "shop").expectSuccess()
      try Files.write("", to: "\(sandbox.home)/deployed")

      let result = try browser.wait()
      try result.expectSuccess()
      for (name, text) in tab.seen { result.expect("\"\(name)\": \"\(text)\"") }
    }
  }
}
