import Posix
public import Testing

/// A real sshd on a loopback port, for the keys of one sandbox.
///
/// It allows what sshd can allow (terminals, forwarding, sftp, variables of git's and nextdeploy's), so that what is
/// refused is refused by a key's own line and by `nextdeploy shell`.
public final class SSHServer {
  /// Where the server and its keys are.
  public let sandbox: Sandbox
  /// Who clients log in as.
  public let user: String
  private let directory: String
  private let process: Running

  /// Runs a test with an sshd, in a sandbox of its own.
  public static func run(sourceLocation: SourceLocation = #_sourceLocation, _ test: (SSHServer) throws -> Void) throws {
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
    try wait(until: "sshd") { process.text.contains("Server listening") }
  }

  private func stop() { process.end() }

  /// A key pair that the server does not know yet.
  public func newKey(_ name: String = "laptop") throws -> SSHClient {
    let file = "\(directory)/\(name)"
    try sandbox.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "somebody", "-f", file]).expectSuccess()
    return SSHClient(server: self, name: name, key: file, knownHosts: "\(directory)/known_hosts")
  }

  /// A key pair that nextdeploy was given.
  public func addKey(_ name: String = "laptop", apps: String...) throws -> SSHClient {
    let client = try newKey(name)
    try key(["add", name, "\(client.key).pub"] + apps.flatMap { ["--app", $0] }).expectSuccess()
    return client
  }

  /// `nextdeploy key …` as the user whose authorized_keys it is.
  public func key(_ arguments: [String]) throws -> Output {
    try sandbox.run(["nextdeploy", "key"] + arguments, environment: ["HOME": sandbox.home])
  }
}
