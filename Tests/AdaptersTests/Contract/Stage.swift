import Deploy
import Adapters
import Posix
import TestKit
import Testing

/// A backend, with apps and ports of its own, for one test.
struct Stage {
  let scratch: Scratch
  let tested: any TestedBackend
  let backend: any Backend
  let layout: Layout
  let manager: any ServiceManager
  /// How the names of the test's apps begin.
  let prefix: String

  /// Runs a test, ends what it started, and fails it where anything is left.
  static func run(
    _ tested: any TestedBackend, sourceLocation: SourceLocation = #_sourceLocation, _ test: (Stage) async throws -> Void
  ) async throws {
    try await Scratch.run(ports: tested.ports) { scratch in
      let stage = Stage(scratch: scratch, tested: tested, ports: try scratch.ports.range)
      try stage.prepare(stage.app())
      do { try await test(stage) } catch {
        stage.end()
        throw error
      }
      stage.end()
      #expect(stage.processes() == [], "processes are left", sourceLocation: sourceLocation)
    }
  }

  private init(scratch: Scratch, tested: any TestedBackend, ports: PortRange) {
    self.scratch = scratch
    self.tested = tested
    layout = Layout(root: tested.root(in: scratch))
    backend = tested.backend(layout)
    manager = tested.manager(layout, ports)
    // What earlier tests on the same ports wrote may be kept.
    prefix = "t\(scratch.ports.first)-\(UInt32.random(in: 0...UInt32.max))-"
  }

  /// For another process to use.
  var same: SameBackend {
    get throws { SameBackend(name: tested.name, app: app(), root: layout.root, ports: try scratch.ports.range) }
  }

  private func end() {
    do {
      // What a supervisor is about to remove is no instance any more.
      for instance in try instances().compactMap({ try? InstanceID($0) }) { try manager.stop(instance) }
      let apps = try Files.list(layout.apps).filter { $0.hasPrefix(prefix) }.map { try AppName($0) }
      for app in apps { try runner(of: app).endLeftovers() }
      try removeSites()
      try backend.caddy.stop()
      // Only a test that failed has left any.
      for process in scratch.processes("") { process.signal(.kill) }
      try wait(until: "the end of all processes") { processes().isEmpty }
      for app in apps { try Apps(layout: layout).remove(app, leftovers(of: app)) }
      // A files unit answers before it is gone.
      try wait(until: "the end of what removed the apps") { processes().isEmpty }
    } catch { Issue.record(error) }
  }

  // MARK: Apps and services

  /// An app that only this test has.
  func app(_ name: String = "shop") -> AppName {
    do { return try AppName(prefix + name) } catch { preconditionFailure("\(error)") }
  }

  /// Where an app's services run: in a release of it.
  func directory(of app: AppName) -> String { "\(layout.app(app).releases)/\(Self.release)/app" }

  static let release = "20260101-000000"

  /// The file that has what the app's services write, where that is in files.
  var log: String { layout.app(app()).instanceLog(Self.deploy) }

  private static var deploy: DeployID {
    do { return try DeployID(release) } catch { preconditionFailure("\(error)") }
  }

  var directory: String { directory(of: app()) }

  /// A service that runs a shell script.
  func shell(_ script: String, drain: Double = 0, stop: Double = 10) -> Service {
    Self.service(["/bin/sh", "-c", script], drain: drain, stop: stop)
  }

  /// A service that is a Node server; the handler has `request` and `answer`.
  func node(_ handler: String, drain: Double = 0, stop: Double = 10) -> Service {
    let script = """
      require('http').createServer((request, answer) => { \(handler) }).listen(process.env.PORT, '127.0.0.1')
      """
    return Self.service(["node", "-e", script], drain: drain, stop: stop)
  }

  static func service(_ arguments: [String], drain: Double = 0, stop: Double = 10) -> Service {
    do {
      return Service(
        release: try ReleaseID(release), deploy: deploy, directory: .top, arguments: arguments,
        environment: [:], path: CurrentProcess.environment["PATH"] ?? "", drainTimeout: drain, stopTimeout: stop)
    } catch { preconditionFailure("\(error)") }
  }

  static let idle = "exec sleep 1000"

  // MARK: Instances

  /// Starts a service on a port of its own, which it finds in PORT.
  func start(_ service: Service, of name: String = "shop") throws -> InstanceID {
    let instance = try manager.reserve(app(name))
    var service = service
    service.environment["PORT"] = instance.port.description
    try prepare(instance.app)
    try manager.start(instance, service)
    return instance
  }

  /// Makes the directories that an app has from its creation on, and a release.
  func prepare(_ app: AppName) throws {
    let own = layout.app(app)
    for path in [directory(of: app), own.workspace, own.shared, own.deploys, own.logs] { try Files.makeDirectory(path) }
  }

  /// The instance's process, once it runs.
  func process(of instance: InstanceID) throws -> ProcessIdentity {
    try wait(for: "\(instance) to run") {
      guard case .running(let process, _) = try manager.state(of: instance) else { return nil }
      return ProcessIdentity(of: process)
    }
  }

  /// A connection to a server that an instance is, once it listens.
  func connect(to instance: InstanceID) throws -> Connection {
    try wait(for: "\(instance) to listen") { try? Connection(to: instance.port) }
  }

  func waitForEnd(of instance: InstanceID) throws {
    try wait(until: "the end of \(instance)") { try manager.state(of: instance) == .absent }
  }

  // MARK: What is there

  /// The records of the test's instances.
  func instances() throws -> [String] { try Files.list(layout.instances).filter { $0.hasPrefix(prefix) } }

  /// The lines that the app's services have written.
  func lines() throws -> [String] { try tested.lines(of: app(), log: log) }

  /// What the test's instances and builds run, with what the backend runs for them.
  func processes() -> [String] { tested.processes(self) }

  /// The same, of those whose command line has a text.
  func processes(_ text: String) -> [ProcessIdentity] {
    Scratch.identities(of: processes(), with: text)
  }
}

/// What another process must know to use the same backend.
struct SameBackend: Codable, Sendable {
  let name: String
  let app: AppName
  let root: String
  let ports: PortRange

  private func tested() throws -> any TestedBackend { try #require(TestedBackends.all.first { $0.name == name }) }

  func manager() throws -> any ServiceManager { try tested().manager(Layout(root: root), ports) }

  func runner() throws -> any Runner {
    try tested().backend(Layout(root: root)).runner(of: app, builds: Stage.builds) { _ in true }
  }
}
