import Deploy
import Posix
import Testing

/// A developer's repository, with the app of a sandbox as its remote "production".
final class Project {
  let sandbox: Sandbox
  let app: String
  let directory: String

  /// A project whose remote is an app's repository on this machine.
  convenience init(sandbox: Sandbox, app: String) throws {
    try self.init(sandbox: sandbox, app: app, remote: "\(sandbox.app(app))/repo.git", directory: "project-\(app)")
    try git("config", "remote.production.receivepack", "nextdeploy receive-pack")
  }

  init(sandbox: Sandbox, app: String, remote: String, directory name: String) throws {
    self.sandbox = sandbox
    self.app = app
    directory = "\(sandbox.home)/\(name)"
    try Files.makeDirectory(directory)
    try git("init", "--quiet", "--initial-branch", "main")
    try git("remote", "add", "production", remote)
  }

  @discardableResult
  func git(_ arguments: String...) throws -> Output {
    try sandbox.run(["git"] + arguments, in: directory).expectSuccess()
  }

  /// Writes files; nil removes one.
  func write(_ files: [String: String?]) throws {
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
  func commit(_ message: String = "A change", _ files: [String: String?] = [:]) throws -> String {
    try write(files)
    try git("add", "--all")
    try git("commit", "--quiet", "--allow-empty", "--message", message)
    return try head()
  }

  func head() throws -> String { String(try git("rev-parse", "HEAD").text.prefix(40)) }

  /// Pushes as a person would.
  func push(_ arguments: String...) throws -> Output {
    let words = arguments.isEmpty ? ["production", "main"] : arguments
    return try sandbox.run(["git", "push"] + words, in: directory)
  }

  /// Begins a push that the test goes on beside.
  func startPush(name: String = "push", _ arguments: [String] = ["production", "main"]) throws -> Running {
    try sandbox.start(["git", "push"] + arguments, in: directory, name: name)
  }

  /// What a ref of the server's repository points at; nil where there is no such ref.
  func serverRef(_ ref: String = "refs/heads/main") throws -> String? {
    let text = try git("ls-remote", "production", ref).text
    return text.isEmpty ? nil : String(text.prefix(40))
  }
}

/// Files of small apps.
enum App {
  /// A plain Node server without packages, which answers with a text.
  static func node(_ text: String, start: String = "node server.js", extra: [String: String] = [:]) -> [String: String]
  {
    [
      "package.json": #"{"name": "shop", "scripts": {"start": "\#(start)"}}"#,
      "server.js": server("answer.end(\(quoted(text)))"),
    ].merging(extra) { _, own in own }
  }

  /// A server that does this for each request.
  static func server(_ handler: String, listen: String = "process.env.PORT, '127.0.0.1'") -> String {
    """
    const server = require('http').createServer((request, answer) => { \(handler) })
    server.listen(\(listen), () => console.log('listening'))
    """
  }

  /// An app whose build command runs this shell line.
  static func built(_ text: String, build: String) -> [String: String] {
    node(text, extra: ["nextdeploy.json": #"{"build": \#(quoted(build))}"#])
  }

  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
