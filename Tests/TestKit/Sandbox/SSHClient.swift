import Posix

/// Somebody with a private key, on a machine that has git and ssh and nothing else.
public struct SSHClient {
  /// Where it connects to.
  public let server: SSHServer
  let name: String
  /// The file of its private key.
  public let key: String
  /// The file of the host keys that it knows.
  public let knownHosts: String

  /// The command line of ssh, up to the host.
  public func words(_ options: [String]) -> [String] {
    let settings = [
      "IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=\(knownHosts)",
    ]
    return ["ssh", "-F", "/dev/null", "-i", key, "-p", String(server.sandbox.sshPort)]
      + settings.flatMap { ["-o", $0] } + options
  }

  /// Whom ssh connects to.
  public var host: String { "\(server.user)@127.0.0.1" }

  /// Runs a command on the server.
  public func ssh(_ command: String..., options: [String] = []) throws -> Output {
    try server.sandbox.run(words(options) + [host] + line(command))
  }

  /// Runs a command on the server, with a text on standard input.
  public func ssh(_ command: String, input: String) throws -> Output {
    try server.sandbox.run(words([]) + [host] + line([command]), input: input)
  }

  /// Begins a command that the test goes on beside.
  public func start(_ command: String..., name: String) throws -> Running {
    try server.sandbox.start(words([]) + [host] + line(command), name: name)
  }

  /// Sends any bytes as a command. 255 is a connection that the server closed.
  public func send(_ command: [UInt8]) throws -> Output {
    let file = "\(key).command"
    try Files.write(bytes: command, to: file, durable: false)
    let script = "\(ThisProject.path)/Tests/Fixtures/ssh/exec.py"
    return try server.sandbox.run([
      "/usr/bin/python3", script, String(server.sandbox.sshPort), server.user, key, knownHosts, file,
    ])
  }

  /// ssh takes what begins with a hyphen for an option of its own, also behind the host.
  private func line(_ command: [String]) -> [String] { command.isEmpty ? [] : ["--"] + command }

  /// A project that pushes with this key.
  public func project(_ app: String = "shop", path: String? = nil) throws -> PushedProject {
    let project = try PushedProject(
      sandbox: server.sandbox, app: app, remote: "\(host):\(path ?? app)", directory: "\(name)-\(app)")
    try project.git("config", "core.sshCommand", sshCommand())
    return project
  }

  /// What git is to run for ssh.
  public func sshCommand(options: [String] = []) -> String {
    words(options).map { "'\($0)'" }.joined(separator: " ")
  }
}
