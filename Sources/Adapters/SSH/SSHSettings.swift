public import GitHubActions
import Deploy
import Posix

/// What ssh on this machine knows of a server: where it really is, and by which keys it is known.
public struct SSHSettings: Sendable {
  /// Where ssh really connects to: the HostName of its configuration, or the remote's own host.
  public let host: HostName
  /// The port that ssh connects to.
  public let port: UInt16
  /// The user that ssh logs in as.
  public let user: String
  /// The name under which its keys are kept, where that is not its own.
  private let alias: String?
  private let files: [String]
  private let environment: [String: String]

  /// Asks `ssh -G`, which reads ~/.ssh/config and connects to nothing: a remote's host may be a name that is only known there.
  public init(of remote: Remote, environment: [String: String]) throws {
    var words = ["ssh", "-G"]
    // ssh looks in the home directory that the system knows; HOME may be another.
    if let home = environment["HOME"], Files.exists("\(home)/.ssh/config") { words += ["-F", "\(home)/.ssh/config"] }
    // The port of a remote without one is the configuration's affair.
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

  /// The server's keys that this machine has in known_hosts, also where names are hashed there; nil if it has none.
  public func hostKeys() throws -> HostKeys? {
    let pattern = HostKeys.pattern(alias ?? host.description, port: alias == nil ? port : 22)
    var text = ""
    for file in files where Files.exists(file) {
      // It ends with 1 where it finds nothing.
      text += try ChildProcess.run(Command(["ssh-keygen", "-F", pattern, "-f", file], environment: environment)).output
    }
    return HostKeys(knownHosts: text)
  }
}
