import Deploy
import Testing

private let next = #"{"scripts": {"build": "next build"}, "dependencies": {"next": "16"}}"#
private let server = #"{"scripts": {"start": "node server.js"}}"#

@Suite("A first nextdeploy.json")
struct StarterFileTests {
  @Test("is not written where the defaults fit", arguments: [next, server])
  func notWrittenDefaults(_ manifest: String) throws {
    #expect(try StarterFile.find(for: MemoryTree(["package.json": manifest])) == nil)
  }

  @Test("names the directory of the one app, and says why")
  func namesDirectoryApp() throws {
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

  @Test("has the commands that package.json lacks")
  func commandsPackageJson() throws {
    let build = try StarterFile.find(for: MemoryTree(["web/package.json": #"{"dependencies": {"next": "16"}}"#]))
    let start = try StarterFile.find(for: MemoryTree(["package.json": "{}", "index.mjs": "", "main.js": ""]))
    let bun = try StarterFile.find(for: MemoryTree(["package.json": "{}", "index.ts": "", "bun.lock": ""]))

    #expect(build?.file.build == "next build")
    #expect(build?.file.root == RelativePath("web"))
    #expect(start?.file.start == "node index.mjs")
    #expect(bun?.file.start == "bun index.ts")
  }

  @Test("has the command by which an app of its kind is served")
  func commandAppKind() throws {
    func start(_ dependencies: String) throws -> String? {
      let manifest = #"{"devDependencies": {\#(dependencies)}}"#
      return try StarterFile.find(for: MemoryTree(["package.json": manifest, "index.js": ""]))?.file.start
    }

    #expect(try start(#""@sveltejs/kit": "2", "@sveltejs/adapter-node": "5", "vite": "8""#) == "node build")
    #expect(try start(#""nuxt": "4""#) == "node .output/server/index.mjs")
    #expect(try start(#""astro": "6", "@astrojs/node": "9""#) == "node dist/server/entry.mjs")
    #expect(throws: Failure.self) { try start(#""@sveltejs/kit": "2", "vite": "8""#) }
    #expect(throws: Failure.self) { try start(#""vite": "8""#) }
  }

  @Test("starts the built app where \"start\" is for development")
  func startsBuiltApp() throws {
    let manifest =
      #"{"scripts": {"start": "nest start", "start:prod": "node dist/main"}, "devDependencies": {"@nestjs/cli": "11"}}"#
    let lock = #"{"packages": {"node_modules/@nestjs/cli": {"dev": true, "bin": {"nest": "bin/nest.js"}}}}"#

    let starter = try StarterFile.find(for: MemoryTree(["package.json": manifest, "package-lock.json": lock]))

    #expect(starter?.file.start == "node dist/main")
  }

  @Test(
    "is not guessed",
    arguments: [
      (["a/package.json": next, "b/package.json": server], "there are several: a, b"),
      (["package.json": "{}"], "there is no \"start\" script"), (["README.md": ""], "there is no package.json"),
    ])
  func notGuessed3(_ files: [String: String], _ cause: String) throws {
    let failure = #expect(throws: Failure.self) { try StarterFile.find(for: MemoryTree(files)) }

    #expect(failure?.cause.contains(cause) == true, "\(failure?.cause ?? "")")
  }
}
