import Posix
import TestKit
import Testing

@testable import Deploy
@testable import Adapters

@Suite("A release is assembled from the workspace")
struct ReleaseAssemblerTests {
  @Test("the workspace keeps what a release is made of")
  func copies() async throws {
    try await Bench.run(["out/server.js": "s", "out/lib/a.js": "a", "static/x.css": "x", "public/p.txt": "p"]) {
      bench in
      try bench.assemble([
        .copy(from: "out", to: ""), .copy(from: "static", to: "web/static"), .copy(from: "public", to: "web/public"),
      ])

      #expect(
        try bench.files("release")
          == ["server.js": "s", "lib/a.js": "a", "web/static/x.css": "x", "web/public/p.txt": "p"])
      #expect(
        try bench.files("workspace")
          == ["out/server.js": "s", "out/lib/a.js": "a", "static/x.css": "x", "public/p.txt": "p"])
    }
  }

  @Test("a part that the build did not leave is passed over")
  func missingPart() async throws {
    try await Bench.run(["out/server.js": "s"]) { bench in
      try bench.assemble([
        .copy(from: "out", to: ""), .copy(from: "static", to: "static"), .copy(from: "public", to: "public"),
      ])

      #expect(try bench.files("release") == ["server.js": "s"])
    }
  }

  @Test("a part takes the place of what an earlier one left there")
  func inTheWay() async throws {
    // As where the app's own build copies public/ and .next/static into the standalone server.
    try await Bench.run(["out/static/old.css": "old", "static/new.css": "new"]) { bench in
      try bench.assemble([.copy(from: "out", to: ""), .copy(from: "static", to: "static")])

      #expect(try bench.files("release") == ["static/new.css": "new"])
    }
  }

  @Test("everything is all of the workspace but git's own directory and what is left out")
  func everything() async throws {
    let files = [
      "package.json": "{}", ".env": "A=1", ".git/HEAD": "h", "sub/.git": "kept", "src/a.js": "a",
      "node_modules/dev/index.js": "d", "node_modules/prod/index.js": "p", "packages/x/node_modules/dev/index.js": "d",
      ".next/cache/big": "b",
    ]
    try await Bench.run(files) { bench in
      try bench.assemble([
        .everything(without: ["node_modules/dev", "packages/x/node_modules/dev", ".next/cache"])
      ])

      let expected = files.filter { !$0.key.contains("dev/") && $0.key != ".git/HEAD" && $0.key != ".next/cache/big" }
      #expect(try bench.files("release") == expected)
      #expect(try bench.files("workspace") == files)
    }
  }

  @Test(
    "releases share what is unchanged of packages; what anybody writes to is copied for each",
    arguments: [
      ("node_modules/next/index.js", true), ("node_modules/@scope/a/lib/b.js", true),
      ("node_modules/.pnpm/a@1/node_modules/a/index.js", true), ("node_modules/.bin/tool", true),
      ("apps/web/node_modules/a/index.js", true), ("node_modules/.prisma/client/index.js", false),
      ("node_modules/.cache/x/node.bin", false), ("node_modules/a/.cache/y", false), ("src/index.js", false),
      ("package.json", false),
    ])
  func links(name: String, isLinked: Bool) async throws {
    try await Bench.run([name: "text"]) { bench in
      try bench.assemble([.everything(without: [])])
      try bench.assemble([.everything(without: [])], to: "next")

      #expect(try bench.isShared(name) == isLinked)
      #expect(try bench.files("release") == [name: "text"])
    }
  }

  @Test(
    "a package's file that a build changed is released as changed, whatever time it claims, and reaches no earlier release",
    arguments: [
      "printf generated > $f", "printf generated > $f && touch -d @1000000000 $f",
      "printf generated > x && touch -r $f x && mv x $f", "ln $f y && printf generated > y",
      "mkdir old && printf generated > old/index.js && touch -d @1000000000 old/index.js && rm -r a && mv old a",
    ])
  func writtenPackage(line: String) async throws {
    try await Bench.run(["node_modules/a/index.js": "original.", "node_modules/b/index.js": "b"]) { bench in
      try bench.assemble([.everything(without: [])])

      try runProgram(["sh", "-euc", "cd \(bench.path("workspace/node_modules")); f=a/index.js; \(line)"])
      try bench.assemble([.everything(without: [])], to: "next")

      #expect(try bench.scratch.text("release/node_modules/a/index.js") == "original.")
      #expect(try bench.scratch.text("next/node_modules/a/index.js") == "generated")
      #expect(try bench.isShared("node_modules/b/index.js"))
    }
  }

  @Test("a package's directory that took another one's place brings its own files")
  func swapped() async throws {
    try await Bench.run(["node_modules/a/index.js": "a", "node_modules/b/index.js": "b"]) { bench in
      try bench.assemble([.everything(without: [])])

      try runProgram(["sh", "-euc", "cd \(bench.path("workspace/node_modules")); mv a c; mv b a; mv c b"])
      try bench.assemble([.everything(without: [])], to: "next")

      #expect(try bench.scratch.text("next/node_modules/a/index.js") == "b")
      #expect(try bench.scratch.text("next/node_modules/b/index.js") == "a")
    }
  }

  @Test("what no release has any more is not kept")
  func swept() async throws {
    try await Bench.run(["node_modules/a/index.js": "a", "node_modules/b/index.js": "b"]) { bench in
      try bench.assemble([.everything(without: [])])
      #expect(try Files.list(bench.path("packages")).count == 2)
      try Files.remove(bench.path("release"))
      try bench.scratch.write(["workspace/node_modules/a/index.js": "new"])

      try bench.assemble([.everything(without: [])], to: "next")

      #expect(try Files.list(bench.path("packages")).count == 2)
    }
  }

  @Test(
    "what a build writes reaches no release, not even through a link that it made before",
    arguments: ["everything", "copy"])
  func linked(way: String) async throws {
    try await Bench.run(["node_modules/a/index.js": "a", "src/index.js": "s"]) { bench in
      let names = ["node_modules/a/index.js", "src/index.js"]
      for (number, name) in names.enumerated() {
        try runProgram(["ln", bench.path("workspace/\(name)"), bench.path("workspace/link-\(number)")])
      }
      try bench.assemble(
        way == "everything"
          ? [.everything(without: [])] : names.map { .copy(from: Files.parent($0), to: Files.parent($0)) })

      for number in names.indices {
        try runProgram(["sh", "-c", "echo changed > \(bench.path("workspace/link-\(number)"))"])
      }

      #expect(try names.map { try bench.scratch.text("release/\($0)") } == ["a", "s"])
    }
  }

  @Test("symlinks stay as they are written, including those that lead nowhere")
  func symlinks() async throws {
    try await Bench.run(["packages/ui/index.js": "u"]) { bench in
      try Files.makeDirectory(bench.path("workspace/node_modules"))
      try Files.link(bench.path("workspace/node_modules/ui"), to: "../packages/ui")
      try Files.link(bench.path("workspace/dangling"), to: "nowhere")

      try bench.assemble([.everything(without: [])])

      #expect(
        try bench.files("release")
          == ["packages/ui/index.js": "u", "node_modules/ui": "-> ../packages/ui", "dangling": "-> nowhere"])
    }
  }

  @Test("programs stay programs, and private files private", arguments: [0o755, 0o600, 0o444] as [UInt32])
  func modes(mode: UInt32) async throws {
    try await Bench.run([:]) { bench in
      try Files.write("x", to: bench.path("workspace/file"), mode: mode)

      try bench.assemble([.everything(without: [])])

      #expect(try Files.status(bench.path("release/file"))?.mode == mode)
    }
  }
}
