import Deploy
import Git
import Posix
import TestKit
import Testing

@testable import Adapters

// What a test does with the builds of its apps, and with their files.
extension Stage {
  /// More than there are tests at a time: none waits for another's builds.
  static let builds = 40

  func runner(of app: AppName) -> any Runner { backend.runner(of: app, builds: Self.builds) { _ in true } }

  func files(of name: String = "shop") -> any FileAccess {
    backend.files(of: app(name)) { Issue.record("it had to set something aside: \($0)") }
  }

  /// Removes what builds and instances left, as the product does; a test fails where that is not possible.
  func leftovers(of app: AppName) -> Leftovers {
    let tell: @Sendable (String) -> Void = { Issue.record("it had to set something aside: \($0)") }
    return Leftovers(files: backend.files(of: app, tell: tell), tell: tell)
  }

  /// The directory in which an app's jobs run.
  var workspace: String { layout.app(app()).workspace }

  /// Makes a workspace of these files, as a deploy does before it builds; returns how many were written or removed.
  @discardableResult
  func checkOut(_ files: [String: String] = ["file": "text"], of name: String = "shop") throws -> Int {
    let (own, access) = (layout.app(app(name)), self.files(of: name))
    try prepare(app(name))
    if !Files.exists(own.repository) {
      _ = try BareRepository.create(path: own.repository, branch: BranchName("main"))
    }
    let changes = files.sorted { $0.key < $1.key }.map { path, text in
      "M 100644 inline \(path)\ndata \(text.utf8.count)\n\(text)\n"
    }
    let commit = "commit refs/heads/main\ncommitter A <a@example.com> 0 +0000\ndata 0\ndeleteall\n\(changes.joined())"
    let words = ["git", "--git-dir", own.repository, "fast-import", "--quiet", "--force"]
    let environment = CurrentProcess.environment.merging(["HOME": scratch.path]) { $1 }
    let status = try ChildProcess.run(
      Command(words, environment: environment), input: Array(commit.utf8), output: { _ in })
    try #require(status.isSuccess)
    try access.prepare()
    let repository = BareRepository(
      path: own.repository, byAnother: { commit, _ in try access.checkOut(commit, PushLimits()) })
    return try repository.checkout(repository.commit("main"), into: own.workspace)
  }

  /// A job of the shop's that runs a shell script in the workspace.
  func job(_ script: String, _ environment: [String: String] = [:]) -> Job {
    let path = ["PATH": CurrentProcess.environment["PATH"] ?? ""]
    return Job(work: .shell(script), environment: path.merging(environment) { $1 }, directory: workspace)
  }

  /// Runs a job of the shop's to its end; returns all that it wrote, too.
  func run(
    _ job: Job, watch: (Double?) throws -> Void = { _ in }, output: ([UInt8]) throws -> Void = { _ in }
  ) throws -> (result: JobResult, output: [UInt8]) {
    var all: [UInt8] = []
    let result = try runner(of: app()).run(job, watch: watch) {
      all += $0
      try output($0)
    }
    return (result, all)
  }

  /// Runs a script that has to succeed; returns the text that it wrote.
  @discardableResult
  func run(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let (result, output) = try run(job(script))
    let text = String(decoding: output, as: UTF8.self)
    #expect(result == .succeeded, "\(text)", sourceLocation: sourceLocation)
    return text
  }

  /// The part of a script that waits until something is in the workspace.
  static func waiting(for names: String...) -> String {
    names.map { "until [ -e \($0) ]; do sleep 0.01; done" }.joined(separator: "; ")
  }

  /// Puts something into the workspace that a script waits for.
  func tell(_ name: String) throws { try Files.write("", to: "\(workspace)/\(name)", durable: false) }
}
