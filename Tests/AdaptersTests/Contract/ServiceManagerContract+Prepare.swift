import Adapters
import Deploy
import Posix
import TestKit
import Testing

extension ServiceManagerContract {
  // MARK: Preparing

  @Test("runs a release that was made after its instance was prepared, and again later", arguments: TestedBackends.all)
  func prepared(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.prepareInstance()

      try Files.write("made meanwhile\n", to: "\(stage.unfinished)/app/text")
      try Files.remove(stage.layout.app(stage.app()).releases + "/\(Stage.release)")
      try Files.rename(stage.unfinished, to: stage.layout.app(stage.app()).releases + "/\(Stage.release)")
      try stage.manager.start(instance, stage.shell("cat text; \(Stage.idle)"))

      try wait(until: "the first start") { try stage.lines() == ["made meanwhile"] }
      try backend.kill(stage.process(of: instance), of: instance)
      try wait(until: "the second") { try stage.lines() == ["made meanwhile", "made meanwhile"] }
    }
  }

  @Test("leaves nothing of an instance that is stopped while it is prepared", arguments: TestedBackends.all)
  func preparedInVain(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.prepareInstance()

      try stage.manager.stop(instance)

      #expect(try stage.manager.state(of: instance) == .absent)
      #expect(try stage.instances().isEmpty)
      #expect(stage.processes().isEmpty)
    }
  }

  @Test("leaves nothing running of an instance whose deploy is gone before it starts it", arguments: TestedBackends.all)
  func preparedAndLeft(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.prepare(stage.app())
      let same = try stage.same
      await #expect(processExitsWith: .success) { [same = same as SameBackend] in
        let manager = try same.manager()
        if try manager.prepare(same.app, for: ReleaseID(Stage.release)) == nil { _ = try manager.reserve(same.app) }
      }
      let instance = try #require(stage.manager.instances(of: stage.app()).first)

      try wait(until: "its end") { stage.processes().isEmpty }
      try stage.manager.drain(instance)
      try stage.waitForEnd(of: instance)
    }
  }
}

extension Stage {
  /// Where the release is made.
  fileprivate var unfinished: String { "\(layout.app(app()).releases)/\(Self.release).unfinished" }

  /// An instance that waits for its release.
  fileprivate func prepareInstance() throws -> InstanceID {
    try prepare(app())
    // A backend that need not prepare anything does without.
    let instance = try manager.prepare(app(), for: ReleaseID(Self.release)) ?? manager.reserve(app())
    try Files.makeDirectory("\(unfinished)/app")
    return instance
  }
}
