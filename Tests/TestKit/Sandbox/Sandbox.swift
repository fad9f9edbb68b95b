import Deploy
import Posix
import Testing

/// A nextdeploy of its own for one test: a root directory, ports that no other test has, and an end in good order.
final class Sandbox {
  let root: String
  let home: String
  let environment: [String: String]
  private let ports: PortBlock

  /// Runs a test in a new sandbox, and fails it if anything of it is left running afterwards.
  ///
  /// - Parameter programs: a directory whose programs are taken before those of the PATH.
  static func run(
    programs: String? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ test: (Sandbox) throws -> Void
  ) throws {
    let sandbox = try Sandbox(programs)
    do { try test(sandbox) } catch {
      sandbox.end()
      throw error
    }
    sandbox.end()
    #expect(sandbox.processes() == [], "processes are left", sourceLocation: sourceLocation)
    try Files.remove(sandbox.home)
  }

  private init(_ programs: String?) throws {
    ports = try PortBlock()
    // A Unix socket's path has at most 107 bytes: Caddy's admin socket is below this.
    home = "/tmp/nextdeploy-test-\(ports.first)"
    root = "\(home)/root"
    try Files.remove(home)
    try Files.makeDirectory(root)
    var environment = CurrentProcess.environment
    for name in environment.keys where name.hasPrefix("GIT_") || name.hasPrefix("NEXTDEPLOY_") {
      environment[name] = nil
    }
    environment["PATH"] = ([Self.products, programs].compactMap(\.self) + [environment["PATH"] ?? ""])
      .joined(separator: ":")
    environment["NEXTDEPLOY_ROOT"] = root
    environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
    // Yarn keeps the registry's address with what it caches, and the tests' registry has another one each time.
    environment["YARN_GLOBAL_FOLDER"] = "\(home)/yarn"
    for who in ["AUTHOR", "COMMITTER"] {
      environment["GIT_\(who)_NAME"] = "A Developer"
      environment["GIT_\(who)_EMAIL"] = "developer@example.com"
    }
    self.environment = environment
    try nextdeploy("config", "set", "ports", "\(ports.first)-\(ports.first + 19)").expectSuccess()
    try nextdeploy("config", "set", "http.port", "\(ports.first + 20)").expectSuccess()
  }

  /// Where the test's own build put the programs.
  static let products = Files.parent(CurrentProcess.executable)

  static let repository = String(#filePath.split(separator: "/Tests/EndToEndTests/")[0])

  /// Ports for a test's own servers, which no instance and no app gets.
  var sparePorts: (Int, Int) { (ports.first + 37, ports.first + 38) }

  /// A port for an ssh server, which no instance and no app gets.
  var sshPort: Int { ports.first + 39 }

  func app(_ name: String = "shop") -> String { "\(root)/apps/\(name)" }

  // MARK: Programs

  @discardableResult
  func nextdeploy(_ arguments: String..., environment: [String: String] = [:]) throws -> Output {
    try run(["nextdeploy"] + arguments, environment: environment)
  }

  /// The same, with a text on standard input.
  func nextdeploy(input: String, _ arguments: String...) throws -> Output {
    try run(["nextdeploy"] + arguments, input: input)
  }

  func run(_ arguments: [String], input: String) throws -> Output {
    let file = "\(home)/input"
    try Files.write(input, to: file, durable: false)
    // From a file, for a text that is an argument of anything would be seen.
    return try run(["/bin/sh", "-c", "exec \"$@\" < \"$0\"", file] + arguments)
  }

  func run(_ arguments: [String], in directory: String = "/", environment: [String: String] = [:]) throws -> Output {
    let (status, text) = try ChildProcess.run(command(arguments, in: directory, environment: environment))
    return Output(command: arguments.joined(separator: " "), status: status.code, text: text)
  }

  /// Starts a program that the test goes on beside; what it writes goes to a file in the sandbox.
  func start(_ arguments: [String], in directory: String = "/", name: String) throws -> Running {
    let file = "\(home)/\(name).out"
    let child = try ChildProcess(
      command(arguments, in: directory, environment: [:]), output: .file(file), errors: .file(file))
    return Running(child: child, file: file, command: arguments.joined(separator: " "))
  }

  private func command(_ arguments: [String], in directory: String, environment own: [String: String]) -> Command {
    Command(arguments, environment: environment.merging(own) { _, own in own }, directory: directory)
  }

  // MARK: Apps

  /// An app with a project that pushes to it.
  func createApp(_ name: String = "shop", branch: String = "main", environment: [String: String] = [:]) throws
    -> Project
  {
    try nextdeploy("app", "create", name, "--branch", branch).expectSuccess()
    var variables = environment
    // The tests' registry of npm packages, where one was set up for them.
    for (key, value) in self.environment where Self.isRegistrySetting(key) { variables[key] = value }
    let text = variables.map { "\($0.key)=\($0.value)\n" }.sorted().joined()
    try Files.write(text, to: "\(app(name))/env", mode: 0o600)
    return try Project(sandbox: self, app: name)
  }

  private static func isRegistrySetting(_ name: String) -> Bool {
    name.hasPrefix("npm_config_") || name.hasPrefix("COREPACK_") || name.hasPrefix("YARN_")
      || name.hasPrefix("BUN_CONFIG_")
  }

  /// What the public gets from an app: the body, or nothing where it is no 200.
  func get(_ path: String = "/", app: String = "shop") throws -> String? {
    let output = try run(["curl", "--silent", "--fail", "--max-time", "10", "\(url(app))\(path)"])
    return output.status == 0 ? output.text : nil
  }

  func url(_ app: String = "shop") throws -> String {
    let json = try JSON.parse(try nextdeploy("app", "show", app, "--json").text)
    return try #require(json["url"]?.string)
  }

  func status(_ app: String = "shop") throws -> JSON {
    let text = try nextdeploy("status", "--app", app, "--json").expectSuccess().text
    // What recovery has to say stands before it, on standard error.
    return try JSON.parse(String(text.drop { $0 != "{" }))
  }

  /// The release that is live; nil where none is.
  func liveRelease(_ app: String = "shop") throws -> String? { try status(app)["live"]?["release"]?.string }

  func releases(_ app: String = "shop") throws -> [String] {
    guard case .array(let rows) = try JSON.parse(try nextdeploy("releases", "--app", app, "--json").text) else {
      return []
    }
    return rows.compactMap { $0["id"]?.string }
  }

  /// The journal of the last deploy that was begun.
  func lastDeploy(_ app: String = "shop") throws -> JSON? {
    try deploys(app).last
  }

  /// The journals of an app's deploys, in the order in which they were begun.
  func deploys(_ app: String = "shop") throws -> [JSON] {
    let directory = "\(self.app(app))/deploys"
    let ids = try Files.list(directory).filter { $0.hasSuffix(".json") }.map { try DeployID(String($0.dropLast(5))) }
    return try ids.sorted().map { try JSON.parse(try Files.text("\(directory)/\($0).json") ?? "") }
  }

  /// The instances that have a record.
  func instances() throws -> [String] { try Files.list("\(root)/instances") }

  // MARK: Waiting

  /// Looks again and again until something holds; fails the test where that takes a minute.
  func wait(
    for what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
  ) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
      if ContinuousClock.now > deadline {
        Issue.record("waited in vain for \(what)", sourceLocation: sourceLocation)
        throw Timeout(what: what)
      }
      Pause.for(.milliseconds(5))
    }
  }

  struct Timeout: Error { let what: String }

  // MARK: The end

  /// What runs for this sandbox: every process whose command line or directory is below it.
  func processes() -> [String] {
    let ids = (try? Files.list("/proc"))?.compactMap { Int32($0) } ?? []
    return ids.compactMap { id in
      guard id != CurrentProcess.id, ProcessIdentity(of: id) != nil else { return nil }
      let line = ((try? Files.text("/proc/\(id)/cmdline")) ?? "").split(separator: "\0").joined(separator: " ")
      let directory = (try? Files.linkTarget("/proc/\(id)/cwd")) ?? ""
      return line.contains(home + "/") || directory.hasPrefix(home + "/") ? "\(id) \(line)" : nil
    }
  }

  /// Sends a signal to what takes pushes in, around git's own receive-pack: it settles what a killed hook left.
  func signalReceivers(_ name: String) throws {
    let receivers = processes().filter { $0.contains("nextdeploy receive-pack") }
    try run(["kill", "-\(name)"] + receivers.map { String($0.prefix { $0 != " " }) }).expectSuccess()
  }

  private func end() {
    for name in (try? Files.list("\(root)/apps")) ?? [] where !name.hasPrefix(".") {
      do {
        try wait(for: "the removal of \(name)") {
          try nextdeploy("app", "remove", name).status == 0
        }
      } catch { Issue.record(error) }
    }
    do { try wait(for: "the end of all processes") { processes().isEmpty } } catch { Issue.record("\(processes())") }
  }
}

/// A block of ports that only one sandbox of this machine has, as long as it lives.
private final class PortBlock {
  let first: Int
  private let lock: FileLock

  init() throws {
    let directory = "/tmp/nextdeploy-test-ports"
    try Files.makeDirectory(directory, mode: 0o777)
    for first in stride(from: 20_000, to: 32_000, by: 40) {
      guard let lock = try FileLock(ifFree: "\(directory)/\(first)"),
        (first..<(first + 40)).allSatisfy({ Socket.isFree(UInt16($0)) })
      else { continue }
      self.first = first
      self.lock = lock
      return
    }
    throw Failure("looking for ports for a test", "none are free", next: "End what uses them.")
  }
}
