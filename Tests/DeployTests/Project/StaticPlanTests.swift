import Testing

@testable import Deploy

@Suite("A site of files in a commit")
struct StaticPlanTests {
  private func plan(
    _ dependencies: String, start: String? = nil, build: String? = "build", project: String = "{}",
    files: [String: String] = [:]
  ) throws -> Plan {
    let scripts = [start.map { "\"start\": \"\($0)\"" }, build.map { "\"build\": \"\($0)\"" }].compactMap(\.self)
    let manifest = "{\"scripts\": {\(scripts.joined(separator: ", "))}, \"devDependencies\": {\(dependencies)}}"
    let all = ["package.json": manifest, "package-lock.json": "{}", "nextdeploy.json": project]
    return try Plan(MemoryTree(all.merging(files) { $1 }), toolbox: FakeToolbox())
  }

  @Test(
    "is found where nothing, a server of files or the tool itself would be started",
    arguments: [
      (#""vite": "8""#, nil, "vite build", "Vite", ["dist"]),
      (#""vite": "8""#, "vite preview --port $PORT", "vite build --outDir out/web", "Vite", ["out/web", "dist"]),
      (#""vite": "8""#, "serve -s public -l 3000", "vite build", "Vite", ["public", "dist"]),
      (#""astro": "6""#, "astro dev", "astro build", "Astro", ["dist"]),
      (
        #""@sveltejs/kit": "2", "@sveltejs/adapter-static": "3", "vite": "8""#, nil, "vite build", "SvelteKit",
        ["build"]
      ),
      (#""gatsby": "5""#, "gatsby develop", "gatsby build", "Gatsby", ["public"]),
      (#""@11ty/eleventy": "3""#, "eleventy --serve", "eleventy", "Eleventy", ["_site"]),
      (#""vitepress": "2""#, nil, "vitepress build", "VitePress", [".vitepress/dist", "docs/.vitepress/dist"]),
      (
        #""vitepress": "2""#, nil, "vitepress build site && cp a b", "VitePress",
        ["site/.vitepress/dist", ".vitepress/dist", "docs/.vitepress/dist"]
      ),
      (#""@docusaurus/core": "3""#, "docusaurus start", "docusaurus build", "Docusaurus", ["build"]),
      (#""@docusaurus/core": "3""#, nil, "docusaurus build --out-dir 'www'", "Docusaurus", ["www", "build"]),
      (#""@11ty/eleventy": "3""#, nil, "eleventy --output=www --quiet", "Eleventy", ["www", "_site"]),
      (#""react-scripts": "5""#, nil, "BUILD_PATH=./www react-scripts build", "Create React App", ["www", "build"]),
      (#""react-scripts": "5""#, "react-scripts start", "react-scripts build", "Create React App", ["build"]),
      (#""@vue/cli-service": "5""#, "vue-cli-service serve", "vue-cli-service build", "Vue CLI", ["dist"]),
      (#""parcel": "2""#, "npx http-server dist", "parcel build", "Parcel", ["dist", "dist"]),
    ] as [(String, String?, String, String, [String])])
  func found(dependencies: String, start: String?, build: String, kind: String, directories: [String]) throws {
    let plan = try plan(dependencies, start: start, build: build)

    #expect(plan.framework == .files(by: kind))
    #expect(plan.app.site?.directories.map(\.description) == directories)
    #expect(plan.detected.hasPrefix("\(kind), static site, npm "))
  }

  @Test(
    "is where the configuration of its tool puts it, as far as that is plain text",
    arguments: [
      (
        #""vite": "8""#, "vite.config.mts", "export default defineConfig({ build: { outDir: './build/web' } })",
        ["build/web", "dist"]
      ),
      (
        #""vite": "8""#, "vite.config.cjs", "module.exports = {\n  // outDir: 'old',\n  \"outDir\": `www` }",
        ["www", "dist"]
      ),
      (#""vite": "8""#, "vite.config.ts", "export default { root: 'src', build: { outDir: '../dist' } }", ["dist"]),
      (#""vite": "8""#, "vite.config.ts", "export default { outDirs: 'a', outDir: path.join('b') }", ["dist"]),
      (#""astro": "6""#, "astro.config.mjs", "export default { outDir: 'site' }", ["site", "dist"]),
      (
        #""@sveltejs/kit": "2", "@sveltejs/adapter-static": "3""#, "svelte.config.js",
        "adapter: adapter({ pages: 'dist', assets: 'dist' })", ["dist", "build"]
      ),
      (
        #""@11ty/eleventy": "3""#, ".eleventy.js", "return { dir: { input: 'src', output: 'public' } }",
        ["public", "_site"]
      ),
    ])
  func configured(dependencies: String, file: String, text: String, directories: [String]) throws {
    let plan = try plan(dependencies, files: [file: text, "src/index.html": ""])
    #expect(plan.app.site?.directories.map(\.description) == directories)
  }

  @Test("is where the scripts that its build runs put it")
  func wrapped() throws {
    let manifest = #"""
      {"scripts": {"build": "run-p type-check \"build-only {@}\" --", "type-check": "npm run build", "build-only":
       "tsc -b&&vite build --outDir=\"./out\""}, "devDependencies": {"vite": "8"}}
      """#
    let plan = try Plan(
      MemoryTree(["package.json": manifest, "package-lock.json": "{}"]), toolbox: FakeToolbox())
    #expect(plan.app.site?.directories.map(\.description) == ["out", "dist"])
    #expect(plan.app.site?.remade.map(\.description) == ["out", "dist"])
  }

  @Test(
    "is not found where the app is started",
    arguments: [
      (#""vite": "8""#, "node server.js", "{}"), (#""vite": "8""#, nil, #"{"start": "serve dist"}"#),
      (#""vite": "8""#, "serve dist", #"{"framework": "node"}"#),
      (#""astro": "6", "@astrojs/node": "9""#, "node x.js", "{}"),
      (#""@sveltejs/kit": "2", "@sveltejs/adapter-node": "5""#, "node build", "{}"),
    ] as [(String, String?, String)])
  func started(dependencies: String, start: String?, project: String) throws {
    #expect(try plan(dependencies, start: start, project: project).app.site == nil)
  }

  @Test("may be named, whatever the app depends on, and needs no package.json")
  func named() throws {
    let named = try plan(#""next": "16""#, project: #"{"static": "./out/", "fallback": "index.html"}"#)
    #expect(named.app.site?.directories.map(\.description) == ["out"])
    #expect(named.app.site?.fallback?.description == "index.html")
    #expect(named.framework == .files(by: nil))

    let plain = try Plan(
      MemoryTree(["nextdeploy.json": #"{"static": "."}"#, "index.html": ""]), toolbox: FakeToolbox(versions: [:]))
    #expect(plain.node == nil && plain.install == nil && plain.build == nil)
    #expect(plain.detected == "static site")
    #expect(plain.app.site?.remade.isEmpty == true)
  }

  @Test("loses what an earlier build left, but what is committed or Gatsby's")
  func remade() throws {
    #expect(try plan(#""vite": "8""#).app.site?.remade.map(\.description) == ["dist"])
    #expect(try plan(#""vite": "8""#, files: ["dist/index.html": ""]).app.site?.remade.isEmpty == true)
    #expect(try plan(#""gatsby": "5""#).app.site?.remade.isEmpty == true)
  }

  @Test(
    "is refused where nextdeploy.json contradicts itself",
    arguments: [
      (
        #"{"static": "dist", "start": "node x.js"}"#,
        "\"static\" and \"start\" are both set: what is started is no site of files"
      ),
      (
        #"{"static": "dist", "framework": "next"}"#,
        "\"static\" and \"framework\" are both set: what is started is no site of files"
      ),
      (#"{"static": "/dist"}"#, "\"static\": '/dist' is not a path inside the app"),
      (#"{"static": "dist", "fallback": "app.js"}"#, "\"fallback\": 'app.js' is no page, which ends in \".html\""),
      (
        #"{"static": "dist", "fallback": "{env.X}.html"}"#,
        "\"fallback\": '{env.X}.html' is not a path of plain characters"
      ),
      (
        #"{"start": "node x.js", "fallback": "index.html"}"#,
        "\"fallback\" is for a site of files, and this app is started"
      ),
      (
        #"{"start": "node x.js", "base": "/docs"}"#,
        "\"base\" is for a site of files, and this is none before its build"
      ),
      (
        #"{"static": "dist", "base": "docs"}"#,
        "\"base\": 'docs' is not a path that begins with '/', of plain characters"
      ),
      (
        #"{"static": "dist", "base": "/{env.X}"}"#,
        "\"base\": '/{env.X}' is not a path that begins with '/', of plain characters"
      ),
      (
        #"{"static": "dist", "base": "/a/../b"}"#,
        "\"base\": '/a/../b' is not a path that begins with '/', of plain characters"
      ),
    ])
  func contradiction(project: String, cause: String) throws {
    let error = #expect(throws: Failure.self) { try plan(#""vite": "8""#, project: project) }
    #expect(error?.cause == cause)
  }

  @Test(
    "has names that change with their content where all look so",
    arguments: [
      ("assets", ["index-D4x_9aQz.js", "index-BxK2-8aZ.css", "logo-DiwrgTda.svg"], true),
      ("assets", ["app.BG7xKz1a.js", "index.md.DxyZ1234.lean.js", "inter.By2_1cv3.woff2"], true),
      (
        "static", ["main.8f3d2c1b.js", "main.8f3d2c1b.js.map", "main.8f3d2c1b.js.LICENSE.txt", "main.1a2b3c4d.css"],
        true
      ),
      ("assets", ["index-D4x_9aQz.js", "logo.svg"], false), ("assets", ["main.js", "style.css"], false),
      ("assets", ["IMG-20240101.jpg", "IMG-20240102.jpg"], false),
      ("assets", ["main-original.js", "style-complete.css"], false),
      ("assets", [], false), ("_next/static", ["chunks"], true), ("_app/immutable", ["entry"], true),
    ] as [(String, [String], Bool)])
  func hashed(directory: String, names: [String], areAll: Bool) {
    #expect(HashedNames.areAll(names, below: directory) == areAll)
  }
}
