import Deploy
import Posix
import TestKit
import Testing

@Suite("nextdeploy.json")
struct ProjectFileTests {
  @Test("names the app's directory, commands and health check; comments and trailing commas are allowed")
  func everything() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        [
          "nextdeploy.json": """
          {
            // The app is not at the top.
            "root": "apps/shop",
            "install": "echo installing in $(basename $PWD)",
            "build": "echo 'one' > built.txt", /* what the server answers */
            "start": "GREETING=hello node main.js",
            "release": "echo migrating; test -f built.txt",
            "health": { "path": "/up", "status": "204", "timeout": 10, },
            "drain": { "timeout": 5 },
            "persist": ["uploads"],
          }
          """,
          "apps/shop/package.json": #"{"name": "shop"}"#,
          "apps/shop/main.js": App.server(
            """
            if (request.url === '/up') { answer.statusCode = 204; return answer.end() }
            if (request.url === '/add') require('fs').appendFileSync('uploads/list', 'x')
            const list = require('fs').existsSync('uploads/list') ? require('fs').readFileSync('uploads/list') : ''
            answer.end(process.env.GREETING + ' ' + require('fs').readFileSync('built.txt').toString().trim() + list)
            """),
        ])

      let push = try project.push().expectSuccess()

      push.expect("installing in shop", "    migrating", "release command done", "HTTP 204")
      #expect(try sandbox.get("/add") == "hello onex")
      try project.commit("Two", ["apps/shop/note.txt": "another release"])
      try project.push().expectSuccess()
      #expect(try sandbox.get() == "hello onex")
      #expect(try sandbox.releases().count == 2)
    }
  }

  @Test("a release command that fails ends the deploy before anything is started")
  func failingReleaseCommand() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit("One", App.node("one"))
      try project.push().expectSuccess()
      try project.commit(
        "Two", App.node("two", extra: ["nextdeploy.json": #"{"release": "echo table is locked; exit 4"}"#]))

      let push = try project.push().expect(status: 1)

      push.expect("FAILED at release", "running the release command", "exit code 4", "table is locked")
      push.expectNo("boot ")
      #expect(try sandbox.get() == "one")
      #expect(try sandbox.releases().count == 1)
    }
  }

  @Test("a release command runs again for a tree that was built before, and nothing is built")
  func releaseCommandOnReuse() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      let file =
        #"{"build": "echo built >> \#(sandbox.home)/builds", "release": "echo migrated >> \#(sandbox.home)/migrations"}"#
      try project.commit("One", App.node("one", extra: ["nextdeploy.json": file]))
      try project.push().expectSuccess()
      try project.commit("The same files")

      try project.push().expectSuccess()

      #expect(try Files.text("\(sandbox.home)/builds") == "built\n")
      #expect(try Files.text("\(sandbox.home)/migrations") == "migrated\nmigrated\n")
    }
  }

  @Test("a persistent path that a build made a link out of the release is refused")
  func persistThroughLink() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.commit(
        "One",
        App.node(
          "one",
          extra: [
            "nextdeploy.json": #"{"build": "ln -sfn \#(sandbox.home) data", "persist": ["data/uploads"]}"#
          ]))

      try project.push().expect(status: 1).expect("linking the persistent path data/uploads")

      #expect(!Files.exists("\(sandbox.home)/uploads"))
    }
  }
}
