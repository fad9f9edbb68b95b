@testable import Deploy
import Testing

@Suite("What npm audit answers")
struct AuditTests {
  /// As npm 10 writes it.
  private static let answer = #"""
    {
      "auditReportVersion": 2,
      "vulnerabilities": {
        "lodash": {
          "name": "lodash", "severity": "critical", "isDirect": true,
          "via": [
            { "source": 1, "name": "lodash", "title": "Command injection", "severity": "critical",
              "url": "https://github.com/advisories/GHSA-35jh-r3h4-6jhm", "range": "<4.17.21" },
            { "source": 2, "name": "lodash", "title": "Slow", "severity": "high",
              "url": "https://github.com/advisories/GHSA-29mw-wpgm-hmr9", "range": "<4.17.21" }
          ],
          "effects": ["gulp"], "range": "<4.17.21", "nodes": ["node_modules/lodash"], "fixAvailable": true
        },
        "gulp": { "name": "gulp", "severity": "critical", "via": ["lodash"], "nodes": ["node_modules/gulp"] }
      },
      "metadata": { "vulnerabilities": { "critical": 2, "total": 2 } }
    }
    """#

  @Test("is told as far as it is critical, once for the package that has it")
  func critical() throws {
    let audit = try #require(Audit(Self.answer))

    #expect(
      audit.lines(without: []) == [
        "npm audit: lodash: Command injection (GHSA-35jh-r3h4-6jhm, critical): run 'npm audit fix' where it is developed."
      ])
    #expect(audit.lines(without: [try HoleID("GHSA-35jh-r3h4-6jhm")]).isEmpty)
  }

  @Test(
    "is no answer where it is none",
    arguments: hostile + [
      "[]", "null", #"{"error": {"code": "ENOAUDIT"}}"#, #"{"vulnerabilities": []}"#, #"{"vulnerabilities": "x"}"#,
      "npm error\n{}", String(repeating: "[", count: 100_000),
    ])
  func none(text: String) {
    #expect(Audit(text) == nil)
  }

  private func answer(_ package: String, _ cause: String) -> String {
    #"{"vulnerabilities": {"\#(package)": {"via": [\#(cause)]}}}"#
  }

  @Test(
    "is left out where it is not as npm writes it",
    arguments: [
      ("a", "{}"), ("a", #"{"severity": "critical"}"#), ("a", #"{"severity": 9, "title": "t"}"#), ("a", "3"),
      ("a", #"{"severity": "critical", "title": ["t"]}"#), ("a b", #"{"severity": "critical", "title": "t"}"#),
      ("", #"{"severity": "critical", "title": "t"}"#), ("a\\u001b[2J", #"{"severity": "critical", "title": "t"}"#),
    ])
  func malformed(package: String, cause: String) throws {
    #expect(try #require(Audit(answer(package, cause))).advisories.isEmpty)
  }

  @Test("cannot steer a terminal, nor fill it")
  func hostileText() throws {
    let title = "x\\u001b[31m\\nred" + String(repeating: "y", count: 5_000)
    let line = try #require(
      Audit(answer("@a/b", #"{"severity": "critical", "title": "\#(title)", "url": "https://x/y;rm"}"#))?.lines(
        without: [])
        .first)

    #expect(line.utf8.count < 300)
    #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    #expect(line.hasPrefix("npm audit: @a/b: x"))
    // However many marks stand on one letter, to Swift it is one.
    let marks = "z" + String(repeating: "\u{301}", count: 100_000)
    let marked = try #require(
      Audit(answer("a", #"{"severity": "critical", "title": "\#(marks)"}"#))?.lines(without: []).first)
    #expect(marked.utf8.count < 400)

    let many = (1...2_000).map { #""p\#($0)": {"via": [{"severity": "critical", "title": "t"}]}"# }.joined(
      separator: ",")
    let lines = try #require(Audit(#"{"vulnerabilities": {\#(many)}}"#)).lines(without: [])
    #expect(lines.count == 6)
    #expect(lines.last == "npm audit: 95 more are critical: 'npm audit --omit=dev' lists them.")
  }
}

@Suite("A deploy that installs packages with npm")
struct AskRegistryTests {
  private static let command = "npm audit --omit=dev --json --audit-level=critical"

  private func world(_ answer: String) throws -> World {
    let world = try World()
    world.toolbox.versions["node"] = "24.22.1"
    world.config.audits = nil
    world.outputs = [Self.command: answer]
    return world
  }

  private static let answer =
    #"{"vulnerabilities": {"a": {"via": [{"severity": "critical", "title": "Bad", "url": "https://x.example/GHSA-35jh-r3h4-6jhm"}]}}}"#

  @Test("asks the registry after the install, before the build, where the install was, and tells what is critical")
  func asks() throws {
    let world = try world(Self.answer)
    world.results["\(Self.command) --fetch-retries=0 2>/dev/null"] = .failed(exitCode: 1)

    #expect(try world.push("one").outcome == .live)

    #expect(world.events("run ").map { $0.split(separator: " ").dropFirst(2).first } == ["ci", "audit", "run"])
    #expect(world.jobs[1].directory == world.jobs[0].directory)
    #expect(world.jobs[1].environment == world.jobs[0].environment)
    #expect(world.told.lines("warning: npm audit: a: Bad (GHSA-35jh-r3h4-6jhm, critical)").count == 1)
  }

  @Test("does not ask again while nothing is installed, nor what the list of holes tells or the app's settings allow")
  func asksOnce() throws {
    let world = try world(Self.answer)
    world.config.allowedHoles = [try HoleID("GHSA-35jh-r3h4-6jhm")]
    world.files["node_modules/a/package.json"] = "{}"
    try world.push("one")
    #expect(world.told.lines("warning: npm audit").isEmpty)
    world.config.allowedHoles = nil
    try world.push("two")

    #expect(world.events("run npm audit").count == 1)
  }

  @Test("does not ask where that is turned off, or without a lockfile, or where another command installs")
  func doesNotAsk() throws {
    let world = try world(Self.answer)
    world.config.audits = false
    try world.push("one")
    world.config.audits = nil
    try world.push("two", try World.app("two", project: #"{"install": "make deps"}"#))
    try world.push(
      "three",
      try MemoryTree([
        "package.json": #"{"scripts": {"start": "node server.js"}, "dependencies": {"a": "1"}}"#, "server.js": "3",
      ]))

    #expect(world.events("run npm audit").isEmpty)
    #expect(world.releases.count == 3)
  }

  @Test(
    "goes live all the same, and says in its log only, where there is no answer",
    arguments: [
      ("", "the registry does not answer it"), (#"{"message": "404", "error": {}}"#, "the registry does not answer it"),
      (String(repeating: "x", count: 2 << 20), "the answer is too long"),
    ])
  func noAnswer(answer: String, told: String) throws {
    let world = try world(answer)

    #expect(try world.push("one").outcome == .live)

    #expect(world.told.lines("log: ") == ["log: npm audit: \(told)"])
    #expect(world.told.lines("warning: ").isEmpty)
  }

  @Test("does not wait longer than 3 s for it")
  func late() throws {
    let world = try world(Self.answer)
    world.whenRun = { world.waited += .seconds(3.1) }

    #expect(try world.push("one").outcome == .live)

    #expect(world.told.lines("log: ") == ["log: npm audit: no answer within 3 s"])
  }
}
