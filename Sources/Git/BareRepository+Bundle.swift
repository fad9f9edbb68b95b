import Deploy
public import Posix

/// A repository in one file (git-bundle(1)): its refs, and what they need. No settings and no hooks are in it.
extension BareRepository {
  /// Writes all refs with what they need; false, and nothing written, if there is none.
  ///
  /// - Parameter user: whom git runs as, for root to have none of what others shape read as root; nil for who runs this.
  public func writeBundle(to file: borrowing FileDescriptor, as user: String?) throws -> Bool {
    let prefix = user.map { ["runuser", "-u", $0, "--"] } ?? []
    let refs = try ChildProcess.run(git(prefix, ["for-each-ref", "--count=1"]))
    guard refs.status.isSuccess else { throw failure("listing the refs of", refs.status, refs.output) }
    if refs.output.isEmpty { return false }
    let words = ["bundle", "create", "--quiet", "-", "--all"]
    let status = try ChildProcess(git(prefix, words), output: .descriptor(file.number)).wait()
    guard status.isSuccess else { throw failure("reading", status, "") }
    return true
  }

  /// Takes all refs of a bundle, with each object checked as those of a push are.
  public func takeBundle(_ path: String) throws {
    let checks =
      [("fetch.fsckObjects", "true")]
      + Self.checks.dropFirst().map { ("fetch.\($0.key.dropFirst("receive.".count))", $0.value) }
    let words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", path, "refs/*:refs/*"]
    let (status, output) = try ChildProcess.run(git([], checks.flatMap { ["-c", "\($0.0)=\($0.1)"] } + words))
    guard status.isSuccess else { throw failure("taking the backup's commits into", status, output) }
  }

  private func git(_ prefix: [String], _ words: [String]) -> Command {
    let settings = Self.frugality.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    return Command(
      prefix + ["git"] + settings + ["--git-dir", path] + words,
      environment: ["PATH": CurrentProcess.environment["PATH"] ?? Command.systemPath])
  }

  private func failure(_ attempt: String, _ status: ExitStatus, _ output: String) -> Failure {
    Failure(
      "\(attempt) \(path)", "git ended with \(status)", next: "Look at the repository with 'git fsck'.",
      excerpt: output.split(whereSeparator: \.isNewline).suffix(5).map(String.init))
  }
}
