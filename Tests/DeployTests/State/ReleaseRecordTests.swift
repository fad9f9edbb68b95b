import FoundationEssentials
import Testing

@testable import Deploy

@Suite("The record of a release")
struct ReleaseRecordTests {
  /// As every version before sources and servings wrote it.
  private static let earlier = #"""
    {
      "buildKey" : "681a9d031d9cfc34b79d25a62dff38824ab5d32a",
      "commit" : {
        "id" : "f0961bfb6be8b5f335ccf591abae05833fac2a0b",
        "subject" : "First",
        "tree" : "ea519e31edfb86598404a4759f95d31d8ada3c17"
      },
      "createdAt" : "2026-11-26T20:43:39Z",
      "directory" : "apps/web",
      "drainTimeout" : 30,
      "environment" : { "NEXT_DEPLOYMENT_ID" : "20261126-204339" },
      "environmentMark" : { "builds" : "93dd", "instances" : "46c4" },
      "framework" : "Next.js 16.4.5 (standalone)",
      "health" : { "path" : "/", "status" : [ 200, 399 ], "timeout" : 60 },
      "id" : "20261126-204339",
      "launcher" : "next",
      "start" : { "program" : { "_0" : [ "node", "../../../next.cjs", ".next" ] } }
    }
    """#

  private func read(_ text: String) throws -> ReleaseRecord {
    try JSONDecoder().decode(ReleaseRecord.self, from: Data(text.utf8))
  }

  @Test("is read as an earlier version wrote it")
  func earlierVersion() throws {
    let record = try read(Self.earlier)

    let commit = Commit(
      id: try CommitID("f0961bfb6be8b5f335ccf591abae05833fac2a0b"),
      tree: try CommitID("ea519e31edfb86598404a4759f95d31d8ada3c17"), subject: "First")
    let directory = try #require(RelativePath("apps/web"))
    let process = AppProcess(
      start: .program(["node", "../../../next.cjs", ".next"]), launcher: .next, directory: directory,
      environment: ["NEXT_DEPLOYMENT_ID": "20261126-204339"], drainTimeout: 30)
    #expect(record.source == .commit(commit))
    #expect(record.serving == .process(process))
    #expect(record.createdAt == "2026-11-26T20:43:39Z")
    #expect(record.environmentMark != nil)
  }

  @Test("is written so that an earlier version can read it")
  func forEarlierVersions() throws {
    let written = try JSONEncoder().encode(read(Self.earlier))

    let (now, before) = (try JSON.parse(String(decoding: written, as: UTF8.self)), try JSON.parse(Self.earlier))
    let keys = (now.members ?? []).map(\.key).sorted()
    #expect(keys == (before.members ?? []).map(\.key).sorted())
    #expect(try read(String(decoding: written, as: UTF8.self)) == read(Self.earlier))
  }

  @Test("of a site of files is read as it was written, and has no process")
  func files() throws {
    let rules = SiteRules(redirects: "/a/* /b/:splat 301!", headers: "/*\n  X-A: b")
    let site = StaticSite(
      base: try #require(RelativePath("docs")), fallback: RelativePath("index.html"),
      hashed: [try #require(RelativePath("assets"))], hasHashedScripts: true, hidden: ["package.json"],
      redirects: rules.redirects, headers: rules.headers)
    let process = try read(Self.earlier)
    let record = ReleaseRecord(
      id: process.id, source: process.source, buildKey: "k", framework: "static files", serving: .files(site),
      environmentMark: nil, health: HealthPolicy(), createdAt: process.createdAt, inventory: nil,
      releaseCommand: "migrate")

    let copy = try read(String(decoding: JSONEncoder().encode(record), as: UTF8.self))

    #expect(copy == record && copy.site == site && copy.process == nil)
    #expect(copy.site?.key == site.key && site.key.utf8.count == 16 && site.key != StaticSite().key)
  }

  @Test("is damaged where one of its parts is missing", arguments: ["commit", "start", "id"])
  func damaged(_ part: String) throws {
    #expect(throws: (any Error).self) { try read(Self.earlier.replacing("\"\(part)\" :", with: "\"another\" :")) }
  }
}
