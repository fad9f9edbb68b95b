import Posix
import TestKit
import Testing

/// What Next.js keeps from one request to the next: pages that it makes anew, and what it fetched (Tests/Fixtures/next-cache).
@Suite("What a Next.js app keeps", .enabled(if: Registry.answers, "no npm registry answers"), .serialized)
struct NextCacheTests {
  /// Answers another number each time that it is asked for a path.
  private static let backend = """
    const asked = {}
    const server = require('http').createServer((request, answer) => {
      asked[request.url] = (asked[request.url] ?? 0) + 1
      answer.end(String(asked[request.url]))
    })
    """

  @Test(
    "is made anew after its time, by its tag and by its path, and no release has another's",
    arguments: ["15.5.29", "16.4.5"])
  func revalidation(version: String) async throws {
    try await Scratch.run { scratch in
      try await NodeServer.run(scratch, Self.backend) { backend in
        try Sandbox.run { sandbox in
          let project = try sandbox.createApp(environment: ["BACKEND": "http://127.0.0.1:\(backend.port)"])
          try commit(version, project)
          try project.push().expectSuccess().expect("Next.js \(version) (standalone)")
          let first = try #require(try sandbox.liveRelease())

          // Time: each page is at most a second old, made in the background.
          let made = try shown("/time", sandbox)
          try wait(until: "a page that is made anew after its time") {
            try shown("/time", sandbox).number > made.number
          }

          // Tag and path: what nothing has revalidated stays.
          let (tag, path) = (try shown("/tag", sandbox), try shown("/path", sandbox))
          #expect(try shown("/tag", sandbox) == tag)
          try revalidate("tag=stock", sandbox)
          try wait(until: "a page that is made anew by its tag") { try shown("/tag", sandbox).number > tag.number }
          #expect(try shown("/path", sandbox) == path)
          try revalidate("path=/path", sandbox)
          try wait(until: "a page that is made anew by its path") { try shown("/path", sandbox).number > path.number }

          // The Pages Router asks itself for the page that it makes anew, before it answers.
          let classic = try shown("/classic", sandbox)
          #expect(try shown("/classic", sandbox) == classic)
          #expect(try sandbox.get("/api/revalidate") == "done")
          let anew = try shown("/classic", sandbox)
          #expect(anew.number > classic.number)

          // A page that the build did not make is kept, also by the instance after a restart.
          let item = try shown("/item/1", sandbox)
          #expect(try shown("/item/1", sandbox) == item)
          let last = try shown("/tag", sandbox)
          try sandbox.nextdeploy("restart").expectSuccess()
          #expect(try shown("/item/1", sandbox) == item)
          #expect(try shown("/tag", sandbox) == last)
          #expect(try shown("/classic", sandbox) == anew)

          // The next release has none of it.
          let pages = ["app/value.js", "pages/classic.js"]
          let changed = try pages.map { page in
            let text = try #require(try Files.text("\(project.directory)/\(page)"))
            return (page, text.replacing("release one", with: "release two"))
          }
          try project.commit("Two", Dictionary(uniqueKeysWithValues: changed))
          try project.push().expectSuccess().expect("unchanged, skipped")
          let second = try #require(try sandbox.liveRelease())
          for (page, before) in [("/tag", last), ("/path", path), ("/item/1", item), ("/classic", anew)] {
            let now = try shown(page, sandbox)
            #expect(now.release == "release two", "\(page)")
            #expect(now.number > before.number, "\(page) was fetched anew")
          }
          try wait(until: "what it fetched in its own files") { try !fetched(by: second, sandbox).isEmpty }

          // And the first has what it had, not what the second wrote.
          try sandbox.nextdeploy("rollback").expectSuccess()
          #expect(try sandbox.liveRelease() == first)
          #expect(try shown("/item/1", sandbox) == item)
          #expect(try shown("/tag", sandbox) == last)
          #expect(try shown("/classic", sandbox) == anew)
        }
      }
    }
  }

  @Test("is kept by handlers of the app's own, and by 'use cache'")
  func handlers() async throws {
    try await Scratch.run { scratch in
      try await NodeServer.run(scratch, Self.backend) { backend in
        try Sandbox.run { sandbox in
          let notes = "\(sandbox.home)/notes"
          let project = try sandbox.createApp(environment: [
            "BACKEND": "http://127.0.0.1:\(backend.port)", "NOTES": notes,
          ])
          try commit("16.4.5", project, fixture: "next-handlers")
          try project.push().expectSuccess().expect("Next.js 16.4.5 (standalone)")
          try Files.write("", to: notes)

          let made = try shown("/", sandbox)
          #expect(try shown("/", sandbox) == made)
          try revalidate("tag=stock", sandbox)
          try wait(until: "a value that is fetched anew by its tag") { try shown("/", sandbox).number > made.number }

          let asked = Set((try Files.text(notes) ?? "").split(separator: "\n"))
          #expect(asked.isSuperset(of: ["page get", "page set", "value get", "value set"]), "\(asked)")
        }
      }
    }
  }

  @Test("in a Redis of the app's is there for the next release, and for the one before")
  func redis() throws {
    try Sandbox.run { sandbox in
      let (port, _) = sandbox.sparePorts
      let redis = try sandbox.start(
        ["redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--dir", sandbox.home], name: "redis"
      )
      defer { redis.end() }
      try wait(until: "Redis") { redis.text.contains("Ready to accept connections") }
      let project = try sandbox.createApp(environment: ["REDIS_URL": "redis://127.0.0.1:\(port)"])
      try commit("16.4.5", project, fixture: "next-redis")
      try project.push().expectSuccess()

      let (stock, made) = (try text("/", sandbox), try text("/made", sandbox))
      #expect(stock.hasPrefix("release one, stock "))
      try sandbox.nextdeploy("restart").expectSuccess()
      #expect(try text("/", sandbox) == stock)
      #expect(try text("/made", sandbox) == made)
      try sandbox.run(["redis-cli", "-p", "\(port)", "--raw", "KEYS", "*"]).expectSuccess().expect("data:", "/made")

      // Data stay, pages are each release's own, as the app's handler has it.
      try project.commit("Two", ["app/release.js": "export const release = 'release two'\n"])
      try project.push().expectSuccess()
      #expect(try text("/", sandbox) == stock.replacing("release one", with: "release two"))
      #expect(try text("/made", sandbox).hasPrefix("release two, made "))
      try revalidate("", sandbox)
      try wait(until: "data that are made anew by their tag") {
        try !text("/", sandbox).hasSuffix(stock.split(separator: " ").last ?? "")
      }
      let anew = try text("/", sandbox)
      try sandbox.nextdeploy("rollback").expectSuccess()
      #expect(try text("/", sandbox) == anew.replacing("release two", with: "release one"))
    }
  }

  /// A page's text, as in "release one, tag 3".
  private struct Shown: Equatable {
    let release: String
    let number: Int
  }

  private func shown(_ path: String, _ sandbox: Sandbox) throws -> Shown {
    let text = try text(path, sandbox)
    let parts = text.split(separator: ", ")
    return Shown(
      release: String(parts[0]),
      number: try #require(parts.last?.split(separator: " ").last.flatMap { Int($0) }, "\(text)"))
  }

  private func text(_ path: String, _ sandbox: Sandbox) throws -> String {
    let html = try #require(try sandbox.get(path), "\(path)")
    return String(try #require(html.split(separator: "<p>").dropFirst().first?.split(separator: "<").first))
  }

  private func revalidate(_ query: String, _ sandbox: Sandbox) throws {
    try sandbox.run([
      "curl", "--silent", "--fail", "--request", "POST", "\(try sandbox.url())/revalidate?\(query)",
    ]).expectSuccess().expect("done")
  }

  /// What an instance fetched and wrote into its release.
  private func fetched(by release: String, _ sandbox: Sandbox) throws -> [String] {
    try Files.list("\(sandbox.app())/releases/\(release)/app/.next/cache/fetch-cache")
  }

  private func commit(_ version: String, _ project: PushedProject, fixture: String = "next-cache") throws {
    try project.sandbox.run(["cp", "-r", "\(ThisProject.path)/Tests/Fixtures/\(fixture)/.", project.directory])
      .expectSuccess()
    let manifest = try #require(try Files.text("\(project.directory)/package.json"))
    try project.write(["package.json": manifest.replacing("16.4.5", with: version)])
    try project.sandbox.run(
      ["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"], in: project.directory
    ).expectSuccess()
    try project.commit("One")
  }
}
