public import GitHubActions
import Deploy
import Posix

/// What ssh on this machine knows about a server: where it really is, and its host keys.
public struct SSHSettings: Sendable {
  /// Where ssh really connects to: the HostName of its configuration, or the remote's own host.
  public let host: HostName
  /// The port that ssh connects to.
  public let port: UInt16
  /// The user that ssh logs in as.
  public let user: String
  /// The name under which the server's keys are stored, if it is not the host's own.
  private let alias: String?
  private let files: [String]
  private let environment: [String: String]

  /// Asks `ssh -G`, which reads ~/.ssh/config without connecting: a remote's host may be a name that is only defined
  /// there.
  public init(of remote: Remote, environment: [String: String]) throws {
    var words = ["ssh", "-G"]
    // ssh uses the home directory that the system knows, which HOME may not be.
    if let home = environment["HOME"], Files.exists("\(home)/.ssh/config") { words += ["-F", "\(home)/.ssh/config"] }
    // If the remote names no port, ssh's configuration decides.
    if remote.port != 22 { words += ["-p", String(remote.port)] }
    words += ["-l", remote.user, "--", remote.host.description]
    let (status, output) = try ChildProcess.run(Command(words, environment: environment))
    var values: [String: String] = [:]
    for line in output.split(whereSeparator: \.isNewline) {
      let pair = line.split(separator: " ", maxSplits: 1).map(String.init)
      if pair.count == 2, values[pair[0]] == nil { values[pair[0]] = pair[1] }
    }
    guard status.isSuccess, let host = values["hostname"], let port = values["port"].flatMap({ UInt16($0) }) else {
      throw Failure(
        "asking ssh for its settings of \(remote.host)", "'ssh -G' ended with \(status)",
        next: "Correct ~/.ssh/config.", excerpt: output.split(whereSeparator: \.isNewline).suffix(5).map(String.init))
    }
    self.host = try HostName(host)
    self.port = port
    user = values["user"] ?? remote.user
    alias = values["hostkeyalias"]
    let home = environment["HOME"] ?? ""
    files = ["userknownhostsfile", "globalknownhostsfile"].flatMap { name in
      (values[name] ?? "").split(separator: " ").map(String.init)
    }.map { $0.hasPrefix("~/") ? home + $0.dropFirst() : $0 }
    self.environment = environment
  }

  /// The server's keys in this machine's known_hosts, even if names are hashed there; nil if there are none.
  public func hostKeys() throws -> HostKeys? {
    let pattern = HostKeys.pattern(alias ?? host.description, port: alias == nil ? port : 22)
    var text = ""
    for file in files where Files.exists(file) {
      // ssh-keygen exits with 1 if it finds nothing.
      text += try ChildProcess.run(Command(["ssh-keygen", "-F", pattern, "-f", file], environment: environment)).output
    }
    return HostKeys(knownHosts: text)
  }
}
