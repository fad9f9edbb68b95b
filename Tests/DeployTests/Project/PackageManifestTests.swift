@testable import Deploy
import Testing

@Suite("package.json")
struct PackageManifestTests {
  @Test("says scripts, dependencies, package manager and Node's versions")
  func saysScriptsDependencies() throws {
    let manifest = try PackageManifest(
      """
      {"name": "shop", "scripts": {"build": "make", "odd": 1}, "dependencies": {"next": "16.0.7"},
       "devDependencies": {"typescript": "^5"}, "packageManager": "pnpm@10.34.9", "engines": {"node": ">=20"}}
      """, path: "package.json")

    #expect(manifest.scripts == ["build": "make"])
    #expect(manifest.dependency("next") == "16.0.7")
    #expect(manifest.dependency("typescript") == "^5")
    #expect(manifest.dependency("react") == nil)
    #expect(manifest.packageManager == "pnpm@10.34.9")
    #expect(manifest.nodeRange == ">=20")
    #expect(manifest.hasDependencies)
  }

  @Test(
    "may say nothing",
    arguments: ["{}", #"{"scripts": null, "dependencies": {}}"#, #"{"engines": [], "packageManager": 1}"#])
  func maySayNothing(_ text: String) throws {
    let manifest = try PackageManifest(text, path: "package.json")

    #expect(!manifest.hasDependencies)
    #expect(manifest.packageManager == nil)
    #expect(manifest.nodeRange == nil)
  }

  @Test(
    "is refused with its path and the place",
    arguments: [
      ("{\"a\": 1,}", "line 1, column 9: a value should be after the ','"),
      ("[]", "it holds a list, not an object"),
      (#"{"scripts": []}"#, "\"scripts\" is a list, not an object"),
      (#"{"dependencies": "a"}"#, "\"dependencies\" is a string, not an object"),
      (#"{"devDependencies": 1}"#, "\"devDependencies\" is a number, not an object"),
    ])
  func refusedPathPlace(_ text: String, _ cause: String) {
    let error = #expect(throws: Failure.self) { try PackageManifest(text, path: "apps/web/package.json") }

    #expect(error?.attempt == "reading apps/web/package.json")
    #expect(error?.cause == cause)
  }

  @Test(
    "starts with the command that its script comes to",
    arguments: [
      (["start": "node a.js"], "node a.js"), (["start": "npm run serve", "serve": "node b.js"], "node b.js"),
      (["start": "pnpm serve", "serve": "yarn run real", "real": "node c.js"], "node c.js"),
      (["start": "npm run serve"], "npm run serve"), (["start": "npm run start"], "npm run start"),
      (["serve": "node d.js"], nil),
      (["start": "npm run serve -- -p 1", "serve": "node"], "npm run serve -- -p 1"),
      (["start": "bun server.ts"], "bun server.ts"), (["start": "npx serve", "serve": "node"], "npx serve"),
    ] as [([String: String], String?)])
  func startsCommandScript(_ scripts: [String: String], _ command: String?) throws {
    let members = scripts.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")

    let manifest = try PackageManifest("{\"scripts\": {\(members)}}", path: "package.json")

    #expect(manifest.command(ofScript: "start") == command)
  }

  @Test("ends where scripts call each other in a circle")
  func endsScriptsCall() throws {
    let manifest = try PackageManifest(
      #"{"scripts": {"start": "npm run a", "a": "npm run start"}}"#, path: "package.json")

    #expect(manifest.command(ofScript: "start")?.hasPrefix("npm run") == true)
  }
}
