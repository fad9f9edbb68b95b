import TestKit
import Testing

@Suite("The health of a Next.js app", .enabled(if: Registry.answers, "no npm registry answers"))
struct NextHealthTests {
  @Test("is that of a page that the build has, with its scripts; for a wrong path the failure says which there are")
  func pages() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      var files = try Fixture.files("next-app")
      files["app/page.js"] = nil
      files["next.config.mjs"] = "export default { basePath: '/docs', trailingSlash: true }\n"
      for page in ["(group)/about", "deep/page", "post/[id]"] {
        files["app/\(page)/page.js"] = "export default function Page() { return <h1>\(page)</h1> }\n"
      }
      files["app/a/route.js"] = "export function GET() { throw new Error('nobody asked for this') }\n"
      try project.commit("First", files)

      let push = try project.push().expectSuccess()

      push.expect("HTTP 200, with ", " scripts and styles")
      push.expectNo("answered 404")
      let log = try sandbox.nextdeploy("logs").text
      #expect(!log.contains("nobody asked for this"))
      #expect(try sandbox.get("/docs/about/")?.contains("(group)/about") == true)
      #expect(try sandbox.get("/docs/") == nil)

      try project.commit("Wrong", ["nextdeploy.json": #"{"health": {"path": "/about"}}"#])
      let wrong = try project.push().expect(status: 1)
      wrong.expect(
        "GET /about → /about/ answered 404 for ", "The build has the pages /docs/about/, /docs/deep/page/: name")
    }
  }
}
