import Deploy
import Posix
import ProcessSupervision
import TestKit
import Testing

@testable import Adapters

/// What every backend says of itself, and does beside the seams that have contracts of their own.
@Suite("Every backend")
struct BackendContract {
  // MARK: What it can do

  @Test("says what it can do", arguments: TestedBackends.all)
  func capabilities(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      #expect(stage.backend.capabilities == backend.capabilities)
      #expect(stage.backend.capabilities.tls == stage.backend.caddy.terminatesTLS)
      #expect(stage.backend.capabilities.isolation == stage.files().isForOtherUsers)
    }
  }

  @Test(
    "runs apps and builds as users of their own if it isolates them, else all as one", arguments: TestedBackends.all)
  func isolation(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      try stage.checkOut(of: "shop-admin")
      var job = stage.job("id -u")
      var users = try [String(CurrentProcess.user), String(decoding: stage.run(job).output.dropLast(), as: UTF8.self)]
      job.directory = stage.layout.app(stage.app("shop-admin")).workspace
      var output: [UInt8] = []
      _ = try stage.runner(of: stage.app("shop-admin")).run(job, watch: { _ in }, output: { output += $0 })
      users.append(String(decoding: output.dropLast(), as: UTF8.self))
      _ = try stage.start(stage.shell("id -u; \(Stage.idle)"))
      try wait(until: "the instance's user") { try stage.lines().count == 1 }
      users += try stage.lines()

      #expect(users.count == 4 && users.allSatisfy { UInt32($0) != nil }, "\(users)")
      #expect(Set(users).count == (stage.backend.capabilities.isolation ? 4 : 1), "\(users)")
    }
  }

  @Test("limits instances if it says so", arguments: TestedBackends.all)
  func limits(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let (app, ports) = (stage.app(), try stage.scratch.ports.range)
      let services = { (tasks: Int) in
        stage.backend.services(on: ports) { asked in
          #expect(asked == app)
          var limits = Limits()
          limits.tasks = tasks
          return limits
        }
      }
      let instance = try services(40).reserve(app)

      try services(40).start(instance, stage.shell(Stage.idle))
      let atFirst = try backend.mostTasks(of: instance)
      try services(30).applyLimits(of: app)

      let isLimited = stage.backend.capabilities.limits
      #expect(atFirst == (isLimited ? 40 : nil))
      #expect(try backend.mostTasks(of: instance) == (isLimited ? 30 : nil))
    }
  }

  private struct CalledOff: Error {}

  @Test("has builds wait for each other if it limits them, and says for whom", arguments: TestedBackends.all)
  func builds(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      try stage.checkOut()
      try stage.checkOut(of: "shop-admin")
      let (shop, admin) = (stage.app(), stage.app("shop-admin"))
      var other = stage.job("echo ran")
      other.directory = stage.layout.app(admin).workspace
      var (waits, output): (Bool, [UInt8]) = (false, [])

      // One at a time, so that another test's build may come first.
      let first = stage.backend.runner(of: shop, builds: 1) { _ in true }
      let result = try first.run(stage.job("echo runs; \(Stage.waiting(for: "go"))"), watch: { _ in }) { bytes in
        guard String(decoding: bytes, as: UTF8.self).contains("runs") else { return }
        do {
          _ = try stage.backend.runner(of: admin, builds: 1) { $0 == shop }.run(
            other,
            watch: { seconds in
              waits = waits || seconds == nil
              if waits { throw CalledOff() }
            }, output: { output += $0 })
        } catch is CalledOff {}
        try stage.tell("go")
      }

      #expect(result == .succeeded)
      #expect(waits == stage.backend.capabilities.limits)
      let notice = "\(shop) is being built; this build waits for it.\n"
      #expect(String(decoding: output, as: UTF8.self) == (waits ? notice : "ran\n"))
    }
  }

  @Test("serves a domain with TLS if it says so", arguments: TestedBackends.all)
  func tls(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let caddy = stage.backend.caddy
      let sites = try CaddySites(directory: caddy.sites, httpPort: stage.scratch.ports[36], service: caddy)
      let domain = try Domain("\(stage.app()).example.com")
      try sites.restore(Site(app: stage.app(), addresses: [.domain(domain)], port: stage.scratch.ports[35]))

      let process = try #require(try caddy.process)
      let ports = Set(ConnectionTable.listeners().filter(process.has).map(\.address.port))
      #expect(ports.contains(443) == stage.backend.capabilities.tls, "\(ports)")
      #expect(ports.contains(try stage.scratch.ports[36].number) != stage.backend.capabilities.tls, "\(ports)")
      try sites.remove(stage.app())
    }
  }

  // MARK: What else it makes

  @Test("has everything belong to its owner", arguments: TestedBackends.all)
  func owner(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let owner = try stage.backend.owner.map { try #require(Accounts.user(named: $0)).id }

      let own = try #require(try Files.status(stage.layout.app(stage.app()).directory))
      #expect(own.owner == owner ?? CurrentProcess.user)
    }
  }

  @Test("gives git a hook that can be run", arguments: TestedBackends.all)
  func hooks(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let directory = try stage.backend.hooks(running: "/usr/bin/nextdeploy")

      #expect(Files.isExecutable("\(directory)/post-receive"))
      #expect(try Files.text("\(directory)/post-receive")?.contains("/usr/bin/nextdeploy") == true)
    }
  }

  @Test("asks an instance as a visitor would, and sees where it listens", arguments: TestedBackends.all)
  func probe(backend: any TestedBackend) async throws {
    try await Stage.run(backend) { stage in
      let ports = try stage.scratch.ports.range
      try stage.backend.requireUsable(ports)
      let probe = stage.backend.probe(of: ports)
      let instance = try stage.start(stage.node("answer.end(request.headers.host)"))
      _ = try stage.connect(to: instance)
      let request = ProbeRequest(origin: Origin(.http, host: "shop", port: 8080), target: "/")

      guard case .response(let answer) = probe.ask(request, of: Upstream(port: instance.port), within: 60) else {
        Issue.record("no answer")
        return
      }

      #expect(answer.status == 200)
      #expect(String(decoding: answer.body, as: UTF8.self) == "shop:8080")
      let here = ListeningAddress(host: "127.0.0.1", port: instance.port.number)
      #expect(probe.listeners(of: try stage.process(of: instance).id, on: instance.port) == [here])
      #expect(probe.listeners(on: instance.port) == [here])
    }
  }
}
