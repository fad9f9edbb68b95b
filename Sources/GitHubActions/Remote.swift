import SSHAccess
public import Deploy

/// An app on a server, as a git remote over ssh names it.
public struct Remote: Equatable, Sendable {
  /// The user that ssh logs in as.
  public var user: String
  /// The server's name or address.
  public var host: HostName
  /// The port on which the server's sshd listens.
  public var port: UInt16
  /// The app that is pushed to.
  public let app: AppName

  /// Makes a remote from its parts; throws if the user's name has characters that mean something to ssh or a shell.
  public init(user: String, host: HostName, port: UInt16 = 22, app: AppName) throws(Failure) {
    guard user.isPlain(and: ".-"), user.utf8.first != UInt8(ascii: "-"), user.utf8.count <= 32 else {
      throw Failure(
        .usage, "reading the remote", "\(user.quoted) is not a user's name", next: Self.forms)
    }
    self.user = user
    self.host = host
    self.port = port
    self.app = app
  }

  /// Reads "nextdeploy@host:shop", "nextdeploy@[::1]:shop" or "ssh://nextdeploy@host:2222/shop".
  public init(_ text: String) throws(Failure) {
    guard let (server, path) = Self.split(text), let at = server.lastIndex(of: "@") else { throw Self.refusal(text) }
    let (host, port) = try Self.hostAndPort(server[server.index(after: at)...], in: text)
    try self.init(
      user: String(server[..<at]), host: HostName(host), port: port, app: GitRequest.app(path))
  }

  /// The server's address, in a form that both ssh and git accept: "ssh://nextdeploy@host:2222".
  public var server: String { "ssh://\(user)@\(host.inURL):\(port)" }

  /// As a person would write it: "nextdeploy@host:shop" if the port is the usual one.
  public var short: String { port == 22 ? "\(user)@\(host.inURL):\(app)" : "\(server)/\(app)" }

  /// What to type before a command to run it on the server.
  public func ssh(as user: String? = nil) -> String {
    "ssh \(port == 22 ? "" : "-p \(port) ")\(user ?? self.user)@\(host)"
  }

  // MARK: Reading

  private static let scheme = "ssh://"

  /// The server part and the path after it. Git takes a text with a slash before its first colon for a path.
  private static func split(_ text: String) -> (server: Substring, path: String)? {
    if text.hasPrefix(scheme) {
      let rest = text.dropFirst(scheme.count)
      guard let slash = rest.firstIndex(of: "/") else { return nil }
      return (rest[..<slash], String(rest[slash...]))
    }
    let closed = text.firstIndex(of: "]") ?? text.startIndex
    guard !text.contains("://"), let colon = text[closed...].firstIndex(of: ":"), !text[..<colon].contains("/") else {
      return nil
    }
    return (text[..<colon], String(text[text.index(after: colon)...]))
  }

  private static func hostAndPort(_ text: Substring, in whole: String) throws(Failure) -> (String, UInt16) {
    var host = text
    var port: Substring?
    if text.first == "[" {
      guard let end = text.firstIndex(of: "]") else { throw refusal(whole) }
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { throw refusal(whole) }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else if let colon = text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    guard let port else { return (String(host), 22) }
    guard let number = UInt16(port), number > 0, port.first != "+" else {
      throw Failure(
        .usage, "reading the remote \(whole.quoted)", "\(String(port).quoted) is not a port",
        next: "Give a number from 1 to 65535.")
    }
    return (String(host), number)
  }

  private static let forms =
    "Give it as 'nextdeploy@HOST:APP', or 'ssh://nextdeploy@HOST:PORT/APP' where ssh listens on another port."

  private static func refusal(_ text: String) -> Failure {
    let isHTTP = text.hasPrefix("https://") || text.hasPrefix("http://")
    let cause =
      isHTTP ? "NextDeploy is reached over ssh only" : "it does not name an app on a server that is reached over ssh"
    return Failure(.usage, "reading the remote \(text.quoted)", cause, next: forms)
  }
}
