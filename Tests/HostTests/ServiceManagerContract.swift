import Deploy
import Host
import Posix
import Testing

/// The promises of the seam ServiceManager, which every manager keeps.
///
/// What stops instances is in ServiceManagerContract+Stop.swift, what survives crashes in
/// ServiceManagerContract+Recovery.swift.
@Suite("Every service manager")
struct ServiceManagerContract {
  /// A cancelled test is not told of; this one says by name what is not tested. In CI that is a failure.
  @Test("is tested on this machine", arguments: Backend.all)
  func isTested(backend: Backend) {
    guard let obstacle = backend.obstacle() else { return }
    let isCI = CurrentProcess.environment["CI"] == "true"
    Issue.record("the \(backend.name) manager is not tested here: \(obstacle)", severity: isCI ? .error : .warning)
  }

  // MARK: Ports

  @Test("gives out ports in order, each once", arguments: Backend.all)
  func order(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let ids = try ["shop", "blog", "shop"].map { try stage.manager.reserve(AppName($0)) }

      let first = stage.scratch.ports.first
      #expect(ids.map(\.description) == ["shop:\(first)", "blog:\(first + 1)", "shop:\(first + 2)"])
    }
  }

  @Test("passes over a port that somebody listens on", arguments: Backend.all, ["127.0.0.1", "0.0.0.0", "::"])
  func taken(backend: Backend, host: String) async throws {
    try await Stage.run(backend) { stage in
      let port = try stage.scratch.ports[0]
      try await NodeServer.run(
        stage.scratch, "const server = require('net').createServer()", listen: "\(port), '\(host)'"
      ) { _ in
        let instance = try stage.manager.reserve(AppName("shop"))

        #expect(try instance.port == stage.scratch.ports[1])
      }
    }
  }

  @Test("gives processes that ask at once a port each", arguments: Backend.all)
  func concurrent(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let same = try stage.same
      await withTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            await #expect(processExitsWith: .success) { [same = same as SameManager] in
              let manager = try same.manager()
              for _ in 0..<5 { _ = try manager.reserve(AppName("shop")) }
            }
          }
        }
      }

      let given = try stage.manager.instances(of: AppName("shop")).map(\.port)
      #expect(given == same.ports.ports, "twenty were asked for, and there are twenty")
    }
  }

  @Test("says which ports are all taken", arguments: Backend.all)
  func exhausted(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let ports = try PortRange("\(stage.scratch.ports[0])-\(stage.scratch.ports[1])")
      let manager = backend.make(stage.layout, ports)
      for _ in 0..<2 { _ = try manager.reserve(AppName("shop")) }

      let failure = #expect(throws: Failure.self) { try manager.reserve(AppName("shop")) }

      #expect(failure?.cause == "all ports from \(ports.first) to \(ports.last) are taken")
    }
  }

  @Test("never takes an app for another whose name begins like it", arguments: Backend.all)
  func names(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let shop = try stage.start(stage.shell(Stage.idle), of: "shop")
      let admin = try stage.start(stage.shell(Stage.idle), of: "shop-admin")

      let before = try ["shop", "shop-admin", "sho"].map { try stage.manager.instances(of: AppName($0)) }
      try stage.manager.stop(shop)

      #expect(before == [[shop], [admin], []])
      #expect(try stage.manager.instances(of: AppName("shop-admin")) == [admin])
      _ = try stage.process(of: admin)
    }
  }

  // MARK: Running

  @Test("returns from start with the process running, and says so", arguments: Backend.all)
  func start(backend: Backend) async throws {
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

  @Test("runs a service in the environment and directory, and with the log, that it names", arguments: Backend.all)
  func surroundings(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      var service = stage.shell("pwd; env; echo an error >&2; \(Stage.idle)")
      service.environment["ODD"] = #"a  "b" 'c' $HOME \d #e"#
      try Files.write("before\n", to: stage.log)

      let instance = try stage.start(service)

      try wait(until: "the output") { try stage.lines().last == "an error" }
      let lines = try stage.lines()
      #expect(lines.prefix(2) == ["before", stage.directory])
      #expect(lines.contains("ODD=" + #"a  "b" 'c' $HOME \d #e"#))
      #expect(lines.contains("PORT=\(instance.port)"))
      // What shells and systemd set by themselves is no inheritance.
      let own: Set = ["PATH", "HOME", "LANG", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "SHLVL", "_"]
      let inherited = CurrentProcess.environment.filter { !own.contains($0.key) }
      try #require(!inherited.isEmpty)
      #expect(inherited.filter { lines.contains("\($0.key)=\($0.value)") } == [:])
    }
  }

  @Test("keeps an instance running when the command that started it has ended", arguments: Backend.all)
  func outlives(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let (same, idle) = (try stage.same, stage.shell(Stage.idle))

      await #expect(processExitsWith: .success) { [same = same as SameManager, idle = idle as Service] in
        let manager = try same.manager()
        try manager.start(try manager.reserve(AppName("shop")), idle)
      }

      let instance = try #require(try stage.manager.instances(of: AppName("shop")).first)
      _ = try stage.process(of: instance)
    }
  }

  @Test("shows the environment's secrets to nobody else", arguments: Backend.all)
  func secrets(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let secret = "secret-of-\(stage.scratch.ports.first)"
      var service = stage.shell(Stage.idle)
      service.environment["API_KEY"] = secret

      _ = try stage.start(service)

      let processes = try Files.list("/proc").compactMap { Int32($0) }
      #expect(processes.filter { commandLine($0).contains(secret) } == [])
      let files = try stage.scratch.files(below: stage.layout.root).filter {
        try Files.text($0)?.contains(secret) == true
      }
      #expect(!files.isEmpty, "it is written down for restarts")
      #expect(try files.filter { try Files.status($0)?.mode != 0o600 } == [])
    }
  }

  @Test("knows nothing of an instance that was never made", arguments: Backend.all)
  func unknown(backend: Backend) async throws {
    try await Stage.run(backend) { stage in
      let instance = InstanceID(app: try AppName("shop"), port: try stage.scratch.ports[0])

      try stage.manager.stop(instance)
      try stage.manager.drain(instance)
      try stage.manager.revive(instance)

      #expect(try stage.manager.state(of: instance) == .absent)
      #expect(try stage.manager.instances(of: AppName("shop")) == [])
    }
  }
}
