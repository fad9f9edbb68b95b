import Deploy
import Posix
import TestKit
import Testing

@Suite("nextdeploy init")
struct ProjectCommandTests {
  @Test("makes a project ready for its first push, and runs again without harm")
  func ready() throws {
    try SSHServer.run { server in
      let project = try Self.project(server)
      let remote = "ssh://\(server.user)@127.0.0.1:\(server.sandbox.sshPort)/shop"
      try project.write(App.node("one"))

      let first = try project.laptop(["init", "--remote", remote]).expectSuccess()
      let again = try project.laptop(["init"]).expectSuccess()
      try project.laptop(["init", "--remote", "\(remote).git"]).expectSuccess()

      first.expect(
        "Found Node app, npm (no lockfile).", "The git remote 'production' is \(remote).\n",
        "It needs no nextdeploy.json.")
      first.expect("  git push production main\n  nextdeploy generate-ci\n")
      again.expect("as it was")
      #expect(try project.git("remote", "get-url", "production").text == "\(remote)\n")
      try project.commit("One")
      try project.push().expectSuccess()
      #expect(try server.sandbox.get() == "one")
    }
  }

  @Test("writes a nextdeploy.json where the defaults do not fit, with which the app deploys")
  func starter() throws {
    try SSHServer.run { server in
      let project = try Self.project(server)
      let remote = "ssh://\(server.user)@127.0.0.1:\(server.sandbox.sshPort)/shop"
      try project.write(["package.json": #"{"private": true}"#, "README.md": "", ".nvmrc": "node"])
      for (path, text) in App.node("one") { try project.write(["apps/web/\(path)": text]) }

      let output = try project.laptop(["init", "--remote", remote], in: "apps").expectSuccess()
      let file = try Files.text("\(project.directory)/nextdeploy.json")
      let again = try project.laptop(["init"]).expectSuccess()

      output.expect("Found Node app in apps/web, npm (no lockfile)", "Wrote nextdeploy.json", #""root": "apps/web""#)
      #expect(file?.contains("// The app is not at the top of the repository.") == true)
      again.expect("nextdeploy.json is there, and stays as it is.")
      #expect(try Files.text("\(project.directory)/nextdeploy.json") == file)
      try project.commit("One")
      try project.push().expectSuccess()
      #expect(try server.sandbox.get() == "one")
    }
  }

  @Test("changes nothing where something is in its way")
  func refusals() throws {
    try Sandbox.run { sandbox in
      let project = try PushedProject(sandbox: sandbox, app: "shop", remote: "/srv/shop.git", directory: "laptop")
      try project.write(["package.json": "{}"])
      func refuse(_ arguments: String..., told: String...) throws {
        let output = try project.laptop(["init"] + arguments)
        #expect(output.status == 1 || output.status == 2, "\(output.text)")
        for text in told + ["  next: "] { #expect(output.text.contains(text), "\(output.text)") }
      }

      try refuse(
        "--remote", "nextdeploy@host:shop", told: "there is one, and it is '/srv/shop.git'",
        "git remote set-url production nextdeploy@host:shop")
      try refuse(told: "does not name an app on a server")
      try project.git("remote", "remove", "production")
      try refuse(told: "--remote is missing", "nextdeploy init --remote nextdeploy@HOST:APP")
      try refuse("--remote", "https://host/shop", told: "reached over ssh only")
      try refuse("--remote", "nextdeploy@host:shop", told: "there is no \"start\" script")

      #expect(try project.git("remote").text == "")
      #expect(try Files.list(project.directory) == [".git", "package.json"])
    }
  }

  /// A project whose git knows no server yet, but a key for one.
  private static func project(_ server: SSHServer) throws -> PushedProject {
    let project = try server.addKey().project()
    try project.git("remote", "remove", "production")
    return project
  }
}
