import FoundationEssentials
import Testing

@testable import Deploy

@Suite("What is asked for by default")
struct HealthPolicyTests {
  private func routes(_ pages: [String], base: String = "", middleware: Bool = false) throws -> NextRoutes {
    let routes = pages.map { "\"\($0 == "/" ? "" : $0)/page\": \"\($0)\"" }.joined(separator: ",")
    let files = [
      "app-path-routes-manifest.json": "{\(routes)}",
      "required-server-files.json": #"{"config": {"basePath": "\#(base)"}}"#,
      "server/middleware-manifest.json": middleware ? #"{"middleware": {"/": {}}}"# : "{}",
    ]
    return try NextRoutes(NextManifests { files[$0] })
  }

  private struct Asked: Equatable {
    let path: String
    var alternative: String?
    var tolerant = false
  }

  private func asked(_ policy: HealthPolicy) -> Asked {
    Asked(path: policy.path, alternative: policy.alternative, tolerant: policy.tolerated == 400...499)
  }

  @Test("of Next.js is a page that the build has")
  func nextJsPage() throws {
    #expect(try asked(HealthPolicy(HealthSettings(), routes: routes(["/", "/about"]))) == Asked(path: "/"))
    #expect(try asked(HealthPolicy(HealthSettings(), routes: routes(["/b", "/a"]))) == Asked(path: "/a"))
    #expect(try asked(HealthPolicy(HealthSettings(), routes: routes(["/"], base: "/docs"))) == Asked(path: "/docs"))
    #expect(
      try asked(HealthPolicy(HealthSettings(), routes: routes(["/a"], middleware: true)))
        == Asked(path: "/", alternative: "/a"))
    #expect(try HealthPolicy(HealthSettings(), routes: routes(["/a"])).status == 200...399)
  }

  @Test("of an app that names no page may be an error of the visitor's")
  func appNamesNo() throws {
    #expect(asked(HealthPolicy(HealthSettings())) == Asked(path: "/", tolerant: true))
    #expect(try asked(HealthPolicy(HealthSettings(), routes: routes([]))) == Asked(path: "/", tolerant: true))
    #expect(
      try asked(HealthPolicy(HealthSettings(), routes: routes(["/[id]"], base: "/docs")))
        == Asked(path: "/docs", tolerant: true))
  }

  @Test("is what nextdeploy.json says, where it says something")
  func nextdeployJsonSays() throws {
    let path = try ProjectFile(#"{"health": {"path": "/up", "timeout": 5}}"#).health
    let status = try ProjectFile(#"{"health": {"status": "200-204"}}"#).health

    for known in try [nil, routes([]), routes(["/a"]), routes(["/a"], middleware: true)] {
      #expect(asked(HealthPolicy(path, routes: known)) == Asked(path: "/up"))
      #expect(HealthPolicy(path, routes: known).timeout == 5)
      #expect(HealthPolicy(status, routes: known).status == 200...204)
      #expect(HealthPolicy(status, routes: known).tolerated == nil)
    }
    #expect(try HealthPolicy(status, routes: routes(["/a"])).path == "/a")
  }
}

@Suite("What the version before wrote")
struct VersionBeforeWroteTests {
  @Test("of a release's health is read")
  func releaseHealthRead() throws {
    let text = #"{"path": "/up", "status": [200, 204], "timeout": 5}"#

    let policy = try JSONDecoder().decode(HealthPolicy.self, from: Data(text.utf8))

    #expect(
      policy == HealthPolicy(try ProjectFile(#"{"health": {"path": "/up", "status": "200-204", "timeout": 5}}"#).health)
    )
  }

  @Test("of what is live is read, on 127.0.0.1")
  func liveRead127() throws {
    let id = String(repeating: "a", count: 40)
    let text = """
      {"release": "20261123-154512", "commit": {"id": "\(id)", "tree": "\(id)", "subject": "A"},
       "deploy": "20261123-154512", "instance": "shop:3001", "since": "2026-11-23T15:45:12Z"}
      """

    let live = try JSONDecoder().decode(LiveRecord.self, from: Data(text.utf8))

    #expect(live.destination == .instance(Upstream(port: try Port("3001"))))
  }
}
