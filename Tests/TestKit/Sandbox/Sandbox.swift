public import Deploy
import Posix
public import Testing

/// A nextdeploy of its own for one test: a root directory, ports that no other test has, and an end in good order.
public final class Sandbox {
  /// The root directory of its nextdeploy.
  public let root: String
  /// The directory that all of it is below.
  public let home: String
  /// What programs are run with.
  public let environment: [String: String]
  private let scratch: Scratch

  /// Runs a test in a new sandbox, and fails it if anything of it is left running afterwards.
  ///
  /// - Parameter programs: a directory whose programs are taken before those of the PATH.
  public static func run(
    programs: String? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ test: (Sandbox) throws -> Void
  ) throws {
    let sandbox = try Sandbox(programs)
    do { try test(sandbox) } catch {
      sandbox.end()
      throw error
    }
    sandbox.end()
    #expect(sandbox.processes() == [], "processes are left", sourceLocation: sourceLocation)
    sandbox.scratch.remove()
  }

  private init(_ programs: String?) throws {
    scratch = try Scratch()
    home = scratch.path
    root = "\(home)/root"
    try Files.makeDirectory(root)
    var environment = CurrentProcess.environment
    for name in environment.keys where name.hasPrefix("GIT_") || name.hasPrefix("NEXTDEPLOY_") {
      environment[name] = nil
    }
    environment["PATH"] = ([ThisProject.products, programs].compactMap(\.self) + [environment["PATH"] ?? ""])
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
    try nextdeploy("config", "set", "ports", "\(scratch.ports.range)").expectSuccess()
    try nextdeploy("config", "set", "http.port", "\(port(20))").expectSuccess()
    // No test asks the internet.
    try nextdeploy("config", "set", "runtime.auto", "off").expectSuccess()
  }

  /// One of the sandbox's ports by its number, from 0 to 39: instances get the first 20, apps those after them.
  public func port(_ number: Int) -> Int { Int(scratch.ports.first) + number }

  /// Ports for a test's own servers, which no instance and no app gets.
  public var sparePorts: (Int, Int) { (port(37), port(38)) }

  /// A port for an ssh server, which no instance and no app gets.
  public var sshPort: Int { port(39) }

  /// The directory of an app.
  public func app(_ name: String = "shop") -> String { "\(root)/apps/\(name)" }

  // MARK: Programs

  /// Runs nextdeploy as it is on a server.
  @discardableResult
  public func nextdeploy(_ arguments: String..., environment: [String: String] = [:]) throws -> Output {
    try run(["nextdeploy"] + arguments, environment: environment)
  }

  /// The same, with a text on standard input.
  public func nextdeploy(input: String, _ arguments: String...) throws -> Output {
    try run(["nextdeploy"] + arguments, input: input)
  }

  /// Runs a program with a text on standard input.
  public func run(_ arguments: [String], input: String) throws -> Output {
    let file = "\(home)/input"
    try Files.write(input, to: file, durable: false)
    // From a file, for a text that is an argument of anything would be seen.
    return try run(arguments, reading: file)
  }

  /// Runs a program with a file on standard input.
  public func run(_ arguments: [String], reading file: String) throws -> Output {
    try run(["/bin/sh", "-c", "exec \"$@\" < \"$0\"", file] + arguments)
  }

  /// Runs a program in the sandbox, and waits for its end.
  public func run(_ arguments: [String], in directory: String = "/", environment: [String: String] = [:]) throws
    -> Output
  {
    let (status, text) = try ChildProcess.run(command(arguments, in: directory, environment: environment))
    return Output(command: arguments.joined(separator: " "), status: status.code, text: text)
  }

  /// Starts a program that the test goes on beside; what it writes goes to a file in the sandbox.
  public func start(_ arguments: [String], in directory: String = "/", name: String) throws -> Running {
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
  public func createApp(_ name: String = "shop", branch: String = "main", environment: [String: String] = [:]) throws
    -> PushedProject
  {
    try nextdeploy("app", "create", name, "--branch", branch).expectSuccess()
    var variables = environment
    // The tests' registry of npm packages, where one was set up for them.
    for (key, value) in self.environment where Self.isRegistrySetting(key) { variables[key] = value }
    let text = variables.map { "\($0.key)=\($0.value)\n" }.sorted().joined()
    try Files.write(text, to: "\(app(name))/env", mode: 0o600)
    return try PushedProject(sandbox: self, app: name)
  }

  private static func isRegistrySetting(_ name: String) -> Bool {
    name.hasPrefix("npm_config_") || name.hasPrefix("COREPACK_") || name.hasPrefix("YARN_")
      || name.hasPrefix("BUN_CONFIG_")
  }

  /// What the public gets from an app: the body, or nothing where it is no 200.
  public func get(_ path: String = "/", app: String = "shop") throws -> String? {
    let output = try run(["curl", "--silent", "--fail", "--max-time", "10", "\(url(app))\(path)"])
    return output.status == 0 ? output.text : nil
  }

  /// Where the public finds an app.
  public func url(_ app: String = "shop") throws -> String {
    let json = try JSON.parse(try nextdeploy("app", "show", app, "--json").text)
    return try #require(json["url"]?.string)
  }

  /// What a setting is, as `nextdeploy config show` says.
  public func setting(_ key: String) throws -> String? {
    try JSON.parse(try nextdeploy("config", "show", "--json").text)[key]?.string
  }

  /// What `nextdeploy status --json` says of an app.
  public func status(_ app: String = "shop") throws -> JSON {
    let text = try nextdeploy("status", "--app", app, "--json").expectSuccess().text
    // What recovery has to say stands before it, on standard error.
    return try JSON.parse(String(text.drop { $0 != "{" }))
  }

  /// The release that is live; nil where none is.
  public func liveRelease(_ app: String = "shop") throws -> String? { try status(app)["live"]?["release"]?.string }

  /// The ids of an app's releases, but for those in the archive.
  public func releases(_ app: String = "shop") throws -> [String] {
    guard case .array(let rows) = try JSON.parse(try nextdeploy("releases", "--app", app, "--json").text) else {
      return []
    }
    return rows.filter { $0["isArchived"] != .bool(true) }.compactMap { $0["id"]?.string }
  }

  /// The journal of the last deploy that was begun.
  public func lastDeploy(_ app: String = "shop") throws -> JSON? {
    try deploys(app).last
  }

  /// The journals of an app's deploys, in the order in which they were begun.
  public func deploys(_ app: String = "shop") throws -> [JSON] {
    let directory = "\(self.app(app))/deploys"
    let ids = try Files.list(directory).filter { $0.hasSuffix(".json") }.map { try DeployID(String($0.dropLast(5))) }
    return try ids.sorted().map { try JSON.parse(try Files.text("\(directory)/\($0).json") ?? "") }
  }

  /// The instances that have a record.
  public func instances() throws -> [String] { try Files.list("\(root)/instances") }

  // MARK: The end

  /// What runs for this sandbox: every process whose command line or directory is below it, as "ID COMMAND LINE".
  public func processes() -> [String] { scratch.processes() }

  /// Sends a signal to what takes pushes in, around git's own receive-pack: it settles what a killed hook left.
  public func signalReceivers(_ name: String) throws {
    let receivers = processes().filter { $0.contains("nextdeploy receive-pack") }
    try run(["kill", "-\(name)"] + receivers.map { String($0.prefix { $0 != " " }) }).expectSuccess()
  }

  private func end() {
    for name in (try? Files.list("\(root)/apps")) ?? [] where !name.hasPrefix(".") {
      do {
        try wait(until: "the removal of \(name)") {
          try nextdeploy("app", "remove", name).status == 0
        }
      } catch { Issue.record(error) }
    }
    do { try wait(until: "the end of all processes") { processes().isEmpty } } catch { Issue.record("\(processes())") }
  }
}
