import Deploy
import Host
import Posix
import Testing

/// A service manager with a directory and ports of its own, for one test.
struct Stage {
  let scratch: Scratch
  let backend: Backend
  let layout: Layout
  let manager: any ServiceManager

  /// Runs a test, ends what it started, and fails it where anything is left.
  static func run(
    _ backend: Backend, sourceLocation: SourceLocation = #_sourceLocation, _ test: (Stage) async throws -> Void
  ) async throws {
    try backend.requireRunnable()
    try await Scratch.run { scratch in
      let stage = Stage(scratch: scratch, backend: backend, ports: try scratch.ports.range)
      try Files.makeDirectory(stage.directory)
      do { try await test(stage) } catch {
        stage.end()
        throw error
      }
      stage.end()
      #expect(scratch.processes() == [], "processes are left", sourceLocation: sourceLocation)
    }
  }

  private init(scratch: Scratch, backend: Backend, ports: PortRange) {
    self.scratch = scratch
    self.backend = backend
    layout = Layout(root: "\(scratch.path)/root")
    manager = backend.make(layout, ports)
  }

  /// For another process to use.
  var same: SameManager {
    get throws { SameManager(backend: backend.name, root: layout.root, ports: try scratch.ports.range) }
  }

  private func end() {
    for name in (try? Files.list(layout.instances)) ?? [] {
      do { try manager.stop(InstanceID(name)) } catch { Issue.record(error) }
    }
    // Only a test that failed has left any.
    for process in scratch.processes("") { process.signal(.kill) }
    do { try wait(until: "the end of all processes") { scratch.processes().isEmpty } } catch { Issue.record(error) }
  }

  // MARK: Services

  /// Where the tests' services run.
  var directory: String { "\(scratch.path)/app" }

  var log: String { "\(scratch.path)/app.log" }

  /// A service that runs a shell script.
  func shell(_ script: String, drain: Double = 0, stop: Double = 10) -> Service {
    service(["/bin/sh", "-c", script], drain: drain, stop: stop)
  }

  /// A service that is a Node server; the handler has `request` and `answer`.
  func node(_ handler: String, drain: Double = 0, stop: Double = 10) -> Service {
    let script = """
      require('http').createServer((request, answer) => { \(handler) }).listen(process.env.PORT, '127.0.0.1')
      """
    return service(["node", "-e", script], drain: drain, stop: stop)
  }

  func service(_ arguments: [String], drain: Double = 0, stop: Double = 10) -> Service {
    Service(
      arguments: arguments, environment: ["PATH": CurrentProcess.environment["PATH"] ?? ""], directory: directory,
      log: log, drainTimeout: drain, stopTimeout: stop)
  }

  static let idle = "exec sleep 1000"

  // MARK: Instances

  /// Starts a service on a port of its own, which it finds in PORT.
  func start(_ service: Service, of app: String = "shop") throws -> InstanceID {
    let instance = try manager.reserve(AppName(app))
    var service = service
    service.environment["PORT"] = instance.port.description
    try manager.start(instance, service)
    return instance
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

  /// The lines that the service has written.
  func lines() throws -> [String] { (try Files.text(log) ?? "").split(separator: "\n").map(String.init) }
}

/// What another process must know to use the same manager.
struct SameManager: Codable, Sendable {
  let backend: String
  let root: String
  let ports: PortRange

  func manager() throws -> any ServiceManager {
    try #require(Backend.all.first { $0.name == backend }).make(Layout(root: root), ports)
  }
}
