import Deploy
import Adapters
import Posix
import TestKit
import Testing

extension ServiceManagerContract {
  @Test("says who else listens on an instance's port", arguments: TestedBackends.all, ["127.0.0.1", "0.0.0.0", "::1"])
  func strangers(backend: any TestedBackend, host: String) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))
      #expect(try stage.manager.strangers(at: instance) == [])

      try await NodeServer.run(
        stage.scratch, "const server = require('net').createServer()", listen: "\(instance.port), '\(host)'"
      ) { server in
        let strangers = try stage.manager.strangers(at: instance)

        #expect(strangers.map(\.address) == [ListeningAddress(host: host, port: instance.port.number)])
        #expect(strangers.first?.name.hasPrefix("node (process \(server.process)") == true, "\(strangers)")
      }
    }
  }

  @Test("takes nothing that an instance started for a stranger, wherever it went", arguments: TestedBackends.all)
  func noStrangers(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let server = "require('http').createServer().listen(process.env.PORT, '127.0.0.1')"
      let instance = try stage.start(stage.shell("(setsid node -e \"\(server)\" &)\n\(Stage.idle)"))
      _ = try stage.connect(to: instance)

      #expect(try stage.manager.strangers(at: instance) == [])
    }
  }
}
