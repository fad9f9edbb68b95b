import Deploy
import Posix
import TestKit
import Testing

@Suite("An app with known holes")
struct KnownHoleTests {
  /// A server of its own that has a Next.js of this version, from the repository itself, among its packages.
  private static func app(next: String, text: String = "one") -> [String: String] {
    [
      "package.json":
        #"{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"next": "file:vendor/next"}}"#,
      "vendor/next/package.json": #"{"name": "next", "version": "\#(next)"}"#,
      "app/page.js": "", "server.js": App.server("answer.end(\(App.quoted(text)))"),
    ]
  }

  @Test("is refused, goes live once that is allowed, and the doctor tells of it")
  func wholeStory() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", Self.app(next: "15.5.0"))

      let refused = try project.push().expect(status: 1)
      refused.expect(
        "FAILED at build", "looking for known holes in next 15.5.0",
        "a request to React Server Components runs code on the server (CVE-2025-55182, rce, fixed in 15.5.7)",
        "Run 'npm install next@15.5.28', commit and push again.",
        "'nextdeploy config set allow-vulnerable CVE-2025-55182 --app shop'",
        "warning: next 15.5.0: a request to a server action can keep the app from answering others (CVE-2026-94482, high, fixed in 15.5.28)"
      )
      #expect(try sandbox.releases() == [])
      try sandbox.nextdeploy("doctor").expectSuccess().expect("ok       holes: nothing that is live has a known hole")

      try sandbox.nextdeploy("config", "set", "allow-vulnerable", "CVE-2025-55182", "--app", "shop").expectSuccess()
      #expect(try sandbox.setting("allow-vulnerable") == "CVE-2025-55182")
      let push = try project.push().expectSuccess()
      push.expect(
        "warning: next 15.5.0: a request to React Server Components runs code on the server (CVE-2025-55182, rce, fixed in 15.5.7)"
      )
      #expect(try sandbox.get() == "one")

      let allowed = try sandbox.nextdeploy("doctor").expectSuccess()
      allowed.expect(
        "warning  holes: shop runs next 15.5.0:", "(CVE-2025-55182, rce, fixed in 15.5.7), allowed by allow-vulnerable")
      try sandbox.nextdeploy("config", "unset", "allow-vulnerable").expectSuccess()
      try Self.expectProblem(try sandbox.nextdeploy("doctor").expect(status: 1))
      // A release that an earlier version made says nothing of what it is made of.
      let record = "\(sandbox.app())/releases/\(try #require(try sandbox.liveRelease()))/release.json"
      let text = try #require(try Files.text(record))
      try Files.write(text.replacing("\"inventory\"", with: "\"unknown\""), to: record)
      try Self.expectProblem(try sandbox.nextdeploy("doctor", "shop").expect(status: 1))
      try Files.write(text, to: record)

      // To start it again is not refused: it runs already.
      try sandbox.nextdeploy("restart", "shop").expectSuccess().expect("warning: next 15.5.0: a request to React")
      try project.commit("Two", Self.app(next: "15.5.29", text: "two"))
      try project.push().expectSuccess().expectNo("warning: next")
      try sandbox.nextdeploy("doctor").expectSuccess().expect("ok       holes:")
      try sandbox.nextdeploy("rollback", "shop").expectSuccess().expect("warning: next 15.5.0: a request to React")
      #expect(try sandbox.get() == "one")
      // A push of what was built before is one all the same.
      let again = try project.push("--force", "production", "HEAD~1:main").expect(status: 1)
      again.expect("looking for known holes in next 15.5.0")
    }
  }

  private static func expectProblem(_ output: Output) throws {
    output.expect(
      "problem  holes: shop runs next 15.5.0: a request to React Server Components runs code on the server",
      "Run 'npm install next@15.5.28' where it is developed, commit and push.", "warning  holes: shop runs next 15.5.0:"
    )
  }

  @Test("is let by under names of holes only, and by nobody whose key is the app's")
  func setting() throws {
    try SSHServer.run { server in
      _ = try server.sandbox.createApp()
      for text in ["next", "CVE-2025", "CVE-2025-55182;rm", "*"] {
        try server.sandbox.nextdeploy("config", "set", "allow-vulnerable", text).expect(status: 2).expect("is none")
      }
      let bound = try server.addKey("ci", apps: "shop")
      let refused = try bound.ssh("config", "set", "allow-vulnerable", "CVE-2025-55182", "--app", "shop")
      #expect(refused.status != 0)
      refused.expect("changing allow-vulnerable, which concerns other apps too")
      let admin = try server.addKey("admin")
      try admin.ssh("config", "set", "allow-vulnerable", "cve-2025-55182,GHSA-2464-fhr4-w9xw", "--app", "shop")
        .expectSuccess()
      try admin.ssh("config", "show", "--app", "shop").expectSuccess().expect("CVE-2025-55182,GHSA-2464-fhr4-w9xw")
    }
  }
}
