import Deploy
import Git
import Posix
import TestKit

/// A directory with a work tree, made by the real git, and the bare repository that it is pushed to.
final class GitSandbox {
  let top: String
  private let scratch: Scratch
  let repository: BareRepository

  init() throws {
    scratch = try Scratch()
    top = Files.resolved(scratch.path)
    try Files.makeDirectory("\(top)/workspace")
    repository = try BareRepository.create(path: "\(top)/repo.git", branch: BranchName("main"))
    try git("init", "--quiet", "--initial-branch=main", ".", in: "\(top)/work")
  }

  deinit { scratch.remove() }

  var workspace: String { "\(top)/workspace" }

  /// Runs git as nobody in particular: no configuration of the machine's reaches it.
  @discardableResult
  func git(_ arguments: String..., in directory: String? = nil) throws -> String {
    let directory = directory ?? "\(top)/work"
    try Files.makeDirectory(directory)
    let output = try runProgram(["git"] + arguments, in: directory, environment: environment)
    return output.split(whereSeparator: \.isNewline).joined(separator: "\n")
  }

  var environment: [String: String] {
    [
      "PATH": CurrentProcess.environment["PATH"] ?? "/usr/bin:/bin", "HOME": top, "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A",
      "GIT_COMMITTER_EMAIL": "a@example.com",
    ]
  }

  // MARK: The work tree

  func write(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
    let path = "\(top)/work/\(path)"
    try Files.makeDirectory(Files.parent(path))
    try Files.write(text, to: path, mode: mode, durable: false)
  }

  func link(_ path: String, to target: String) throws {
    let path = "\(top)/work/\(path)"
    try Files.makeDirectory(Files.parent(path))
    try Files.link(path, to: target)
  }

  func remove(_ path: String) throws { try Files.remove("\(top)/work/\(path)") }

  /// Commits all of the work tree and pushes it.
  func push(_ message: String) throws -> Commit {
    try git("add", "--all", "--force")
    try git("commit", "--quiet", "--allow-empty", "--message", message)
    try git("push", "--quiet", "--force", "\(top)/repo.git", "main")
    return try repository.commit(git("rev-parse", "HEAD"))
  }

  @discardableResult
  func checkout(_ commit: Commit) throws -> Int { try repository.checkout(commit, into: workspace) }

  // MARK: The workspace

  func text(_ path: String) throws -> String? { try Files.text("\(workspace)/\(path)") }

  func status(_ path: String) throws -> Files.Status? { try Files.status("\(workspace)/\(path)") }

  func exists(_ path: String) -> Bool { Files.exists("\(workspace)/\(path)") }

  /// As before the first checkout.
  func empty() throws {
    try Files.remove("\(top)/workspace.index")
    try Files.remove(workspace)
    try Files.makeDirectory(workspace)
  }

  /// What a build leaves.
  func leave(_ path: String, _ text: String = "left by a build") throws {
    let path = "\(workspace)/\(path)"
    try Files.makeDirectory(Files.parent(path))
    try Files.write(text, to: path, durable: false)
  }

  /// All paths below the workspace but directories', sorted.
  func paths(_ directory: String = "") throws -> [String] {
    try Files.list("\(workspace)/\(directory)").flatMap { name in
      let path = directory.isEmpty ? name : "\(directory)/\(name)"
      return try status(path)?.kind == .directory ? paths(path) : [path]
    }
  }

  /// All that is beside the workspace and git's objects, by path: what it is, and what is in it.
  func outside() throws -> [String: String] {
    let own = ["workspace", "workspace.index", "work", "repo.git/objects"]
    func look(_ path: String) throws -> [String: String] {
      if own.contains(path) { return [:] }
      let place = "\(top)/\(path)"
      switch try Files.status(place)?.kind {
      case .directory:
        return try Files.list(place).reduce(into: [path: "directory"]) { found, name in
          found.merge(try look(path.isEmpty ? name : "\(path)/\(name)")) { first, _ in first }
        }
      case .link: return [path: "-> \(try Files.linkTarget(place) ?? "")"]
      default: return [path: try Files.text(place) ?? "?"]
      }
    }
    return try look("")
  }
}
