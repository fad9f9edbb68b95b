import Posix
import Testing

/// A real sshd on a loopback port, for the keys of one sandbox.
///
/// It allows what sshd can allow (terminals, forwarding, sftp, variables of git's and nextdeploy's), so that what is
/// refused is refused by a key's own line and by `nextdeploy shell`.
final class SSHServer {
  let sandbox: Sandbox
  let user: String
  private let directory: String
  private let process: Running

  /// Runs a test with an sshd, in a sandbox of its own.
  static func run(sourceLocation: SourceLocation = #_sourceLocation, _ test: (SSHServer) throws -> Void) throws {
    try Sandbox.run(sourceLocation: sourceLocation) { sandbox in
      let server = try SSHServer(sandbox)
      defer { server.stop() }
      try test(server)
    }
  }

  private init(_ sandbox: Sandbox) throws {
    self.sandbox = sandbox
    directory = "\(sandbox.home)/ssh"
    user = String(try sandbox.run(["id", "-un"]).expectSuccess().text.dropLast())
    try Files.makeDirectory(directory, mode: 0o700)
    // Where Debian's sshd parts with its privileges; its own service would make it.
    if CurrentProcess.isRoot { try Files.makeDirectory("/run/sshd") }
    try sandbox.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(directory)/host"]).expectSuccess()
    let hostKey = try #require(try Files.text("\(directory)/host.pub")).split(separator: " ").prefix(2)
      .joined(separator: " ")
    try Files.write("[127.0.0.1]:\(sandbox.sshPort) \(hostKey)\n", to: "\(directory)/known_hosts")
    try Files.write(
      """
      ListenAddress 127.0.0.1
      Port \(sandbox.sshPort)
      HostKey \(directory)/host
      PidFile none
      AuthorizedKeysFile \(sandbox.home)/.ssh/authorized_keys
      StrictModes no
      PermitRootLogin forced-commands-only
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      AllowTcpForwarding yes
      AllowAgentForwarding yes
      PermitTTY yes
      Subsystem sftp internal-sftp
      AcceptEnv GIT_* NEXTDEPLOY_*
      SetEnv "PATH=\(sandbox.environment["PATH"] ?? "")"
      MaxStartups 100

      """, to: "\(directory)/config")
    process = try sandbox.start(["/usr/sbin/sshd", "-D", "-e", "-f", "\(directory)/config"], name: "sshd")
    try sandbox.wait(for: "sshd") { process.text.contains("Server listening") }
  }

  private func stop() {
    process.end()
  }

  /// A key pair that the server does not know yet.
  func newKey(_ name: String = "laptop") throws -> SSHClient {
    let file = "\(directory)/\(name)"
    try sandbox.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "somebody", "-f", file]).expectSuccess()
    return SSHClient(server: self, name: name, key: file, knownHosts: "\(directory)/known_hosts")
  }

  /// A key pair that nextdeploy was given.
  func addKey(_ name: String = "laptop", apps: String...) throws -> SSHClient {
    let client = try newKey(name)
    try key(["add", name, "\(client.key).pub"] + apps.flatMap { ["--app", $0] }).expectSuccess()
    return client
  }

  /// `nextdeploy key …` as the user whose authorized_keys it is.
  func key(_ arguments: [String]) throws -> Output {
    try sandbox.run(["nextdeploy", "key"] + arguments, environment: ["HOME": sandbox.home])
  }
}

/// Somebody with a private key, on a machine that has git and ssh and nothing else.
struct SSHClient {
  let server: SSHServer
  let name: String
  let key: String
  let knownHosts: String

  func words(_ options: [String]) -> [String] {
    let settings = [
      "IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=\(knownHosts)",
    ]
    return ["ssh", "-F", "/dev/null", "-i", key, "-p", String(server.sandbox.sshPort)]
      + settings.flatMap { ["-o", $0] } + options
  }

  var host: String { "\(server.user)@127.0.0.1" }

  func ssh(_ command: String..., options: [String] = []) throws -> Output {
    try server.sandbox.run(words(options) + [host] + line(command))
  }

  func ssh(_ command: String, input: String) throws -> Output {
    try server.sandbox.run(words([]) + [host] + line([command]), input: input)
  }

  func start(_ command: String..., name: String) throws -> Running {
    try server.sandbox.start(words([]) + [host] + line(command), name: name)
  }

  /// Sends any bytes as a command. 255 is a connection that the server closed.
  func send(_ command: [UInt8]) throws -> Output {
    let file = "\(key).command"
    try Files.write(bytes: command, to: file, durable: false)
    let script = "\(Sandbox.repository)/Tests/Fixtures/ssh/exec.py"
    return try server.sandbox.run([
      "/usr/bin/python3", script, String(server.sandbox.sshPort), server.user, key, knownHosts, file,
    ])
  }

  /// ssh takes what begins with a hyphen for an option of its own, also behind the host.
  private func line(_ command: [String]) -> [String] { command.isEmpty ? [] : ["--"] + command }

  /// A project that pushes with this key.
  func project(_ app: String = "shop", path: String? = nil) throws -> Project {
    let project = try Project(
      sandbox: server.sandbox, app: app, remote: "\(host):\(path ?? app)", directory: "\(name)-\(app)")
    try project.git("config", "core.sshCommand", sshCommand())
    return project
  }

  /// What git is to run for ssh.
  func sshCommand(options: [String] = []) -> String {
    words(options).map { "'\($0)'" }.joined(separator: " ")
  }
}
