import Deploy
import Adapters
import Posix
import TestKit
import Testing

extension ServiceManagerContract {
  // MARK: Draining

  /// A server that answers half, and the other half when the request's body comes.
  private static let halves = """
    answer.write('half '); request.on('data', data => answer.end('and ' + data))
    """
  private static let request = "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\nConnection: close\r\n\r\n"

  @Test("drains: an open connection ends by itself, then the instance is stopped", arguments: TestedBackends.all)
  func drain(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let busy = try stage.start(stage.node(Self.halves, drain: 600))
      let idle = try stage.start(stage.node(Self.halves, drain: 600))
      let connection = try stage.connect(to: busy)
      try connection.send(Self.request)
      _ = try connection.receive("half ")

      try stage.manager.drain(busy)
      try stage.manager.drain(idle)

      // The idle one shows how long it takes where there is nothing to wait for.
      try stage.waitForEnd(of: idle)
      #expect(try stage.manager.state(of: busy) == .draining)
      try connection.send("rest")
      #expect(try connection.receive("rest").contains("and rest"))
      #expect(connection.isEnded())
      try stage.waitForEnd(of: busy)
    }
  }

  @Test("ends a drain that takes longer than its deadline", arguments: TestedBackends.all)
  func drainDeadline(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.node(Self.halves, drain: 0.7))
      let connection = try stage.connect(to: instance)
      let start = ContinuousClock.now

      try stage.manager.drain(instance)

      try stage.waitForEnd(of: instance)
      #expect(ContinuousClock.now - start >= .seconds(0.7))
      #expect(connection.isEnded())
    }
  }

  @Test("cuts a drain short when it is told to stop", arguments: TestedBackends.all)
  func stopWhileDraining(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.node(Self.halves, drain: 600))
      let connection = try stage.connect(to: instance)
      try stage.manager.drain(instance)
      try wait(until: "the drain") { try stage.manager.state(of: instance) == .draining }

      try stage.manager.stop(instance)

      #expect(try stage.manager.state(of: instance) == .absent)
      #expect(connection.isEnded())
    }
  }

  // MARK: Stopping

  @Test("stops at once, without draining, and leaves nothing", arguments: TestedBackends.all)
  func stop(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.node(Self.halves, drain: 600))
      let connection = try stage.connect(to: instance)

      try stage.manager.stop(instance)

      #expect(try stage.manager.state(of: instance) == .absent)
      #expect(try stage.manager.instances(of: instance.app) == [])
      #expect(stage.processes() == [])
      #expect(try stage.instances() == [])
      #expect(connection.isEnded())
      #expect(Socket.isFree(instance.port.number))
      // On a server another may be taken, as long as connections of a moment ago hide who else may have the port.
      #expect(try stage.manager.reserve(instance.app).app == instance.app)
    }
  }

  @Test("returns from stop when nothing is left, however often it is asked to", arguments: TestedBackends.all)
  func stopReturns(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      for _ in 0..<20 {
        let instance = try stage.start(stage.shell(Stage.idle))

        try stage.manager.stop(instance)

        #expect(try stage.manager.state(of: instance) == .absent)
        #expect(stage.processes() == [])
      }
    }
  }

  @Test("asks a program to end before it ends it", arguments: TestedBackends.all)
  func asks(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(
        stage.shell("trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.02; done"))
      try wait(until: "the trap") { try stage.lines() == ["ready"] }

      try stage.manager.stop(instance)

      try wait(until: "its answer") { try stage.lines().contains("asked") }
    }
  }

  @Test("ends a program that does not end when it is asked", arguments: TestedBackends.all)
  func kill(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(
        stage.shell("trap '' TERM; echo ready; while :; do sleep 0.02; done", stop: 0.7))
      try wait(until: "the trap") { try stage.lines() == ["ready"] }
      let start = ContinuousClock.now

      try stage.manager.stop(instance)

      #expect(ContinuousClock.now - start >= .seconds(0.7))
      #expect(stage.processes() == [])
    }
  }

  @Test("stops a program that waits for its next start", arguments: TestedBackends.all, ["stop", "drain"])
  func stopWhileWaiting(backend: any TestedBackend, way: String) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell("exit 1", drain: 600))
      try wait(until: "its end") { try stage.manager.state(of: instance).isWaiting }

      if way == "stop" { try stage.manager.stop(instance) } else { try stage.manager.drain(instance) }

      try stage.waitForEnd(of: instance)
    }
  }

  @Test("ends all that a program started, whatever it left", arguments: TestedBackends.all, Ending.allCases)
  func grandchildren(backend: any TestedBackend, ending: Ending) async throws {
    try await Stage.run(backend) { stage in
      let inGroup = "sleep 1001 &"
      let ownSession = "setsid sleep 1002 &"
      let daemon = "(setsid sh -c 'trap \"\" TERM; sleep 1003; :' &)"
      let instance = try stage.start(
        stage.node(Self.halves, drain: ending == .endsWhileDraining ? 600 : 0).started(after: [
          inGroup, ownSession, daemon,
        ]))
      let connection = try stage.connect(to: instance)
      try wait(until: "its children") { (1001...1003).allSatisfy { !stage.processes("sleep \($0)").isEmpty } }

      switch ending {
      case .stop: try stage.manager.stop(instance)
      case .drain: try stage.manager.drain(instance)
      case .endsWhileDraining:
        let process = try stage.process(of: instance)
        try stage.manager.drain(instance)
        try wait(until: "the drain") { try stage.manager.state(of: instance) == .draining }
        try backend.kill(process, of: instance)
      }

      try stage.waitForEnd(of: instance)
      #expect(connection.isEnded())
      try wait(until: "the end of all of it") { stage.processes().isEmpty }
    }
  }

  /// The ways in which an instance can end for good.
  enum Ending: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case stop = "when it is stopped"
    case drain = "when it has drained"
    case endsWhileDraining = "when it ends by itself while it drains"

    var testDescription: String { rawValue }
  }
}

extension InstanceState {
  var isWaiting: Bool { if case .waitingToRestart = self { true } else { false } }
}

extension Service {
  /// The same after a shell has run these lines, as the same process.
  func started(after lines: [String]) -> Service {
    var service = self
    service.arguments = ["/bin/sh", "-c", lines.joined(separator: "\n") + "\nexec \"$@\"", "sh"] + arguments
    return service
  }
}
