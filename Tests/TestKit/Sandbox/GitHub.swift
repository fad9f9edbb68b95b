import Posix
import Testing

/// A project's repository at "GitHub", and a runner for its workflow.
public struct GitHub {
  /// The project on its developer's laptop.
  public let project: PushedProject
  private let origin: String
  private let runner: String

  /// Makes the repository of a project that is on a laptop.
  ///
  /// - Parameter knownHosts: the file of host keys that this laptop has.
  public init(_ project: PushedProject, knownHosts: String) throws {
    self.project = project
    let home = project.sandbox.home
    origin = "\(home)/github.git"
    runner = "\(home)/runner"
    try project.git("init", "--quiet", "--bare", "--initial-branch", "main", origin)
    try project.git("remote", "add", "origin", origin)
    try Files.makeDirectory("\(home)/.ssh", mode: 0o700)
    try Files.write("UserKnownHostsFile \(knownHosts)\n", to: "\(home)/.ssh/config")
    try Files.makeDirectory("\(home)/bin")
    try Files.write(
      "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \(home)/ssh-lines\nexec /usr/bin/ssh \"$@\"\n", to: "\(home)/bin/ssh",
      mode: 0o755)
  }

  /// `nextdeploy generate-ci` on the laptop.
  @discardableResult
  public func generate(_ arguments: String...) throws -> Output {
    try project.laptop(["generate-ci"] + arguments)
  }

  /// The workflow as it is in the project.
  public var workflow: String {
    get throws { try #require(try Files.text("\(project.directory)/\(Self.workflowPath)")) }
  }

  /// Where a project has its workflow.
  public static let workflowPath = ".github/workflows/nextdeploy.yml"

  /// Pushes the project's branch to GitHub.
  public func push(_ arguments: String...) throws {
    _ = try project.sandbox.run(["git", "push", "--quiet"] + arguments + ["origin", "main"], in: project.directory)
      .expectSuccess()
  }

  /// Runs the workflow for a commit, as a push of it makes GitHub do.
  public func run(
    _ commit: String, workflow: String? = nil, ref: String = "refs/heads/main", secrets: [String: String]
  ) throws -> Output {
    let sandbox = project.sandbox
    let file = "\(sandbox.home)/workflow.yml"
    try Files.write(try workflow ?? self.workflow, to: file)
    let members = secrets.map { "\(App.quoted($0.key)): \(App.quoted($0.value.replacing("\n", with: "\\n")))" }
    return try sandbox.run(
      [
        "/usr/bin/python3", "\(ThisProject.path)/Tests/Fixtures/ci/run-workflow.py", file, origin, commit, ref,
        runner,
      ],
      environment: [
        "SECRETS": "{\(members.joined(separator: ", "))}".replacing("\\\\n", with: "\\n"),
        "PATH": "\(sandbox.home)/bin:\(sandbox.environment["PATH"] ?? "")",
      ])
  }

  /// The files of the runner that hold a text.
  public func files(holding text: String) throws -> [String] {
    let found = try project.sandbox.run(["grep", "-rlF", "-e", text, runner, "\(project.sandbox.home)/ssh-lines"])
    return found.text.split(separator: "\n").map(String.init)
  }

  /// Whether anything of the key is left on the runner.
  public var hasKey: Bool { get throws { try !files(holding: "PRIVATE KEY").isEmpty } }
}

extension PushedProject {
  /// nextdeploy as it is run on the developer's own machine, in the project or in a directory below.
  public func laptop(_ arguments: [String], in directory: String = ".") throws -> Output {
    try sandbox.run(
      ["nextdeploy"] + arguments, in: "\(self.directory)/\(directory)",
      environment: ["HOME": sandbox.home, "NEXTDEPLOY_ROOT": "\(sandbox.home)/nowhere"])
  }
}
