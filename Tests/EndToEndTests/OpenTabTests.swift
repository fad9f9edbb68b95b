import Posix
import TestKit
import Testing

/// A browser's tab (Tests/Fixtures/next-tab) that was opened before a site was deployed again.
@Suite(
  "A tab that stays open",
  .enabled(
    if: Registry.answers && Files.exists("/usr/bin/chromium"), "no npm registry answers, or there is no Chromium"),
  .serialized)
struct OpenTabTests {
  @Test("loses no page and logs no error over deploys and a rollback", arguments: ["15.5.29", "16.4.5"])
  func staysOpen(version: String) throws {
    try Sandbox.run { sandbox in
      try Files.makeDirectory("\(sandbox.home)/browser")
      try sandbox.run(
        ["npm", "install", "--no-audit", "--no-fund", "--no-save", "playwright-core"], in: "\(sandbox.home)/browser"
      ).expectSuccess()
      let project = try sandbox.createApp()
      var files = try Fixture.files("next-tab").filter { $0.key != "tab.mjs" }
      files["package.json"] = files["package.json"]?.replacing("16.4.5", with: version)
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

      let tab = try sandbox.start(
        [
          "node", "\(ThisProject.path)/Tests/Fixtures/next-tab/tab.mjs",
          "\(sandbox.home)/browser/node_modules/playwright-core", try sandbox.url(), sandbox.home,
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

      let result = try tab.wait()
      try result.expectSuccess()
      // What the page was made with, then what is live.
      result.expect(
        "\"home\": \"one home\"", "\"part\": \"one part\"", "\"picture\": \"shown\"",
        "\"asked\": \"one home, three answer\"")
    }
  }
}
