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

      try stage.makeRelease(of: instance, by: stage.manager)
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

  // MARK: Expecting

  @Test(
    "goes on with an instance that was begun before the deploy, which only that deploy takes",
    arguments: TestedBackends.all)
  func expected(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.prepare(stage.app())
      guard let expected = try stage.expectDeploy() else { return }
      let instance = expected.instance
      let deploy = try stage.backend(expecting: instance)
      #expect(try deploy.instances(of: stage.app()) == [])
      #expect(try stage.instances() == [instance.description])
      let second = try stage.backend.expectDeploy(of: stage.app(), withInstance: true, on: stage.scratch.ports.range) {
        _ in
        Limits()
      }
      #expect(second == nil, "an app takes one port so, however many push")

      #expect(try deploy.prepare(stage.app(), for: ReleaseID(Stage.release)) == instance)
      #expect(try deploy.instances(of: stage.app()) == [instance])
      // Whoever has received the push ends; the deploy goes on.
      try expected.end()
      try stage.makeRelease(of: instance, by: deploy)
      try deploy.start(instance, stage.shell("cat text; \(Stage.idle)"))

      try wait(until: "the start") { try stage.lines() == ["made meanwhile"] }
      try backend.kill(stage.process(of: instance), of: instance)
      try wait(until: "the second") { try stage.lines() == ["made meanwhile", "made meanwhile"] }
    }
  }

  @Test("leaves nothing of an instance that was begun for a deploy which did not come", arguments: TestedBackends.all)
  func expectedInVain(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.prepare(stage.app())
      var expected = try stage.expectDeploy()
      guard let instance = expected?.instance else { return }

      try expected?.end()
      expected = nil

      try stage.waitForEnd(of: instance)
      #expect(try stage.instances().isEmpty)
      // A deploy that comes too late has one of its own.
      let deploy = try stage.backend(expecting: instance)
      try deploy.stop(#require(try deploy.prepare(stage.app(), for: ReleaseID(Stage.release))))
    }
  }

  @Test("starts an instance that was begun, and then lost who began it", arguments: TestedBackends.all)
  func expectedAndLeft(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.prepare(stage.app())
      var expected = try stage.expectDeploy()
      guard let instance = expected?.instance else { return }
      let deploy = try stage.backend(expecting: instance)
      #expect(try deploy.prepare(stage.app(), for: ReleaseID(Stage.release)) == instance)

      expected = nil
      try wait(until: "its end") { stage.processes().isEmpty }
      try stage.makeRelease(of: instance, by: deploy)
      try deploy.start(instance, stage.shell("cat text; \(Stage.idle)"))

      // Before it, the unit may have said that its deploy was gone.
      try wait(until: "the start") {
        try stage.lines().filter { !$0.hasPrefix("nextdeploy: the deploy that prepared") } == ["made meanwhile"]
      }
      #expect(try deploy.state(of: instance) != .prepared)
    }
  }
}

extension Stage {
  fileprivate func expectDeploy() throws -> (any ExpectedDeploy)? {
    let expected = try backend.expectDeploy(of: app(), withInstance: true, on: scratch.ports.range) { _ in Limits() }
    #expect((expected == nil) == !backend.capabilities.isolation)
    return expected
  }

  /// As the deploy has it that comes of what was expected.
  fileprivate func backend(expecting instance: InstanceID) throws -> any ServiceManager {
    try Backends.choose(
      layout, environment: CurrentProcess.environment, supervisor: ThisProject.supervisor, isBooting: false,
      expected: instance
    ).services(on: scratch.ports.range) { _ in Limits() }
  }

  fileprivate func makeRelease(of instance: InstanceID, by manager: any ServiceManager) throws {
    let place = try manager.place(of: instance) ?? unfinished
    try Files.makeDirectory("\(place)/app")
    try Files.write("made meanwhile\n", to: "\(place)/app/text")
    try manager.settle(instance)
    try Files.remove(layout.app(app()).releases + "/\(Self.release)")
    try Files.rename(place, to: layout.app(app()).releases + "/\(Self.release)")
  }

  /// Where the release is made, unless the instance has a place for it.
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
