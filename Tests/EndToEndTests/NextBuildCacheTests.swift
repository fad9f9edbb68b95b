import Deploy
import Posix
import TestKit
import Testing

/// What a build of Next.js leaves for the next one, and a release for the next one.
@Suite("What Next.js keeps", .enabled(if: Registry.answers, "no npm registry answers"), .serialized)
struct NextBuildCacheTests {
  @Test("makes builds faster and no different; optimized images outlive releases until public/ changes")
  func keeps() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try project.write(try Fixture.files("next-app"))
      let picture = "\(project.directory)/public/picture.png"
      try sandbox.run(["cp", "\(ThisProject.path)/Tests/Fixtures/next-site/public/picture.png", picture])
        .expectSuccess()
      try project.write([
        "app/made.js": """
        import { unstable_cache } from 'next/cache'
        export const made = unstable_cache(async () => `made ${process.pid} ${Date.now()}`, ['made'])
        """,
        "app/at-build/page.js": """
        import { made } from '../made'
        export default async function Page() { return <p>{await made()}</p> }
        """,
        "app/at-run/route.js": """
        import { made } from '../made'
        export const dynamic = 'force-dynamic'
        export async function GET() { return new Response(await made()) }
        """,
      ])
      try project.commit("First")
      try project.push().expectSuccess()
      #expect(try imageCache(sandbox) == "MISS")
      #expect(try imageCache(sandbox) == "HIT")
      // What the build kept is what its instances have.
      let made = try #require(try sandbox.get("/at-run"))
      #expect(made.hasPrefix("made "))
      #expect(try sandbox.get("/at-build")?.contains(made) == true)

      try project.commit(
        "Edit", ["app/page.js": "export default function Page() {\n  return <h1>version 2</h1>\n}\n"])
      try project.push().expectSuccess()
      let edited = try #require(try sandbox.liveRelease())
      let next = try #require(try sandbox.get("/at-run"))
      #expect(next != made)
      #expect(try sandbox.get("/at-build")?.contains(next) == true)
      #expect(try sandbox.get()?.contains("version 2") == true)
      #expect(try imageCache(sandbox) == "HIT", "of the release before")

      // The same from nothing: what an edit leaves is what a build of everything leaves.
      try sandbox.nextdeploy("rebuild", "--clean", "--app", "shop").expectSuccess()
      let clean = try #require(try sandbox.liveRelease())
      let (before, after) = (try files(sandbox, edited), try files(sandbox, clean))
      #expect(!before.isEmpty)
      #expect(Set(before.keys).symmetricDifference(after.keys).isEmpty)
      #expect(before.filter { after[$0.key] != $0.value }.keys.sorted() == [])

      // Another picture under the same name is another picture.
      try sandbox.run(["/bin/sh", "-c", "printf more >> \(picture)"]).expectSuccess()
      try project.commit("Another picture")
      try project.push().expectSuccess()
      #expect(try imageCache(sandbox) == "MISS")

      try project.commit("Alone", ["nextdeploy.json": #"{"images": "release"}"#])
      try project.push().expectSuccess()
      #expect(try imageCache(sandbox) == "MISS")
      #expect(try imageCache(sandbox) == "HIT")
    }
  }

  /// What Next.js says about an image: whether it had it.
  private func imageCache(_ sandbox: Sandbox) throws -> String? {
    let answer = try sandbox.run([
      "curl", "--silent", "--show-error", "--fail", "--dump-header", "-", "--output", "/dev/null", "--header",
      "Accept: image/webp", "\(sandbox.url())/_next/image?url=%2Fpicture.png&w=64&q=75",
    ]).expectSuccess()
    let name = "x-nextjs-cache: "
    return answer.text.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix(name) }
      .map { String($0.dropFirst(name.count)) }
  }

  /// A release's files by their paths, without what instances write and what is different each time, with the ids that each build has of its own taken out.
  private func files(_ sandbox: Sandbox, _ release: String) throws -> [String: String] {
    let top = "\(sandbox.app())/releases/\(release)/app"
    let found = try sandbox.run(["find", ".", "-type", "f", "-not", "-path", "./node_modules/*"], in: top)
    var files: [String: String] = [:]
    for path in found.text.split(separator: "\n").map({ String($0.dropFirst(2)) })
    where !["/trace", "/at-build", "/cache/", "/route-cache/"].contains(where: path.contains) {
      var text = String(decoding: try Files.read("\(top)/\(path)") ?? [], as: UTF8.self).replacing(release, with: "ID")
      // Beside the names it has hashes of files, of which some hold the id.
      if path.hasSuffix(".nft.json"), let names = try JSON.parse(text)["files"] { text = "\(names)" }
      // Drawn anew by each build: with them, drafts are shown. And when it was.
      files[path.replacing(release, with: "ID")] = text.split(separator: "\n").map { line in
        line.replacing(/"previewMode(Id|SigningKey|EncryptionKey)": ?"[0-9a-f]*"/, with: "")
          .replacing(/"routeCacheLastModified":[0-9]+/, with: "")
      }.joined(separator: "\n")
    }
    return files
  }
}
