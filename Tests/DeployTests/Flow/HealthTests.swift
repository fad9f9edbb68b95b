@testable import Deploy
import Testing

/// An app that has a moment to answer well, so that no test waits.
private let impatient = #"{"health": {"path": "/up", "timeout": 0.001, "status": "200-204"}}"#

@Suite struct `The health check` {
  private func failure(
    _ answer: ProbeAnswer, _ state: InstanceState = .running(process: 7, restarts: 0),
    listeners: [ListeningAddress] = []
  ) throws -> (World, Failure?) {
    let world = try World()
    world.answers = { _ in answer }
    world.stateAfterStart = state
    world.listeners = listeners
    return (world, try world.push("one", World.app("one", project: impatient)).failure)
  }

  @Test(arguments: [
    (ProbeAnswer.status(500), "GET /up answered 500 for 0.001 s, where 200-204 is healthy"),
    (.status(301), "GET /up answered 301 for 0.001 s, where 200-204 is healthy"),
    (.silent, "the app took the connection, but did not answer GET /up within 0.001 s"),
    (.broken("it closed the connection"), "the answer to GET /up is not HTTP (it closed the connection)"),
    (.refused, "the app did not listen on 127.0.0.1:3001 within 0.001 s"),
  ])
  func `names the cause of a bad answer`(_ answer: ProbeAnswer, _ cause: String) throws {
    let (world, failure) = try failure(answer)

    #expect(failure?.cause == cause)
    #expect(failure?.excerpt == ["the app's last words"])
    #expect(world.events("route").isEmpty)
    #expect(world.instances.isEmpty)
  }

  @Test func `names the addresses on which the app listens instead`() throws {
    let listeners = [ListeningAddress(host: "::1", port: 4000), ListeningAddress(host: "127.0.0.1", port: 4000)]

    let (_, failure) = try failure(.refused, listeners: listeners)

    #expect(failure?.cause == "the app listens on 127.0.0.1:4000, [::1]:4000, not on 127.0.0.1:3001")
  }

  @Test(arguments: [
    (InstanceState.waitingToRestart(exit: "exit code 1", restarts: 0), "exit code 1"),
    (.running(process: 8, restarts: 2), "more than once"),
  ])
  func `fails soon when the app ends, with the last lines it wrote`(_ state: InstanceState, _ how: String) throws {
    let world = try World()
    world.answers = { _ in .refused }
    world.stateAfterStart = state

    let record = try world.push("one")

    #expect(record.failure?.cause == "the app ended before it answered (\(how))")
    #expect(record.failure?.excerpt == ["the app's last words"])
    #expect(world.events("ask").count <= 4)
  }

  @Test(arguments: [
    InstanceState.waitingToRestart(exit: "exit code 1", restarts: 1), .running(process: 8, restarts: 1), .lost, .absent,
  ])
  func `does not take another program's answer for that of an app that ended`(_ state: InstanceState) throws {
    let world = try World()
    world.stateAfterStart = state
    world.answers = { _ in .status(200) }

    let record = try world.push("one", World.app("one", project: impatient))

    #expect(record.outcome == .failed)
    #expect(world.events("route").isEmpty)
  }

  @Test func `warns of an app that the outside can reach, and lets it go live`() throws {
    let world = try World()
    let hosts = ["0.0.0.0", "::", "127.0.0.1", "::1"]
    world.listeners = hosts.map { ListeningAddress(host: $0, port: 3001) } + [ListeningAddress(host: "::", port: 80)]

    let record = try world.push("one")

    let warnings = world.progress.lines.filter { $0.hasPrefix("warning: shop listens on") }
    #expect(record.outcome == .live)
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("shop listens on 0.0.0.0:3001, [::]:3001: without a firewall") == true)
  }

  @Test func `does not warn of an app that only this machine can reach`() throws {
    let world = try World()
    world.listeners = ["127.0.0.1", "127.0.0.2", "::1"].map { ListeningAddress(host: $0, port: 3001) }

    try world.push("one")

    #expect(!world.progress.lines.contains { $0.hasPrefix("warning: shop listens on") })
  }

  @Test func `asks until the app answers well`() throws {
    let world = try World()
    var answers: [ProbeAnswer] = [.refused, .silent, .status(503), .status(204)]
    world.answers = { _ in answers.removeFirst() }

    let record = try world.push("one")

    #expect(record.outcome == .live)
    #expect(answers.isEmpty)
    #expect(world.events("ask").count == 4)
  }

  @Test func `says the app's domain, or localhost where it has none`() throws {
    let world = try World()
    world.config.domains = []

    try world.push("one")

    #expect(world.events("ask") == ["ask 3001/ as localhost"])
  }

  @Test func `asks often while the app starts and seldom when that takes long`() {
    #expect(Deployment.pause(after: .refused, elapsed: 0.1) < Deployment.pause(after: .status(500), elapsed: 0.1))
    #expect(Deployment.pause(after: .refused, elapsed: 0.1) < Deployment.pause(after: .refused, elapsed: 6))
    #expect(Deployment.pause(after: .refused, elapsed: 6) < Deployment.pause(after: .refused, elapsed: 20))
  }
}
