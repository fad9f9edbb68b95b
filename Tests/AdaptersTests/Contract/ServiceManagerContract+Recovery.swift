import Deploy
import Adapters
import Posix
import TestKit
import Testing

extension ServiceManagerContract {
  // MARK: The program ends

  @Test("starts a program that ended again, after pauses that grow", arguments: TestedBackends.all)
  func restart(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell("date +%s%N; exit 3"))

      // Between them the manager may say how long it waits.
      let times = try wait(for: "five starts") {
        let times = try stage.lines().compactMap { Int($0) }
        return times.count >= 5 ? times : nil
      }

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
    "says how a program ended", arguments: TestedBackends.all,
    [("exit 3", "exit code 3"), ("exit 0", "exit code 0"), ("kill -9 $$", "signal 9"), ("kill -11 $$", "signal 11")])
  func exit(backend: any TestedBackend, ending: (script: String, words: String)) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(ending.script))

      let exit = try wait(for: "the program's end") {
        if case .waitingToRestart(let exit, _) = try stage.manager.state(of: instance) { exit } else { nil }
      }

      #expect(exit == ending.words)
    }
  }

  @Test("ends what a program left before it starts it again", arguments: TestedBackends.all)
  func leftovers(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell("setsid sleep 1001 & sleep 1002 & echo ready; \(Stage.idle)"))
      try wait(until: "its children") { (1001...1002).allSatisfy { !stage.processes("sleep \($0)").isEmpty } }
      let old = stage.processes("sleep 100")

      try backend.kill(stage.process(of: instance), of: instance)

      try wait(until: "the second start") { try stage.lines() == ["ready", "ready"] }
      #expect(old.filter(\.isRunning) == [])
    }
  }

  @Test("waits for a program that is missing, and starts it once it is there", arguments: TestedBackends.all)
  func missing(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let told = "./program"

      let instance = try stage.start(Stage.service([told]))

      try wait(until: "the failure") { try stage.manager.state(of: instance).isWaiting }
      if case .waitingToRestart(let exit, _) = try stage.manager.state(of: instance), !exit.contains(told) {
        try wait(until: "the reason") { try stage.lines().contains { $0.contains(told) } }
      }
      try Files.write("#!/bin/sh\n\(Stage.idle)\n", to: "\(stage.directory)/program", mode: 0o755)
      _ = try stage.process(of: instance)
    }
  }

  // MARK: The manager ends

  @Test("revives an instance whose keeper was killed: one process of it runs", arguments: TestedBackends.all)
  func revive(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.node("answer.end('hello')"))
      _ = try stage.connect(to: instance)
      let old = try stage.process(of: instance)
      try backend.lose(instance, old)
      #expect(try stage.manager.state(of: instance) == .lost)

      try stage.manager.revive(instance)

      let new = try stage.process(of: instance)
      #expect(new != old)
      let connection = try stage.connect(to: instance)
      try connection.send("GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
      _ = try connection.receive("hello")
      // Once it has answered: before that, systemd may not yet have executed the program.
      #expect(stage.processes("createServer") == [new])
    }
  }

  @Test("revives an instance of which nothing is left, as after a power loss", arguments: TestedBackends.all)
  func powerLoss(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))
      let old = try stage.process(of: instance)
      try backend.lose(instance, old)
      try backend.kill(old, of: instance)
      try wait(until: "its end") { !old.isRunning }

      try stage.manager.revive(instance)

      #expect(try stage.process(of: instance) != old)
    }
  }

  @Test("leaves a running instance as it is when it is told to revive it", arguments: TestedBackends.all)
  func reviveRunning(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))
      try wait(until: "the program") { stage.processes("sleep 1000").count == 1 }
      let before = try stage.manager.state(of: instance)

      try stage.manager.revive(instance)

      #expect(try stage.manager.state(of: instance) == before)
      #expect(stage.processes("sleep 1000").count == 1)
    }
  }

  @Test("stops an instance whose keeper was killed", arguments: TestedBackends.all, ["stop", "drain"])
  func stopLost(backend: any TestedBackend, way: String) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))
      try backend.lose(instance, stage.process(of: instance))

      if way == "stop" { try stage.manager.stop(instance) } else { try stage.manager.drain(instance) }

      try stage.waitForEnd(of: instance)
      #expect(stage.processes() == [])
    }
  }

  // MARK: Many at once

  @Test("answers about an instance while it starts and stops, and disturbs neither", arguments: TestedBackends.all)
  func asked(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let (same, end) = (try stage.same, "\(stage.scratch.path)/end")
      async let asker: Void = expectAnswers(same, until: end)
      // The other process asks until this is there, whatever becomes of this test.
      defer { _ = try? Files.write("", to: end) }
      // The other process begins when a thread of the tests is free: this one is free meanwhile.
      while !Files.exists("\(end).asked") { try await Task.sleep(for: .milliseconds(5)) }

      do {
        for _ in 0..<20 { try stage.manager.stop(try stage.start(stage.shell(Stage.idle))) }
      } catch { Issue.record(error) }

      try Files.write("", to: end)
      await asker
      #expect(try stage.instances() == [])
    }
  }

  /// Another process that asks about the first instance all the time until a file is there.
  private func expectAnswers(_ same: SameBackend, until file: String) async {
    await #expect(processExitsWith: .success) { [same, file] in
      let manager = try same.manager()
      let instance = InstanceID(app: same.app, port: same.ports.first)
      while !Files.exists(file) {
        _ = try manager.state(of: instance)
        if !Files.exists("\(file).asked") { try Files.write("", to: "\(file).asked") }
      }
    }
  }
}
