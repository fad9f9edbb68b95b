import Deploy
import Posix
import ProcessSupervision
import TestKit
import Testing

@testable import Adapters

/// The promises of the seam CaddyService, which every backend's Caddy keeps.
///
/// One after the other: on a server all tests have the same Caddy.
@Suite("The Caddy of every backend", .serialized)
struct CaddyContract {
  private static let broken = "http://:1 {\n\tno_such_directive\n}\n"

  // MARK: Loading

  @Test("serves what is on the disk once it has loaded that, and nothing else any more", arguments: TestedBackends.all)
  func reload(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let port = try stage.writeSite(answering: "one")
      try stage.backend.caddy.reload()
      #expect(try stage.get(port) == "one")
      let process = try #require(try stage.backend.caddy.process)

      try stage.writeSite(answering: "two")
      let other = try stage.writeSite(answering: "other", as: "other")
      #expect(try stage.get(port) == "one", "it was not told yet")
      try stage.backend.caddy.reload()
      #expect(try stage.get(port) == "two")
      #expect(try stage.get(other) == "other")
      try stage.removeSite("other")
      try stage.backend.caddy.reload()

      #expect(try stage.get(other) == nil)
      #expect(try stage.get(port) == "two")
      #expect(try stage.backend.caddy.process == process)
    }
  }

  @Test(
    "says what is wrong with a configuration that it does not take, and goes on as before",
    arguments: TestedBackends.all)
  func rejected(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let caddy = stage.backend.caddy
      let port = try stage.writeSite(answering: "one")
      try caddy.reload()
      let process = try #require(try caddy.process)
      try stage.writeSite(answering: "two")
      try stage.writeSite(Self.broken, as: "broken")

      let failure = #expect(throws: Failure.self) { try caddy.reload() }

      #expect(failure?.cause.contains("no_such_directive") == true, "\(String(describing: failure))")
      #expect(failure?.cause.contains("\(stage.prefix)broken.caddy") == true, "\(String(describing: failure))")
      #expect(failure?.next.isEmpty == false)
      #expect(try stage.get(port) == "one")
      #expect(try caddy.process == process)
      #expect(try caddy.addresses() == nil)
      #expect(throws: Failure.self) { try caddy.requireStartable() }
      try stage.removeSite("broken")
      try caddy.requireStartable()
      try caddy.reload()
      #expect(try stage.get(port) == "two")
    }
  }

  @Test("checks sites before they are loaded, and says what it would not take", arguments: TestedBackends.all)
  func validate(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let caddy = stage.backend.caddy
      let port = try stage.writeSite(answering: "one")
      try caddy.reload()
      // Not where Caddy would read them.
      let good = "\(stage.scratch.path)/good"
      try stage.scratch.write(["good": "http://:\(port) {\n\trespond two\n}\n", "broken": Self.broken])
      let files = try Files.list(caddy.sites)

      try caddy.validate(sites: [good])
      let failure = #expect(throws: Failure.self) {
        try caddy.validate(sites: [good, "\(stage.scratch.path)/broken"])
      }
      // Each is right by itself.
      let both = [good, "\(caddy.sites)/\(stage.prefix)*"]
      let twice = #expect(throws: Failure.self) { try caddy.validate(sites: both) }

      #expect(failure?.cause.contains("no_such_directive") == true, "\(String(describing: failure))")
      #expect(twice?.cause.contains("ambiguous site definition") == true, "\(String(describing: twice))")
      #expect(try Files.list(caddy.sites) == files)
      #expect(try stage.get(port) == "one")
    }
  }

  @Test("knows where it would listen", arguments: TestedBackends.all)
  func addresses(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let port = try stage.writeSite(answering: "one")
      try stage.writeSite("http://127.0.0.1:\(stage.scratch.ports[37]) {\n}\n", as: "local")

      let addresses = try #require(try stage.backend.caddy.addresses())

      #expect(addresses.isSuperset(of: [CaddyAddress(host: nil, port: port.number)]))
      // Caddy tells requests apart by a site's address, and listens on all.
      #expect(addresses.contains { $0.port == (try? stage.scratch.ports[37].number) })
    }
  }

  // MARK: Running

  @Test("is seen as it is while it runs", arguments: TestedBackends.all)
  func running(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let caddy = stage.backend.caddy
      let port = try stage.writeSite(answering: "one")
      try caddy.ensureRunning()
      try caddy.reload()

      #expect(try caddy.isRunning)
      #expect(try caddy.obstacle()?.cause == nil)
      let process = try #require(try caddy.process)
      #expect(commandLine(process.id).contains("caddy run"))
      let listeners = ConnectionTable.listeners(on: [port.number])
      #expect(!listeners.isEmpty && listeners.allSatisfy(process.has))
      #expect(process.leftovers() == [])
      let told = try runProgram(["caddy", "version"], environment: caddy.environment)
      #expect(try caddy.version == CaddyProgram.version(in: told))
      #expect(try caddy.version != nil)
    }
  }

  @Test("is another process with the same sites once it was restarted", arguments: TestedBackends.all)
  func restart(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let caddy = stage.backend.caddy
      try stage.writeSite(answering: "one")
      try caddy.reload()
      let before = try #require(try caddy.process)
      let port = try stage.writeSite(answering: "two")

      try caddy.restart()

      #expect(try caddy.isRunning)
      let after = try #require(try caddy.process)
      #expect(after != before)
      try wait(until: "it to answer") { try stage.get(port) == "two" }
    }
  }

  @Test("serves what it is told to load, or says that it does not run", arguments: TestedBackends.all)
  func notRunning(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let caddy = stage.backend.caddy
      let port = try stage.writeSite(answering: "one")
      try backend.withoutCaddy(stage) {
        #expect(try !caddy.isRunning)
        #expect(try caddy.process == nil)
        let obstacle = try caddy.obstacle()?.cause

        do {
          try caddy.reload()
          #expect(obstacle == nil)
          #expect(try stage.get(port) == "one")
        } catch let failure as Failure {
          #expect(failure.cause == "Caddy does not run")
          #expect(obstacle == "Caddy does not run")
          #expect(!failure.next.isEmpty)
        }
        #expect(try caddy.isRunning == (obstacle == nil))
        #expect(try caddy.isRunning == backend.hasOwnCaddy)
      }
    }
  }

  @Test("is stopped where it serves nothing but nextdeploy's sites", arguments: TestedBackends.all)
  func stop(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let caddy = stage.backend.caddy
      let port = try stage.writeSite(answering: "one")
      try caddy.reload()
      #expect(try stage.get(port) == "one")

      try caddy.stop()
      try caddy.stop()

      #expect(try caddy.isRunning != backend.hasOwnCaddy)
      #expect(try stage.get(port) == (backend.hasOwnCaddy ? nil : "one"))
      #expect(stage.processes() == [])
    }
  }
}
