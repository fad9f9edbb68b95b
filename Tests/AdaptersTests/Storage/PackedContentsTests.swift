import Archives
import Posix
import TestKit
import Testing

@testable import Deploy
@testable import Adapters

@Suite("What is packed is what a release would be assembled of")
struct PackedContentsTests {
  private static let files = [
    "package.json": "{}", ".git/HEAD": "h", "out/server.js": "s", "out/lib/a.js": "a", "out/static/old.css": "o",
    "out/deep/er/x": "x", "static/new.css": "n", "public/p.txt": "p", "node_modules/dev/i.js": "d",
    "node_modules/prod/i.js": "p",
  ]

  @Test(
    "part by part",
    arguments: [
      [.copy(from: "out", to: ""), .copy(from: "static", to: "static"), .copy(from: "public", to: "web/app/public")],
      [.copy(from: "out", to: ""), .copy(from: "out/lib", to: "deep"), .copy(from: "missing", to: "static")],
      [.copy(from: "package.json", to: "a/b.json"), .copy(from: "link/a.js", to: "c.js")],
      [.everything(without: ["node_modules/dev", "out"]), .copy(from: "out/lib", to: "out/lib")],
      [.everything(without: []), .copy(from: "escape/hostname", to: "hostname")],
    ] as [[Assembly.Part]])
  func equal(parts: [Assembly.Part]) async throws {
    try await Bench.run(Self.files) { bench in
      try Files.link(bench.path("workspace/link"), to: "out/lib")
      try Files.link(bench.path("workspace/escape"), to: "/etc")
      try bench.assemble(parts)
      let source = try Directory(bench.path("workspace"))
      var contents = PackedContents()

      for part in parts { try contents.add(part, of: source) }

      var packed: [String: String] = [:]
      for (path, content) in contents.entries {
        guard case .at(let place) = content else { continue }
        switch try source.status(place)?.kind {
        case .file: packed["\(path)"] = String(decoding: try source.read(place, atMost: 100) ?? [], as: UTF8.self)
        case .link: packed["\(path)"] = "-> " + String(decoding: try source.linkTarget(place) ?? [], as: UTF8.self)
        default: continue
        }
      }
      #expect(try packed == bench.files("release"))
    }
  }

  @Test("and refuses what that refuses")
  func refuses() async throws {
    try await Bench.run(Self.files) { bench in
      try Files.link(bench.path("workspace/link"), to: "out")
      let source = try Directory(bench.path("workspace"))
      for parts in [
        [.copy(from: "link", to: "")], [.copy(from: "../x", to: "x")],
        [.copy(from: "package.json", to: "a"), .copy(from: "out", to: "a/b")],
      ] as [[Assembly.Part]] {
        #expect(throws: Failure.self) { try bench.assemble(parts) }
        var contents = PackedContents()
        #expect(throws: Failure.self) { for part in parts { try contents.add(part, of: source) } }
      }
    }
  }
}
