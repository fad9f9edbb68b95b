import Deploy
import Adapters
import Posix
import TestKit
import Testing

/// The promises of the seam ServiceManager, which every manager keeps.
///
/// What stops instances is in ServiceManagerContract+Stop.swift, what survives crashes in
/// ServiceManagerContract+Recovery.swift, who else is on their ports in ServiceManagerContract+Strangers.swift.
@Suite("Every service manager")
struct ServiceManagerContract {
  // MARK: Ports

  @Test("gives out ports in order, each once", arguments: TestedBackends.all)
  func order(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let apps = ["shop", "blog", "shop"].map { stage.app($0) }

      let ids = try apps.map { try stage.manager.reserve($0) }

      #expect(ids.map(\.app) == apps)
      // On a server, one that had connections a moment ago is left for later.
      let ports = ids.map(\.port)
      #expect(ports == Set(ports).sorted())
    }
  }

  @Test("passes over a port that somebody listens on", arguments: TestedBackends.all, ["127.0.0.1", "0.0.0.0", "::"])
  func taken(backend: any TestedBackend, host: String) async throws {
    try await Stage.run(backend) { stage in
      let port = try stage.scratch.ports[0]
      try await NodeServer.run(
        stage.scratch, "const server = require('net').createServer()", listen: "\(port), '\(host)'"
      ) { _ in
        let instance = try stage.manager.reserve(stage.app())

        #expect(instance.port > port)
      }
    }
  }

  @Test("gives processes that ask at once a port each", arguments: TestedBackends.all)
  func concurrent(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let same = try stage.same
      await withTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            await #expect(processExitsWith: .success) { [same = same as SameBackend] in
              let manager = try same.manager()
              for _ in 0..<5 { _ = try manager.reserve(same.app) }
            }
          }
        }
      }

      let given = try stage.manager.instances(of: stage.app()).map(\.port)
      #expect(given == same.ports.ports, "twenty were asked for, and there are twenty")
    }
  }

  @Test("says which ports are all taken", arguments: TestedBackends.all)
  func exhausted(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let ports = try PortRange("\(stage.scratch.ports[0])-\(stage.scratch.ports[1])")
      let manager = backend.manager(stage.layout, ports)
      for _ in 0..<2 { _ = try manager.reserve(stage.app()) }

      let failure = #expect(throws: Failure.self) { try manager.reserve(stage.app()) }

      #expect(failure?.cause == "all ports from \(ports.first) to \(ports.last) are taken")
    }
  }

  @Test("says who has them where that is not an instance", arguments: TestedBackends.all)
  func exhaustedByOthers(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      // On a server, those that had connections a moment ago are left for later.
      let ports = try PortRange("\(stage.scratch.ports[30])-\(stage.scratch.ports[31])")
      let manager = backend.manager(stage.layout, ports)
      _ = try manager.reserve(stage.app())

      try await NodeServer.run(
        stage.scratch, "const server = require('net').createServer()", listen: "\(ports.last), '127.0.0.1'"
      ) { server in
        let failure = #expect(throws: Failure.self) { try manager.reserve(stage.app()) }

        let holder = "1 of them by node (process \(server.process)"
        #expect(failure?.cause.contains("are taken, \(holder)") == true, "\(String(describing: failure))")
      }
    }
  }

  @Test("never takes an app for another whose name begins the same way", arguments: TestedBackends.all)
  func names(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let shop = try stage.start(stage.shell(Stage.idle), of: "shop")
      let admin = try stage.start(stage.shell(Stage.idle), of: "shop-admin")

      let before = try ["shop", "shop-admin", "sho"].map { try stage.manager.instances(of: stage.app($0)) }
      try stage.manager.stop(shop)

      #expect(before == [[shop], [admin], []])
      #expect(try stage.manager.instances(of: admin.app) == [admin])
      _ = try stage.process(of: admin)
    }
  }

  // MARK: Running

  @Test("returns from start with the process running, and says so", arguments: TestedBackends.all)
  func start(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = try stage.start(stage.shell(Stage.idle))

      guard case .running(let process, restarts: 0) = try stage.manager.state(of: instance) else {
        Issue.record("it is \(try stage.manager.state(of: instance))")
        return
      }
      #expect(ProcessIdentity(of: process) != nil)
      try wait(until: "the program") { commandLine(process) == "sleep 1000" }
    }
  }

  @Test(
    "runs a service in the environment and directory, and with the log, that it names", arguments: TestedBackends.all)
  func surroundings(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      var service = stage.shell("pwd; env; echo an error >&2; \(Stage.idle)")
      service.environment["ODD"] = #"a  "b" 'c' $HOME \d #e"#

      let instance = try stage.start(service)

      try wait(until: "the output") { try stage.lines().last == "an error" }
      let lines = try stage.lines()
      #expect(lines.first == backend.seen(stage.directory))
      #expect(lines.contains("ODD=" + #"a  "b" 'c' $HOME \d #e"#))
      #expect(lines.contains("PORT=\(instance.port)"))
      // What shells and systemd set by themselves is no inheritance.
      let own: Set = ["PATH", "HOME", "LANG", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "SHLVL", "_"]
      let inherited = CurrentProcess.environment.filter { !own.contains($0.key) }
      try #require(!inherited.isEmpty)
      #expect(inherited.filter { lines.contains("\($0.key)=\($0.value)") } == [:])
    }
  }

  @Test("keeps an instance running when the command that started it has ended", arguments: TestedBackends.all)
  func outlives(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let same = try stage.same

      await #expect(processExitsWith: .success) { [same = same as SameBackend] in
        let manager = try same.manager()
        try manager.start(try manager.reserve(same.app), Stage.service(["/bin/sh", "-c", Stage.idle]))
      }

      let instance = try #require(try stage.manager.instances(of: stage.app()).first)
      _ = try stage.process(of: instance)
    }
  }

  @Test("shows the environment's secrets to nobody else", arguments: TestedBackends.all)
  func secrets(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let secret = "secret-of-\(stage.scratch.ports.first)"
      var service = stage.shell(Stage.idle)
      service.environment["API_KEY"] = secret

      _ = try stage.start(service)

      let processes = try Files.list("/proc").compactMap { Int32($0) }
      #expect(processes.filter { commandLine($0).contains(secret) } == [])
      let directories = try stage.instances().map { "\(stage.layout.instances)/\($0)" } + [stage.directory]
      let files = try directories.flatMap { try stage.scratch.files(below: $0) }.filter {
        try Files.text($0)?.contains(secret) == true
      }
      #expect(!files.isEmpty, "it is written down for restarts")
      let own = try Files.status(stage.directory)?.group
      for status in try files.map({ try Files.status($0) }) {
        #expect(status?.mode == backend.secretMode)
        #expect(status?.group == own)
      }
    }
  }

  @Test("knows nothing of an instance that was never made", arguments: TestedBackends.all)
  func unknown(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let instance = InstanceID(app: stage.app(), port: try stage.scratch.ports[0])

      try stage.manager.stop(instance)
      try stage.manager.drain(instance)
      try stage.manager.revive(instance)

      #expect(try stage.manager.state(of: instance) == .absent)
      #expect(try stage.manager.instances(of: stage.app()) == [])
    }
  }
}
