import Adapters
import Posix
import TestKit
import Testing

@testable import Deploy

@Suite("An app's state on the disk")
struct AppDirectoryTests {
  private func run(_ test: (AppDirectory, AppLayout) async throws -> Void) async throws {
    try await Scratch.run { scratch in
      let layout = Layout(root: scratch.path).app(try AppName("shop"))
      for directory in [layout.deploys, layout.logs, layout.releases] { try Files.makeDirectory(directory) }
      try await test(AppDirectory(app: try AppName("shop"), layout: layout), layout)
    }
  }

  @Test("gives the tenth deploy of a second the next number, and lists them in order")
  func ids() async throws {
    try await run { state, layout in
      for second in 0..<60 {
        let stamp = WallClock.stamp(WallClock.now + second)
        for number in 1...9 {
          try Files.write("", to: layout.deployLog(DeployID(stamp: stamp, number: number)), durable: false)
        }
      }

      let begun = try (0..<3).map { _ in try state.begin(.push, previous: nil, commit: nil) }

      #expect(Set(begun.map(\.id)).count == 3)
      #expect(begun.filter { !["-10", "-11", "-12"].contains($0.id.description.suffix(3)) } == [])
      #expect(try state.records() == begun)
    }
  }

  @Test("gives a deploy an id after all others, even when the clock went back")
  func clock() async throws {
    try await run { state, layout in
      let future = try StateOfTheFuture.write(layout)

      let begun = try (0..<2).map { _ in try state.begin(.push, previous: nil, commit: nil) }

      #expect(begun.map(\.id.description) == ["20990101-000000-2", "20990101-000000-3"])
      #expect(try state.records().map(\.id) == [future] + begun.map(\.id))
      #expect(begun.allSatisfy { !$0.startedAt.hasPrefix("2099") }, "when it really was")
    }
  }

  private enum StateOfTheFuture {
    static func write(_ layout: AppLayout) throws -> DeployID {
      let id = try DeployID(stamp: "20990101-000000", number: 1)
      let record =
        #"{"app": "shop", "builder": "1@1", "id": "\#(id)", "kind": "push", "makesRelease": false, "#
        + #""outcome": "live", "startedAt": "2099-01-01T00:00:00Z", "steps": []}"#
      try Files.write(record, to: layout.record(id))
      return id
    }
  }

  @Test("gives the first deploy of a second the plain id")
  func plainID() async throws {
    try await run { state, _ in
      let record = try state.begin(.push, previous: nil, commit: nil)

      #expect(record.id.description.count == "20261123-154512".count)
      #expect(record.startedAt.hasSuffix("Z"))
    }
  }

  @Test("gives processes that begin at once an id each")
  func concurrent() async throws {
    try await run { state, layout in
      let root = Files.parent(Files.parent(layout.directory))
      await withTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            await #expect(processExitsWith: .success) { [root = root as String] in
              let app = try AppName("shop")
              let state = AppDirectory(app: app, layout: Layout(root: root).app(app))
              for _ in 0..<5 { _ = try state.begin(.push, previous: nil, commit: nil) }
            }
          }
        }
      }

      let records = try state.records()
      #expect(Set(records.map(\.id)).count == 20)
      #expect(Set(records.map(\.builder)).count == 4)
      #expect(records.filter { state.isRunning($0) } == [], "they have ended")
    }
  }

  @Test("knows that the process that writes a journal still runs")
  func builder() async throws {
    try await run { state, _ in
      let record = try state.begin(.rebuild, previous: nil, commit: nil)

      #expect(state.isRunning(record))
    }
  }

  @Test("keeps a journal as it was last saved")
  func save() async throws {
    try await run { state, _ in
      var record = try state.begin(.push, previous: try CommitID(String(repeating: "1", count: 40)), commit: nil)
      record.step = .build
      record.instance = try InstanceID("shop:3001")
      record.outcome = .failed
      record.failure = Failure(
        "building", "it failed", next: "Push again.", excerpt: ["a line", "\"quoted\" \u{1b}[31m"])

      try state.save(record, durable: false)

      #expect(try state.records() == [record])
    }
  }

  @Test("reads the record of a deploy that has finished once, and that of one that has not each time")
  func finished() async throws {
    try await run { state, layout in
      var ended = try state.begin(.push, previous: nil, commit: nil)
      ended.outcome = .live
      try state.save(ended, durable: false)
      var running = try state.begin(.push, previous: nil, commit: nil)
      let before = try state.records()

      // A file that is read now is damaged.
      try Files.write("{", to: layout.record(ended.id), durable: false)
      running.step = .build
      try AppDirectory(app: try AppName("shop"), layout: layout).save(running, durable: false)
      let after = try state.records()
      running.outcome = .failed
      try state.save(running, durable: false)
      ended.outcome = .failed
      try state.save(ended, durable: false)

      #expect(before.map(\.step) == [nil, nil])
      #expect(after.map(\.step) == [nil, .build])
      #expect(try state.records() == [ended, running])
    }
  }

  @Test("points 'current' and the live log at what is live, even when they pointed elsewhere")
  func live() async throws {
    try await run { state, layout in
      let object = try CommitID(String(repeating: "a", count: 40))
      let before = try state.live()

      for id in ["20261123-154512", "20261123-154512-2"] {
        let live = LiveRecord(
          release: try ReleaseID(id), commit: Commit(id: object, tree: object, subject: "A"), deploy: try DeployID(id),
          instance: try InstanceID("shop:3001"), address: nil, origin: nil, environmentMark: nil,
          since: "2026-11-23T15:45:12Z")
        try state.setLive(live)
        #expect(try state.live() == live)
        #expect(try Files.linkTarget(layout.current) == "releases/\(id)")
        #expect(try Files.linkTarget(layout.liveLog) == "\(id).log")
      }

      #expect(before == nil)
    }
  }

  @Test("prunes all journals and logs but those to keep")
  func prune() async throws {
    try await run { state, layout in
      let records = try (0..<3).map { _ in try state.begin(.push, previous: nil, commit: nil) }
      for record in records { try Files.write("output", to: layout.instanceLog(record.id)) }

      try state.prune(keeping: [records[1].id])

      let id = records[1].id.description
      #expect(try state.records() == [records[1]])
      #expect(try Files.list(layout.deploys) == ["\(id).json", "\(id).log"])
      #expect(try Files.list(layout.logs) == ["\(id).log"])
    }
  }

  @Test("reads the environment from its file; without one it is empty")
  func environment() async throws {
    try await run { state, layout in
      let before = try state.environment()
      try Files.write("# keys\nA=1\nB=two words = more\n", to: layout.environment)

      #expect(before == AppEnvironment())
      #expect(try state.environment() == AppEnvironment(["A": .init("1"), "B": .init("two words = more")]))
    }
  }

  @Test("makes the key of server actions once, readable to its owner only")
  func key() async throws {
    try await run { state, layout in
      let key = try state.serverActionsKey()

      #expect(try state.serverActionsKey() == key)
      #expect(key.count == 44, "32 bytes in base64")
      #expect(try Files.status(layout.serverActionsKey)?.mode == 0o600)
    }
  }

  @Test("gives the turn to one at a time")
  func turn() async throws {
    try await run { state, _ in
      let inner = try state.withDeployLock { try state.withDeployLock { "both" } ?? "only the outer" }

      #expect(inner == "only the outer")
      #expect(try state.withDeployLock { "free" } == "free")
    }
  }
}
