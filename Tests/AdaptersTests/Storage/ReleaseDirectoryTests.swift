import Glibc
import Posix
import Synchronization
import TestKit
import Testing

@testable import Deploy
@testable import Adapters

@Suite("An app's releases on the disk")
struct ReleaseDirectoryTests {
  static func record(_ id: String) throws -> ReleaseRecord {
    let object = try CommitID(String(repeating: "a", count: 40))
    return ReleaseRecord(
      id: try ReleaseID(id), source: .commit(Commit(id: object, tree: object, subject: "A change")), buildKey: "key",
      framework: "Node",
      serving: .process(
        AppProcess(
          start: .program(["node", "server.js"]), directory: .top, environment: ["A": "1"], drainTimeout: 30)),
      environmentMark: nil, health: HealthPolicy(), createdAt: "2026-11-23T15:45:12Z", inventory: nil)
  }

  private static let everything = Assembly(parts: [.everything(without: [])], persist: [])

  private func run(_ test: (ReleaseDirectory, AppLayout) throws -> Void) async throws {
    try await Scratch.run { scratch in
      let layout = AppLayout(directory: "\(scratch.path)/shop")
      try scratch.write(["shop/workspace/server.js": "s"])
      try Files.makeDirectory(layout.releases)
      try test(ReleaseDirectory(layout: layout), layout)
    }
  }

  @Test("images that releases share go one by one, and nothing goes to which an app has made a link")
  func images() async throws {
    try await run { releases, layout in
      let (one, two) = (try Self.record("20261123-154512"), try Self.record("20261123-154513"))
      for record in [one, two] {
        try releases.make(
          record, from: Assembly(parts: [.everything(without: [])], persist: [], images: [".next/cache/images": "a1"]))
      }
      let images = "\(layout.shared)/.nextdeploy/images"
      let own = layout.release(one.id).files + "/.next/cache/images"
      for name in ["x", "y"] {
        try Files.makeDirectory("\(own)/\(name)")
        try Files.write(String(repeating: "i", count: 700 << 10), to: "\(own)/\(name)/60.webp", durable: false)
      }
      #expect(try Files.list(layout.release(two.id).files + "/.next/cache/images") == ["x", "y"])
      let elsewhere = "\(layout.directory)/elsewhere"
      try Files.makeDirectory("\(elsewhere)/z")
      try Files.write(String(repeating: "i", count: 2 << 20), to: "\(elsewhere)/z/60.webp", durable: false)
      try Files.link("\(images)/b2", to: elsewhere)
      try Files.link("\(images)/a1/w", to: "\(elsewhere)/z")
      var limits = CacheLimits()
      limits.size = try Size("1M")

      try releases.boundCaches(limits)

      // The directory that the releases link to stays, with as many as there is room for.
      #expect(try Files.list("\(images)/a1").filter { $0 != "w" }.count == 1)
      #expect(Files.exists("\(elsewhere)/z/60.webp") && Files.exists("\(images)/b2"))
    }
  }

  @Test("what Node has compiled is given to the next release, as files only and within bounds")
  func compiled() async throws {
    try await run { releases, layout in
      let (one, two) = (try Self.record("20261123-154512"), try Self.record("20261123-154513"))
      let assembly = Assembly(
        parts: [.everything(without: [])], persist: [], launcher: .next, compiled: ".next/cache/compiled")
      try releases.make(one, from: assembly)
      let own = layout.release(one.id).files + "/.next/cache/compiled"
      try Files.makeDirectory("\(own)/v24/deeper")
      try Files.write("code", to: "\(own)/v24/a1", durable: false)
      try Files.write("code", to: "\(own)/v24/deeper/b2", durable: false)
      try Files.write("code", to: "\(own)/c3", durable: false)
      try Files.link("\(own)/v24/d4", to: "/etc/passwd")
      try Files.link("\(own)/v25", to: "/etc")

      try releases.takeCompiled(of: one.id, at: ".next/cache/compiled")
      try releases.make(two, from: assembly)

      let next = layout.release(two.id).files + "/.next/cache/compiled"
      #expect(try Files.list(next) == ["v24"] && Files.list("\(next)/v24") == ["a1"])
      #expect(try Files.text("\(next)/v24/a1") == "code")
    }
  }

  @Test("what starts a release lies beside its files, where none of the app's can take its place")
  func launcher() async throws {
    try await run { releases, layout in
      let record = try Self.record("20261123-154512")
      try Files.write("the app's own", to: "\(layout.workspace)/next.cjs")

      try releases.make(record, from: Assembly(parts: [.everything(without: [])], persist: [], launcher: .next))

      let files = layout.release(record.id).files
      #expect(try Files.text("\(Files.parent(files))/next.cjs")?.contains("__NEXT_PRIVATE_ORIGIN") == true)
      #expect(try Files.text("\(files)/next.cjs") == "the app's own")
    }
  }

  @Test("a release that was made is listed as it was written, with its files")
  func make() async throws {
    try await run { releases, layout in
      let record = try Self.record("20261123-154512")

      try releases.make(record, from: Self.everything)

      #expect(try releases.list() == [record])
      #expect(try Files.text("\(layout.release(record.id).files)/server.js") == "s")
    }
  }

  @Test("a release has the programs that it is given beside its files, and no more")
  func programs() async throws {
    try await run { releases, layout in
      let (with, without) = (try Self.record("20261123-154512"), try Self.record("20261123-154513"))
      var assembly = Self.everything
      assembly.programs = ["pnpm": "#!/bin/sh\necho 10.34.9\n"]
      assembly.corepack = ["v1/pnpm/10.34.9", "v1/pnpm/9.0.0"]
      try Files.makeDirectory("\(layout.corepack)/v1/pnpm/10.34.9/bin")
      try Files.write("p", to: "\(layout.corepack)/v1/pnpm/10.34.9/bin/pnpm.cjs")

      try releases.make(with, from: assembly)
      try releases.make(without, from: Self.everything)

      let program = "\(layout.release(with.id).programs)/pnpm"
      #expect(try ChildProcess.run(Command([program], environment: ["PATH": "/bin"])).output == "10.34.9\n")
      #expect(try Files.list(layout.release(with.id).programs) == ["pnpm"])
      let kept = "\(layout.releases)/\(with.id)/corepack/v1/pnpm"
      #expect(try Files.text("\(kept)/10.34.9/bin/pnpm.cjs") == "p")
      #expect(try Files.list(kept) == ["10.34.9"])
      #expect(try Files.list("\(layout.releases)/\(without.id)") == ["app", "release.json"])
    }
  }

  @Test("what Corepack brought is not taken from elsewhere, wherever a build's link leads")
  func corepackLink() async throws {
    try await run { releases, layout in
      let other = "\(Files.parent(layout.directory))/blog"
      try Files.makeDirectory("\(other)/v1/pnpm/10.34.9")
      try Files.makeDirectory(layout.cache)
      try Files.link(layout.corepack, to: other)
      var assembly = Self.everything
      assembly.corepack = ["v1/pnpm/10.34.9"]

      try releases.make(try Self.record("20261123-154512"), from: assembly)

      #expect(!Files.exists("\(layout.releases)/20261123-154512/corepack/v1"))
    }
  }

  @Test("releases are listed in the order in which they were made")
  func order() async throws {
    try await run { releases, layout in
      let ids = ["20261123-154512-10", "20261123-154512-2", "20261124-000000", "20261123-154512"]

      for id in ids { try releases.make(try Self.record(id), from: Self.everything) }

      #expect(
        try releases.list().map(\.id.description)
          == ["20261123-154512", "20261123-154512-2", "20261123-154512-10", "20261124-000000"])
    }
  }

  @Test(
    "a release is made in the directory that its instance has, also where what a build closed had to be opened first")
  func place() async throws {
    try await Scratch.run { scratch in
      let layout = AppLayout(directory: "\(scratch.path)/shop")
      try scratch.write(["shop/workspace/.next/cache/a": "a"])
      try Files.makeDirectory(layout.releases)
      let closed = ClosedFiles()
      let place = "\(scratch.path)/place"
      try Files.makeDirectory(place)
      let inode = try Files.status(place)?.inode
      let record = try Self.record("20261123-154512")
      var seen: String?

      try ReleaseDirectory(layout: layout, leftovers: Leftovers(files: closed)).make(
        record, from: Assembly(parts: [.everything(without: [])], persist: [], writable: [".next/cache"]), in: place
      ) { seen = try Files.text("\(place)/app/.next/cache/a") }

      #expect(closed.tries.withLock { $0 } == 2 && seen == "a")
      #expect(try Files.status(layout.release(record.id).directory)?.inode == inode)
    }
  }

  /// A workspace in which a build has closed something, until it is opened.
  private final class ClosedFiles: FileAccess {
    let tries = Mutex(0)
    var isForOtherUsers: Bool { true }

    func prepare() {}
    func checkOut(_ commit: Commit, _ limits: PushLimits) -> Int? { nil }
    func copy(_ directory: String, forBuilds target: String) {}
    func open() -> Bool { true }
    func remove(_ path: String) {}
    func openWay(_ path: PathBelow, in holder: borrowing Directory) {}
    func openToApp(_ path: PathBelow, in holder: borrowing Directory) throws {
      let number = tries.withLock { tries in
        tries += 1
        return tries
      }
      if number == 1 { throw SystemError("opening", "\(path)", code: EACCES) }
    }
    func giveKept() {}
  }

  @Test("a release that cannot be made is not there at all")
  func allOrNothing() async throws {
    try await run { releases, layout in
      let impossible = Assembly(parts: [.everything(without: [])], persist: ["server.js/uploads"])
      let record = try Self.record("20261123-154512")

      #expect(throws: Failure.self) { try releases.make(record, from: impossible) }

      #expect(try releases.list() == [])
      #expect(try Files.list(layout.releases) == [])
    }
  }

  @Test("a release that is removed is gone, and removing it again is no error")
  func remove() async throws {
    try await run { releases, layout in
      let (old, new) = (try Self.record("20261123-154512"), try Self.record("20261123-154512-2"))
      for record in [old, new] { try releases.make(record, from: Self.everything) }

      for _ in 0..<2 { try releases.remove(old.id) }

      #expect(try releases.list() == [new])
      #expect(try Files.list(layout.releases) == [new.id.description])
    }
  }

  @Test("what an interruption left is neither listed nor in the way, and can be removed")
  func unfinished() async throws {
    try await run { releases, layout in
      let whole = try Self.record("20261123-154512")
      try Files.makeDirectory("\(layout.releases)/20261123-154512.unfinished/app/half")
      try Files.makeDirectory("\(layout.releases)/20261123-154511.unfinished/app/half")
      let before = try releases.list()
      try releases.make(whole, from: Self.everything)

      try releases.removeUnfinished()

      #expect(before == [])
      #expect(try releases.list() == [whole])
      #expect(try Files.list(layout.releases) == [whole.id.description])
      #expect(try Files.list(layout.release(whole.id).files) == ["server.js"])
    }
  }

  @Test("one whose record is damaged or missing is left out and named")
  func damaged() async throws {
    try await run { releases, layout in
      try releases.make(try Self.record("20261123-154512"), from: Self.everything)
      let file = "\(layout.releases)/20261123-154512/release.json"
      try Files.write("{\"id\": ", to: file)

      let whole = try Self.record("20261123-154513")
      try releases.make(whole, from: Self.everything)
      try Files.makeDirectory("\(layout.releases)/20261123-154514")

      #expect(try releases.list() == [whole])
      #expect(try releases.damaged().map(\.description) == ["20261123-154512", "20261123-154514"])
    }
  }
}
