@testable import Deploy
import Testing

private func failure(_ text: String) -> Failure? {
  do throws(Failure) {
    _ = try ProjectFile(text)
    return nil
  } catch { return error }
}

@Suite("nextdeploy.json")
struct ProjectFileTests {
  @Test("sets every key")
  func setsEveryKey() throws {
    let file = try ProjectFile(
      """
      { // all of it
        "$schema": "./docs/nextdeploy.schema.json",
        "root": "apps/web", "install": "make deps", "build": "make", "start": "./serve", "release": "migrate",
        "health": {"path": "/up?full=1", "timeout": 5.5, "status": "200-204"},
        "drain": {"timeout": 3600},
        "persist": ["uploads", "./data/db/",],
        "framework": "next", "dependencies": "all", "files": "app",
      }
      """)

    var wanted = ProjectFile()
    wanted.root = try #require(RelativePath("apps/web"))
    (wanted.install, wanted.build, wanted.start, wanted.releaseCommand) = ("make deps", "make", "./serve", "migrate")
    (wanted.health.path, wanted.health.timeout, wanted.health.status) = ("/up?full=1", 5.5, 200...204)
    wanted.drainTimeout = 3600
    wanted.persist = [try #require(RelativePath("uploads")), try #require(RelativePath("data/db"))]
    (wanted.framework, wanted.dependencies, wanted.files) = (.next, .all, .app)
    #expect(file == wanted)
  }

  @Test(
    "is written as it is read",
    arguments: [
      #"{"root": "apps/w\"eb", "install": "make \\n\u0001", "build": "a 'b' \"c\" \\", "start": "é ./serve", "release": "x"}"#,
      #"{"health": {"path": "/up?full=1", "timeout": 5.5, "status": "200-204"}, "drain": {"timeout": 3600}}"#,
      #"{"persist": ["uploads", "data/db"], "framework": "next", "dependencies": "all", "files": "app", "images": "release"}"#,
      #"{"static": ".", "fallback": "a/index.html", "base": "/docs/v1/"}"#, #"{"static": "dist"}"#, "{}",
    ])
  func writes(_ text: String) throws {
    let file = try ProjectFile(text)
    #expect(try ProjectFile(file.text) == file, "\(file.text)")
  }

  @Test("may be empty, and then asks for / within a minute")
  func mayEmptyAsks() throws {
    let file = try ProjectFile("{}")

    #expect(file == ProjectFile())
    #expect(file.root.isTop)
    #expect(file.health == HealthSettings())
    #expect(HealthPolicy(file.health).path == "/")
    #expect(HealthPolicy(file.health).timeout == 60)
    #expect(HealthPolicy(file.health).status == 200...399)
    #expect(file.drainTimeout == 30)
    #expect(file.framework == nil)
    #expect(file.dependencies == .production)
  }

  @Test(
    "takes one status or a range of them",
    arguments: [("204", 204...204), ("\"204\"", 204...204), ("\"100-599\"", 100...599)])
  func takesStatusRange(_ text: String, _ status: ClosedRange<Int>) throws {
    #expect(try ProjectFile(#"{"health": {"status": \#(text)}}"#).health.status == status)
  }

  @Test(
    "refuses an unknown key and names the nearest",
    arguments: [
      (#"{"biuld": "x"}"#, "there is no setting 'biuld'", "Did you mean 'build'?"),
      (#"{"health": {"pth": "/"}}"#, "there is no setting 'health.pth'", "Did you mean 'path'?"),
      (#"{"drain": {"path": "/"}}"#, "there is no setting 'drain.path'", "There are: timeout."),
      (#"{"domain": "a.b"}"#, "there is no setting 'domain'", nil),
      (#"{"health": {"$schema": ""}}"#, "there is no setting 'health.$schema'", nil),
    ] as [(String, String, String?)])
  func refusesUnknownKey(_ text: String, _ cause: String, _ next: String?) {
    let failure = failure(text)

    #expect(failure?.attempt == "reading nextdeploy.json")
    #expect(failure?.cause == cause)
    if let next { #expect(failure?.next == next) }
  }

  @Test(
    "refuses a wrong type and says which is right",
    arguments: [
      ("[]", "the file is a list, where an object should be"),
      (#"{"root": 1}"#, "\"root\" is a number, where a string should be"),
      (#"{"install": ["a"]}"#, "\"install\" is a list, where a string should be"),
      (#"{"build": null}"#, "\"build\" is null, where a string should be"),
      (#"{"start": true}"#, "\"start\" is a boolean, where a string should be"),
      (#"{"release": {}}"#, "\"release\" is an object, where a string should be"),
      (#"{"health": "/"}"#, "\"health\" is a string, where an object should be"),
      (#"{"health": {"path": 1}}"#, "\"health.path\" is a number, where a string should be"),
      (#"{"health": {"timeout": "5"}}"#, "\"health.timeout\" is a string, where a number of seconds should be"),
      (#"{"health": {"status": []}}"#, "\"health.status\" is a list, where a string or a number should be"),
      (#"{"health": {"status": 200.5}}"#, "\"health.status\" is a number, where a string or a number should be"),
      (#"{"framework": 1}"#, "\"framework\" is a number, where a string should be"),
      (#"{"framework": "nxt"}"#, "\"framework\" is 'nxt', where \"next\" or \"node\" is possible"),
      (#"{"drain": 5}"#, "\"drain\" is a number, where an object should be"),
      (#"{"drain": {"timeout": null}}"#, "\"drain.timeout\" is null, where a number of seconds should be"),
      (#"{"persist": "a"}"#, "\"persist\" is a string, where a list of strings should be"),
      (#"{"persist": [1]}"#, "\"persist\" is a number, where a string in the list should be"),
    ])
  func refusesWrongType(_ text: String, _ cause: String) {
    #expect(failure(text)?.cause == cause)
  }

  @Test(
    "refuses values out of bounds",
    arguments: [
      #"{"health": {"timeout": 0}}"#, #"{"health": {"timeout": -1}}"#, #"{"health": {"timeout": 3600.5}}"#,
      #"{"health": {"timeout": 1e999}}"#, #"{"drain": {"timeout": 0}}"#, #"{"drain": {"timeout": 3601}}"#,
      #"{"health": {"status": 99}}"#, #"{"health": {"status": 600}}"#, #"{"health": {"status": 1e999}}"#,
      #"{"health": {"status": "300-200"}}"#, #"{"health": {"status": "200-"}}"#, #"{"health": {"status": "2xx"}}"#,
      #"{"health": {"status": "200-300-400"}}"#, #"{"health": {"status": ""}}"#, #"{"health": {"path": "up"}}"#,
      #"{"health": {"path": ""}}"#, #"{"health": {"path": "/a b"}}"#, #"{"health": {"path": "/a\r\nHost: b"}}"#,
      #"{"health": {"path": "/ä"}}"#, #"{"root": ".."}"#, #"{"root": "/app"}"#, #"{"root": ""}"#,
      #"{"root": "a/../b"}"#,
      #"{"persist": [".nextdeploy"]}"#, #"{"persist": [".nextdeploy/images"]}"#, #"{"persist": ["../a"]}"#,
      #"{"persist": ["/a"]}"#, #"{"persist": [""]}"#, #"{"persist": ["."]}"#,
      #"{"persist": ["a", "./"]}"#, #"{"persist": ["./."]}"#, #"{"build": ""}"#, #"{"start": "  "}"#,
      #"{"release": "a\u0000b"}"#, #"{"framework": "nuxt"}"#, #"{"framework": ""}"#, #"{"dependencies": "none"}"#,
      #"{"files": "cdn"}"#,
    ])
  func refusesValuesOut(_ text: String) {
    #expect(failure(text)?.attempt == "reading nextdeploy.json")
  }

  @Test("says line and column where it is not JSON")
  func saysLineColumn() {
    #expect(failure("{\n  \"root\": x\n}")?.cause.hasPrefix("line 2, column 11: ") == true)
  }

  @Test("abbreviates a key of a megabyte")
  func namesKeyMegabyte() {
    let failure = failure("{\"\(String(repeating: "k", count: 1 << 20))\": 1}")

    #expect((failure?.description.count ?? .max) < 200)
  }
}
