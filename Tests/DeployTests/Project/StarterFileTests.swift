import Deploy
import Testing

private let next = #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16"}}"#
private let server = #"{"scripts": {"start": "node server.js"}}"#

@Suite struct `A first nextdeploy.json` {
  @Test(arguments: [next, server])
  func `is not written where the defaults fit`(_ manifest: String) throws {
    #expect(try StarterFile.find(for: MemoryTree(["package.json": manifest])) == nil)
  }

  @Test func `names the directory of the one app, and says why`() throws {
    let tree = try MemoryTree([
      "package.json": #"{"private": true, "workspaces": ["apps/*"]}"#, "apps/web/package.json": next,
      "packages/ui/package.json": "{}", "apps/web/node_modules/x/package.json": server,
    ])

    let starter = try #require(try StarterFile.find(for: tree))

    #expect(
      starter.text == """
        {
          // The app is not at the top of the repository.
          "root": "apps/web"
        }

        """)
    #expect(starter.file.root == RelativePath("apps/web"))
    #expect(try Plan(tree.adding("nextdeploy.json", starter.text), toolbox: FakeToolbox()).framework.isNext)
  }

  @Test func `has the commands that package.json lacks`() throws {
    let build = try StarterFile.find(for: MemoryTree(["web/package.json": #"{"dependencies": {"next": "16"}}"#]))
    let start = try StarterFile.find(for: MemoryTree(["package.json": "{}", "index.mjs": "", "main.js": ""]))
    let bun = try StarterFile.find(for: MemoryTree(["package.json": "{}", "index.ts": "", "bun.lock": ""]))

    #expect(build?.file.build == "next build")
    #expect(build?.file.root == RelativePath("web"))
    #expect(start?.file.start == "node index.mjs")
    #expect(bun?.file.start == "bun index.ts")
  }

  @Test(arguments: [
    (["a/package.json": next, "b/package.json": server], "there are several: a, b"),
    (["package.json": "{}"], "there is no \"start\" script"), (["README.md": ""], "there is no package.json"),
  ])
  func `is not guessed`(_ files: [String: String], _ cause: String) throws {
    let failure = #expect(throws: Failure.self) { try StarterFile.find(for: MemoryTree(files)) }

    #expect(failure?.cause.contains(cause) == true, "\(failure?.cause ?? "")")
  }
}
