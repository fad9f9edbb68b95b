import Deploy
import Host
import Posix
import Testing

extension ServiceManagerContract {
  // MARK: The program ends

  @Test("starts a program that ended again, after pauses that grow", arguments: Backend.all)
  func restart(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell("date +%s%N; exit 3"))

      try wait(until: "five starts") { try stage.lines().count >= 5 }

      let times = try stage.lines().prefix(5).map { try #require(Int($0)) }
      // Lower bounds: a busy machine makes pauses longer, never shorter.
      for (gap, pause) in zip(zip(times, times.dropFirst()), [100, 200, 400, 800]) {
        #expect(gap.1 - gap.0 >= pause * 1_000_000, "\(times)")
      }
      try wait(until: "the count of them") {
        guard case .waitingToRestart(_, let restarts) = try stage.manager.state(of: instance) else { return false }
        return restarts >= 4
      }
    }
  }

  @Test(
    "says how a program ended", arguments: Backend.all,
    [("exit 3", "exit code 3"), ("exit 0", "exit code 0"), ("kill -9 $$", "signal 9"), ("kill -11 $$", "signal 11")])
  func exit(backend: Backend, ending: (script: String, words: String)) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(ending.script))

      let exit = try wait(for: "the program's end") {
        if case .waitingToRestart(let exit, _) = try stage.manager.state(of: instance) { exit } else { nil }
      }

      #expect(exit == ending.words)
    }
  }

  @Test("ends what a program left before it starts it again", arguments: Backend.all)
  func leftovers(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell("setsid sleep 1001 & sleep 1002 & echo ready; \(Stage.idle)"))
      try wait(until: "its children") { (1001...1002).allSatisfy { !stage.scratch.processes("sleep \($0)").isEmpty } }
      let old = stage.scratch.processes("sleep 100")

      try stage.process(of: instance).signal(.kill)

      try wait(until: "the second start") { try stage.lines() == ["ready", "ready"] }
      #expect(old.filter(\.isRunning) == [])
    }
  }

  @Test("waits for a program that is missing, and starts it once it is there", arguments: Backend.all)
  func missing(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let program = "\(stage.directory)/program"

      let instance = try stage.start(stage.service([program]))

      try wait(until: "the failure") { try stage.manager.state(of: instance).isWaiting }
      guard case .waitingToRestart(let exit, _) = try stage.manager.state(of: instance) else { return }
      #expect(exit.contains(program))
      try stage.scratch.write(["app/program": "#!/bin/sh\n\(Stage.idle)\n"])
      _ = try stage.process(of: instance)
    }
  }

  // MARK: The manager ends

  @Test("revives an instance whose keeper was killed: one process of it runs", arguments: Backend.all)
  func revive(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.node("answer.end('hello')"))
      _ = try stage.connect(to: instance)
      let old = try stage.process(of: instance)
      try backend.lose(old)
      #expect(try stage.manager.state(of: instance) == .lost)

      try stage.manager.revive(instance)

      let new = try stage.process(of: instance)
      #expect(new != old)
      #expect(stage.scratch.processes("createServer") == [new])
      let connection = try stage.connect(to: instance)
      try connection.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
      _ = try connection.receive("hello")
    }
  }

  @Test("revives an instance of which nothing is left, as after a power loss", arguments: Backend.all)
  func powerLoss(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))
      let old = try stage.process(of: instance)
      try backend.lose(old)
      old.signal(.kill)
      try wait(until: "its end") { !old.isRunning }

      try stage.manager.revive(instance)

      #expect(try stage.process(of: instance) != old)
    }
  }

  @Test("leaves a running instance as it is when it is told to revive it", arguments: Backend.all)
  func reviveRunning(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))
      let before = try stage.manager.state(of: instance)

      try stage.manager.revive(instance)

      #expect(try stage.manager.state(of: instance) == before)
      #expect(stage.scratch.processes("sleep 1000").count == 1)
    }
  }

  @Test("stops an instance whose keeper was killed", arguments: Backend.all, ["stop", "drain"])
  func stopLost(backend: Backend, way: String) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))
      try backend.lose(try stage.process(of: instance))

      if way == "stop" { try stage.manager.stop(instance) } else { try stage.manager.drain(instance) }

      try stage.waitForEnd(of: instance)
      #expect(stage.scratch.processes() == [])
    }
  }

  // MARK: Many at once

  @Test("answers about an instance while it starts and stops, and disturbs neither", arguments: Backend.all)
  func asked(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let (same, end) = (try stage.same, "\(stage.scratch.path)/end")
      async let asker: Void = expectAnswers(same, until: end)
      // The other process asks until this is there, whatever becomes of this test.
      defer { _ = try? Files.write("", to: end) }
      try wait(until: "the first question") { Files.exists("\(end).asked") }

      do {
        for _ in 0..<20 { try stage.manager.stop(try stage.start(stage.shell(Stage.idle))) }
      } catch { Issue.record(error) }

      try Files.write("", to: end)
      await asker
      #expect(try Files.list(stage.layout.instances) == [])
    }
  }

  /// Another process that asks about the first instance all the time until a file is there.
  private func expectAnswers(_ same: SameManager, until file: String) async {
    await #expect(processExitsWith: .success) { [same, file] in
      let manager = try same.manager()
      let instance = InstanceID(app: try AppName("shop"), port: same.ports.first)
      while !Files.exists(file) {
        _ = try manager.state(of: instance)
        if !Files.exists("\(file).asked") { try Files.write("", to: "\(file).asked") }
      }
    }
  }
}
