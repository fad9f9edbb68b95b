import Posix
import Testing

/// A developer's repository, with the app of a sandbox as its remote "production".
public final class PushedProject {
  /// Where its app is.
  public let sandbox: Sandbox
  /// The name of its app.
  public let app: String
  /// The work tree.
  public let directory: String

  /// A project whose remote is an app's repository on this machine.
  public convenience init(sandbox: Sandbox, app: String) throws {
    try self.init(sandbox: sandbox, app: app, remote: "\(sandbox.app(app))/repo.git", directory: "project-\(app)")
    try git("config", "remote.production.receivepack", "nextdeploy receive-pack")
  }

  /// A project whose remote is any address, in a directory of the sandbox.
  public init(sandbox: Sandbox, app: String, remote: String, directory name: String) throws {
    self.sandbox = sandbox
    self.app = app
    directory = "\(sandbox.home)/\(name)"
    try Files.makeDirectory(directory)
    try git("init", "--quiet", "--initial-branch", "main")
    try git("remote", "add", "production", remote)
  }

  /// Runs git in the work tree.
  @discardableResult
  public func git(_ arguments: String...) throws -> Output {
    try sandbox.run(["git"] + arguments, in: directory).expectSuccess()
  }

  /// Writes files; nil removes one.
  public func write(_ files: [String: String?]) throws {
    for (path, text) in files {
      let file = "\(directory)/\(path)"
      guard let text else {
        try Files.remove(file)
        continue
      }
      try Files.makeDirectory(Files.parent(file))
      try Files.write(text, to: file, mode: text.hasPrefix("#!") ? 0o755 : 0o644, durable: false)
    }
  }

  /// Commits files (nil removes one) and returns the commit's id.
  @discardableResult
  public func commit(_ message: String = "A change", _ files: [String: String?] = [:]) throws -> String {
    try write(files)
    try git("add", "--all")
    try git("commit", "--quiet", "--allow-empty", "--message", message)
    return try head()
  }

  /// The id of the last commit.
  public func head() throws -> String { String(try git("rev-parse", "HEAD").text.prefix(40)) }

  /// Pushes as a person would.
  public func push(_ arguments: String...) throws -> Output {
    let words = arguments.isEmpty ? ["production", "main"] : arguments
    return try sandbox.run(["git", "push"] + words, in: directory)
  }

  /// Begins a push that the test goes on beside.
  public func startPush(name: String = "push", _ arguments: [String] = ["production", "main"]) throws -> Running {
    try sandbox.start(["git", "push"] + arguments, in: directory, name: name)
  }

  /// What a ref of the server's repository points at; nil where there is no such ref.
  public func serverRef(_ ref: String = "refs/heads/main") throws -> String? {
    let text = try git("ls-remote", "production", ref).text
    return text.isEmpty ? nil : String(text.prefix(40))
  }
}
