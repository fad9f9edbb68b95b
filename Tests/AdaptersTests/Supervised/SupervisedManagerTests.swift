import Deploy
import Adapters
import Posix
import TestKit
import Testing

/// What the contract of all managers cannot say, for it is about the supervisor's own files.
@Suite("The embedded manager")
struct SupervisedManagerTests {
  private let backend = SupervisedMachine()

  /// Lets no new status be written, as a full disk does.
  private func fillDisk(_ stage: Stage, _ instance: InstanceID) throws {
    try Files.createDirectory("\(stage.layout.instance(instance))/status.new")
  }

  @Test("adds to the log that a service names")
  func log() async throws {
    try await Stage.run(backend) { stage in
      try Files.write("before\n", to: stage.log)

      _ = try stage.start(stage.shell("echo own; \(Stage.idle)"))

      try wait(until: "its line") { try stage.lines() == ["before", "own"] }
    }
  }

  @Test("refuses to start what it cannot keep a record of, and leaves nothing running")
  func noRecord() async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.manager.reserve(stage.app())
      try fillDisk(stage, instance)

      let failure = #expect(throws: Failure.self) { try stage.manager.start(instance, stage.shell(Stage.idle)) }

      #expect(failure?.excerpt.contains { $0.contains("status") } == true, "\(String(describing: failure))")
      #expect(stage.processes() == [])
    }
  }

  @Test("restarts and stops a program while the disk is full")
  func fullDisk() async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell("echo $$; \(Stage.idle)"))
      let first = try stage.process(of: instance)
      try wait(until: "the first start") { try stage.lines().count == 1 }
      try fillDisk(stage, instance)
      first.signal(.kill)

      try wait(until: "the second start") { try stage.lines().count == 2 }
      #expect(stage.processes("sleep 1000").count == 1)
      try stage.manager.drain(instance)

      try stage.waitForEnd(of: instance)
      #expect(try stage.lines().count == 2, "it was not started again")
    }
  }

  @Test("says of an instance that was never started that nothing keeps it running")
  func neverStarted() async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.manager.reserve(stage.app())

      #expect(try stage.manager.state(of: instance) == .lost)
      try stage.manager.stop(instance)
      #expect(try stage.manager.state(of: instance) == .absent)
    }
  }
}
