import Deploy
import Posix
import TestKit
import Testing

/// Releases past `keep`, which are packed once a deploy has ended.
@Suite("An old release", .serialized)
struct ArchiveTests {
  private func archived(_ sandbox: Sandbox) throws -> [JSON] {
    guard case .array(let rows) = try JSON.parse(try sandbox.nextdeploy("releases", "--json").text) else { return [] }
    return rows.filter { $0["isArchived"] == .bool(true) }
  }

  private func waitForPacking(_ sandbox: Sandbox, _ count: Int) throws {
    try wait(until: "\(count) packed releases") {
      try archived(sandbox).filter { $0["size"] != .null && $0["size"] != nil }.count == count
    }
  }

  @Test("that is pages is served again as before, and one that was shipped, too")
  func pages() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "keep", "1").expectSuccess()
      var releases: [String] = []
      for text in ["one", "two"] {
        try project.commit(text, ["index.html": text, "nextdeploy.json": #"{"static": "."}"#])
        try project.push().expectSuccess()
        releases.append(try #require(try sandbox.liveRelease()))
      }
      let shipped = "\(sandbox.home)/pages.tar.zst"
      try sandbox.nextdeploy("export", "shop", "--output", shipped).expectSuccess()
      try sandbox.run(["nextdeploy", "ship", "shop"], reading: shipped).expectSuccess()
      releases.append(try #require(try sandbox.liveRelease()))
      try project.commit("three", ["index.html": "three"])
      try project.push().expectSuccess()
      try waitForPacking(sandbox, 3)

      for (release, text) in zip(releases, ["one", "two", "two"]) {
        try sandbox.nextdeploy("rollback", release).expectSuccess().expect("unpack    the release \(release)", "live: ")
        #expect(try sandbox.get() == text)
      }
      try sandbox.nextdeploy("rebuild").expect(status: 1).expect("stands for what was built elsewhere")
    }
  }

  @Test("is packed in the background, is rolled back to, survives a kill, and is refused where it is damaged")
  func app() throws {
    try Sandbox.run { sandbox in
      let project = try sandbox.createApp()
      try sandbox.nextdeploy("config", "set", "keep", "1").expectSuccess()
      var releases: [String] = []
      func push(_ text: String) throws {
        // What still drains is kept, too.
        try wait(until: "the drain") { try sandbox.instances().count <= 1 }
        try project.commit(text, App.node(text, extra: ["node_modules/word/index.js": "module.exports = 'word'"]))
        try project.push().expectSuccess()
        releases.append(try #require(try sandbox.liveRelease()))
        try wait(until: "the drain") { try sandbox.instances().count <= 1 }
      }
      func export(_ release: String, to name: String) throws {
        try sandbox.nextdeploy("export", "shop", release, "--output", "\(sandbox.home)/\(name).tar").expectSuccess()
        try sandbox.nextdeploy("export", "shop", release, "--as", "compose", "--output", "\(sandbox.home)/\(name)")
          .expectSuccess()
      }
      try push("one")
      try export(releases[0], to: "before")
      for text in ["two", "three", "four"] { try push(text) }
      // The last one that was live is only set aside by the deploy after it has drained.
      try waitForPacking(sandbox, 2)

      let directory = "\(sandbox.app())/releases"
      #expect(try !Files.list(directory).contains(releases[0]))
      #expect(try project.serverRef("refs/nextdeploy/releases/\(releases[0])") != nil)
      try sandbox.nextdeploy("releases").expectSuccess().expect(releases[0], "archived, 0.", " MB")
      try export(releases[0], to: "after")
      for name in ["", ".tar"] {
        try sandbox.run(["diff", "--recursive", "before\(name)", "after\(name)"], in: sandbox.home).expectSuccess()
      }
      #expect(try !Files.list(directory).contains(releases[0]))
      #expect(!Files.exists("\(sandbox.app())/archive/exported"))
      try sandbox.nextdeploy("rollback").expectSuccess().expect("live: ")
      try wait(until: "the drain") { try sandbox.instances().count <= 1 }

      try sandbox.nextdeploy("rollback", releases[0]).expectSuccess().expect(
        "unpack    the release \(releases[0]): ", ", from the archive", "live: ")
      #expect(try sandbox.get() == "one")
      try wait(until: "the drain") { try sandbox.instances().count <= 1 }

      // What packs is killed, and the next command has it go on.
      let lock = try sandbox.start(
        ["flock", "--no-fork", "\(sandbox.app())/archive/lock", "sleep", "600"], name: "lock")
      try push("five")
      try push("six")
      let packer = try wait(for: "the packer") {
        try Files.text("\(sandbox.app())/archive/packing.lock").flatMap { Int32($0.prefix { $0 != "\n" }) }
      }
      let before = try archived(sandbox).count
      try sandbox.run(["kill", "-KILL", "\(packer)"]).expectSuccess()
      lock.end()
      try wait(until: "all to be packed") {
        try archived(sandbox).allSatisfy { $0["size"] != nil && $0["size"] != .null }
      }
      #expect(try archived(sandbox).count >= before)
      try wait(until: "their removal") { try !Files.list(directory).contains { $0.contains(".") } }

      let damaged = "\(sandbox.app())/archive/\(releases[1]).tar.zst"
      try sandbox.run(["/bin/sh", "-c", "printf x | dd of=\"$0\" bs=1 seek=40 conv=notrunc status=none", damaged])
        .expectSuccess()
      let there = try Files.list(directory).sorted()
      try sandbox.nextdeploy("rollback", releases[1]).expect(status: 1).expect(
        "FAILED at unpack", "its archive is damaged", "is still live")
      #expect(try sandbox.get() == "six")
      #expect(try Files.list(directory).sorted() == there)

      try sandbox.nextdeploy("config", "set", "archive.keep", "0").expectSuccess()
      try push("seven")
      try wait(until: "an empty archive") { try archived(sandbox).isEmpty }
      try wait(until: "its ref's end") { try project.serverRef("refs/nextdeploy/releases/\(releases[1])") == nil }
      try sandbox.nextdeploy("doctor").expectSuccess()
    }
  }
}
