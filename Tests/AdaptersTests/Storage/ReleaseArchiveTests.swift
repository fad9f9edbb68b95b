import Posix
import TestKit
import Testing

@testable import Deploy
@testable import Adapters

@Suite("An app's archive of old releases")
struct ReleaseArchiveTests {
  private static let ids = ["20261123-154512", "20261123-154513", "20261123-154514"]

  /// Releases of an app with packages, and what has been done to one of their files each.
  private func run(_ test: (ReleaseDirectory, ReleasePacker, AppLayout) throws -> Void) async throws {
    try await Scratch.run { scratch in
      let layout = AppLayout(directory: "\(scratch.path)/shop")
      try Files.makeDirectory(layout.releases)
      let releases = ReleaseDirectory(layout: layout)
      for id in Self.ids {
        try scratch.write([
          "shop/workspace/server.js": "server of \(id)", "shop/workspace/bin/run": "#!/bin/sh",
          "shop/workspace/node_modules/word/index.js": String(repeating: "word", count: 20_000),
          "shop/workspace/node_modules/word/cli.js": "#!/usr/bin/env node", "shop/workspace/node_modules/empty": "",
        ])
        try runProgram(["ln", "-sfn", "../word/cli.js", "\(layout.workspace)/node_modules/.bin"])
        let assembly = Assembly(parts: [.everything(without: [])], persist: ["uploads"])
        try releases.make(ReleaseDirectoryTests.record(id), from: assembly)
        try runProgram(["sh", "-ec", Self.marks], in: layout.release(ReleaseID(id)).files)
      }
      try test(releases, ReleasePacker(layout: layout, leftovers: Leftovers()), layout)
    }
  }

  private static let marks = """
    chmod 600 server.js; chmod 444 node_modules/empty; touch -d '2026-11-27 22:06:07.123456789' server.js
    touch -d '2001-02-03 04:05:06.7' bin node_modules/word; ln -s /nowhere absolute; touch -h -d @0 absolute
    """

  private func setAside(_ releases: ReleaseDirectory, _ ids: ArraySlice<String> = Self.ids[...]) throws {
    for id in ids { #expect(try releases.setAside(ReleaseID(id), within: ArchiveSettings())) }
  }

  /// A release, a line for each of its files, and their contents.
  private func describe(_ layout: AppLayout, _ id: String) throws -> [String] {
    try describe(layout.release(ReleaseID(id)).directory)
  }

  private func describe(_ directory: String) throws -> [String] {
    let listed = try runProgram(["find", directory, "-mindepth", "1", "-printf", #"%P %y %m %T@ %l\n"#], in: "/")
    let sums = try runProgram(["sh", "-c", "find . -type f -exec sha256sum {} +"], in: directory)
    return (listed + sums).split(separator: "\n").map(String.init)
      .sorted()
  }

  private func pack(_ packer: ReleasePacker, _ settings: ArchiveSettings = ArchiveSettings()) throws -> [ReleaseID] {
    var gone: [ReleaseID] = []
    try packer.run({ settings }) { gone.append($0) }
    return gone
  }

  @Test("gives a release back bit by bit, and has packages once that several need")
  func bitByBit() async throws {
    try await run { releases, packer, layout in
      let before = try Self.ids.map { try describe(layout, $0) }
      #expect(before[0].count > 15 && before[0] != before[1])
      try setAside(releases)
      #expect(try releases.list().isEmpty && packer.isNeeded())

      #expect(try pack(packer) == [])

      #expect(try Files.list(layout.releases) == [])
      #expect(try Files.list("\(layout.archive)/packages").count == 1)
      let archived = try releases.archived()
      #expect(archived.map(\.release.id.description) == Self.ids)
      #expect(archived.allSatisfy { $0.size ?? 0 > 0 && $0.packages > 0 })
      #expect(try !packer.isNeeded())
      for (id, before) in zip(Self.ids, before) {
        let told = try releases.restore(ReleaseID(id)) {}
        #expect(told.contains("the release \(id): "))
        #expect(try describe(layout, id) == before)
      }
      #expect(try Files.list(layout.releases).sorted() == Self.ids)
    }
  }

  @Test("is bounded by how many there are and what they take, and what none needs any more goes")
  func bounds() async throws {
    try await run { releases, packer, layout in
      try setAside(releases)
      var settings = ArchiveSettings()
      settings.keep = 2
      #expect(try pack(packer, settings).map(\.description) == [Self.ids[0]])
      #expect(try releases.archived().map(\.release.id.description) == Array(Self.ids[1...]))
      #expect(try Files.list("\(layout.archive)/packages").count == 1)

      let archive = ReleaseArchive(layout: layout)
      settings.keep = 0
      #expect(try archive.bound(settings).count == 2)
      #expect(try Files.list("\(layout.archive)/packages") == [])
      #expect(try Files.list(layout.archive).filter { $0.contains("tar") || $0.contains("json") } == [])
      #expect(try !releases.setAside(ReleaseID(Self.ids[0]), within: settings))
    }
  }

  @Test("bounds what they take in all")
  func boundsSize() async throws {
    try await run { releases, packer, layout in
      // What does not get smaller.
      for id in Self.ids {
        try runProgram(
          ["dd", "if=/dev/urandom", "of=\(layout.release(ReleaseID(id)).files)/big", "bs=1M", "count=1", "status=none"])
      }
      try setAside(releases)
      var settings = ArchiveSettings()
      settings.size = try Size("2M")

      #expect(try pack(packer, settings).count == 2)
      #expect(try releases.archived().map(\.release.id.description) == [Self.ids[2]])
    }
  }

  @Test("goes on after a kill, whatever that left, and takes nothing half written for a release")
  func killed() async throws {
    try await run { releases, packer, layout in
      let before = try describe(layout, Self.ids[0])
      try setAside(releases, Self.ids[..<2])
      try ReleaseArchive(layout: layout).prepare()
      try Files.write("half", to: "\(layout.archive)/\(Self.ids[0]).tar.zst.unfinished", durable: false)
      try Files.write("stray", to: "\(layout.archive)/\(Self.ids[1]).tar.zst", durable: false)
      #expect(try releases.archived().allSatisfy { $0.size == nil })

      #expect(try pack(packer) == [])
      // Killed between the record and the removal of the release.
      try runProgram(["mkdir", "-p", "\(layout.releases)/\(Self.ids[0]).waiting/app"])
      #expect(try pack(packer) == [])
      // And within that.
      try runProgram(["mkdir", "-p", "\(layout.releases)/\(Self.ids[0]).packed/app"])
      #expect(try packer.isNeeded() && pack(packer) == [])

      #expect(try Files.list(layout.releases) == [Self.ids[2]])
      #expect(try Files.list(layout.archive).filter { $0.hasSuffix(".unfinished") } == [])
      _ = try releases.restore(ReleaseID(Self.ids[0])) {}
      #expect(try describe(layout, Self.ids[0]) == before)
    }
  }

  @Test("does not forget a release that is there again as its archive goes")
  func inUse() async throws {
    try await run { releases, packer, _ in
      try setAside(releases)
      _ = try pack(packer)
      _ = try releases.restore(ReleaseID(Self.ids[0])) {}
      var settings = ArchiveSettings()
      settings.keep = 0

      #expect(try pack(packer, settings).map(\.description) == Array(Self.ids[1...]))
      #expect(try releases.archived().isEmpty && releases.list().map(\.id.description) == [Self.ids[0]])
    }
  }

  @Test("takes files of any length for too much, and several together")
  func tooLong() throws {
    // Few file systems have files of eight exabytes.
    let layout = AppLayout(directory: "/dev/shm/nextdeploy-test-\(CurrentProcess.id)")
    defer { try? Files.remove(layout.directory) }
    let releases = ReleaseDirectory(layout: layout)
    for place in [layout.workspace, layout.releases] { try Files.makeDirectory(place) }
    try Files.write("", to: "\(layout.workspace)/server.js", durable: false)
    let id = try ReleaseID(Self.ids[0])
    try releases.make(
      ReleaseDirectoryTests.record(Self.ids[0]), from: Assembly(parts: [.everything(without: [])], persist: []))
    try runProgram(["truncate", "-s", "\(Int.max)", "a", "b"], in: layout.release(id).files)

    #expect(try ContainerContents(layout.release(id), shared: layout.shared).bytes() == .max)
    let error = #expect(throws: Failure.self) { try ReleaseArchive(layout: layout).requireSpace(for: .max) }
    #expect(error?.description.contains("MB are free") == true)
    try setAside(releases, Self.ids[..<1])
    #expect(try pack(ReleasePacker(layout: layout, leftovers: Leftovers())) == [id])
    #expect(try Files.text(layout.archiveProblem)?.contains("more than 16 GB") == true)
  }

  @Test("gives back at once what was not packed yet")
  func waiting() async throws {
    try await run { releases, packer, layout in
      let before = try describe(layout, Self.ids[0])
      try setAside(releases, Self.ids[..<1])
      #expect(try releases.restore(ReleaseID(Self.ids[0])) {}.contains("not packed yet"))
      #expect(try describe(layout, Self.ids[0]) == before)
      #expect(try !packer.isNeeded())
    }
  }

  @Test("refuses what is damaged, with nothing half done", arguments: ["release", "packages"])
  func damaged(part: String) async throws {
    try await run { releases, packer, layout in
      try setAside(releases, Self.ids[..<1])
      _ = try pack(packer)
      let packages = try Files.list("\(layout.archive)/packages").first ?? ""
      let file = "\(layout.archive)/" + (part == "release" ? "\(Self.ids[0]).tar.zst" : "packages/\(packages)")
      try runProgram(["sh", "-c", "printf x | dd of=\"$0\" bs=1 seek=40 conv=notrunc status=none", file])
      let before = try Files.list(layout.releases)

      let error = #expect(throws: Failure.self) { try releases.restore(ReleaseID(Self.ids[0])) {} }

      #expect(error?.description.contains("its archive is damaged") == true, "\(String(describing: error))")
      #expect(try Files.list(layout.releases) == before)
      let record = try #require(try releases.archived().first).release
      let told = #expect(throws: Failure.self) { try export(releases, record) }
      #expect(told?.description.contains("its archive is damaged") == true, "\(String(describing: told))")
      #expect(!Files.exists(layout.exported))
    }
  }

  /// What an export reads of a release.
  @discardableResult
  private func export(_ releases: ReleaseDirectory, _ release: ReleaseRecord) throws -> [String] {
    let found = try releases.exported(release) {}
    defer { found.discard() }
    try releases.removeUnfinished()
    return try describe(found.layout.directory)
  }

  @Test("is read the same from where it is, while it waits and once it is packed, which stays; nothing else does")
  func exported() async throws {
    try await run { releases, packer, layout in
      let record = try #require(try releases.list().first)
      let before = try export(releases, record)
      try setAside(releases, Self.ids[..<1])
      #expect(try export(releases, record) == before)
      _ = try pack(packer)
      let kept = try [releases.archived().count, Files.list(layout.releases).count]

      #expect(try export(releases, record) == before)

      #expect(!Files.exists(layout.exported))
      #expect(try [releases.archived().count, Files.list(layout.releases).count] == kept)
      // One that was killed.
      try runProgram(["mkdir", "-p", "\(layout.exported)/release/app"])
      _ = try pack(packer)
      #expect(try export(releases, record) == before)
      try runProgram(["mkdir", "-p", "\(layout.exported)/release/app"])
      // A program that another test is starting may have the lock of the export before for a moment longer.
      try wait(until: "the end of what it left") {
        try releases.removeUnfinished()
        return !Files.exists(layout.exported)
      }
    }
  }

  @Test(
    "removes a release that cannot be packed, and says so",
    arguments: [(#"touch "$(printf 'l\033')""#, "control characters"), ("truncate -s 1T sparse", "more than 16 GB")])
  func givesUp(command: String, reason: String) async throws {
    try await run { releases, packer, layout in
      try runProgram(["sh", "-c", command], in: layout.release(ReleaseID(Self.ids[0])).files)
      try setAside(releases, Self.ids[..<1])

      #expect(try pack(packer).map(\.description) == [Self.ids[0]])

      #expect(try Files.list(layout.releases) == Array(Self.ids[1...]))
      #expect(try Files.text(layout.archiveProblem)?.contains(reason) == true)
    }
  }
}
