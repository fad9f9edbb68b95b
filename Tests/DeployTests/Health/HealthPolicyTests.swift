@testable import Deploy
import Testing

@Suite struct `What is asked for by default` {
  private func routes(_ pages: [String], base: String = "", middleware: Bool = false) -> NextRoutes {
    let routes = pages.map { "\"\($0 == "/" ? "" : $0)/page\": \"\($0)\"" }.joined(separator: ",")
    let files = [
      "app-path-routes-manifest.json": "{\(routes)}",
      "required-server-files.json": #"{"config": {"basePath": "\#(base)"}}"#,
      "server/middleware-manifest.json": middleware ? #"{"middleware": {"/": {}}}"# : "{}",
    ]
    return NextRoutes { files[$0] }
  }

  private struct Asked: Equatable {
    let path: String
    var alternative: String?
    var tolerant = false
  }

  private func asked(_ policy: HealthPolicy) -> Asked {
    Asked(path: policy.path, alternative: policy.alternative, tolerant: policy.tolerated == 400...499)
  }

  @Test func `of Next.js is a page that the build has`() {
    #expect(asked(HealthPolicy(HealthSettings(), routes: routes(["/", "/about"]))) == Asked(path: "/"))
    #expect(asked(HealthPolicy(HealthSettings(), routes: routes(["/b", "/a"]))) == Asked(path: "/a"))
    #expect(asked(HealthPolicy(HealthSettings(), routes: routes(["/"], base: "/docs"))) == Asked(path: "/docs"))
    #expect(
      asked(HealthPolicy(HealthSettings(), routes: routes(["/a"], middleware: true)))
        == Asked(path: "/", alternative: "/a"))
    #expect(HealthPolicy(HealthSettings(), routes: routes(["/a"])).status == 200...399)
  }

  @Test func `of an app that names no page may be an error of the visitor's`() {
    #expect(asked(HealthPolicy(HealthSettings())) == Asked(path: "/", tolerant: true))
    #expect(asked(HealthPolicy(HealthSettings(), routes: routes([]))) == Asked(path: "/", tolerant: true))
    #expect(
      asked(HealthPolicy(HealthSettings(), routes: routes(["/[id]"], base: "/docs")))
        == Asked(path: "/docs", tolerant: true))
  }

  @Test func `is what nextdeploy.json says, where it says something`() throws {
    let path = try ProjectFile(#"{"health": {"path": "/up", "timeout": 5}}"#).health
    let status = try ProjectFile(#"{"health": {"status": "200-204"}}"#).health

    for known in [nil, routes([]), routes(["/a"]), routes(["/a"], middleware: true)] {
      #expect(asked(HealthPolicy(path, routes: known)) == Asked(path: "/up"))
      #expect(HealthPolicy(path, routes: known).timeout == 5)
      #expect(HealthPolicy(status, routes: known).status == 200...204)
      #expect(HealthPolicy(status, routes: known).tolerated == nil)
    }
    #expect(HealthPolicy(status, routes: routes(["/a"])).path == "/a")
  }
}
