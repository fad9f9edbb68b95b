import Deploy
import Posix

/// An app's repository, as git sees it: a push needs its HEAD and refs.
struct RepositoryCheck {
  let app: AppName
  let path: String
  let branch: BranchName
  /// The live commit; nil if nothing is live.
  let live: CommitID?
  /// What git says about HEAD and all refs: whether it succeeded, and its output.
  let head: (isRight: Bool, output: String)
  let refs: (isRight: Bool, output: String)

  var findings: [Finding] {
    var findings: [Finding] = []
    if !head.isRight {
      findings.add(
        .apps, .problem, "HEAD of \(path) is damaged: git takes no push", app: app,
        command: "printf 'ref: \(branch.ref)\\n' > \(FilePromise.word("\(path)/HEAD"))")
      // Without a HEAD, git does not consider it a repository, and refs cannot be queried.
      return findings
    }
    let broken = refs.output.split(whereSeparator: \.isNewline).compactMap(Self.broken)
    findings += broken.map { ref in
      let isBranch = ref == branch.ref
      return Finding(
        .apps, .problem, "\(ref) of \(path) is damaged", app: app,
        command: isBranch && live != nil
          ? "printf '\(live?.description ?? "")\\n' > \(FilePromise.word("\(path)/\(ref)"))"
          : "rm \(FilePromise.word("\(path)/\(ref)"))",
        advice: isBranch ? "That puts the branch to what is live; then push again." : nil)
    }
    if broken.isEmpty && !refs.isRight {
      let cause = refs.output.split(whereSeparator: \.isNewline).last.map(String.init) ?? "it says nothing"
      findings.add(
        .apps, .problem, "git cannot read the refs of \(path): \(cause)", app: app,
        advice: "Where an object is missing: move the repository away, 'nextdeploy app create' it anew, and push.")
    }
    return findings
  }

  /// The ref that a line of git's output is about: "warning: ignoring broken ref refs/heads/main", "fatal: missing
  /// object … for refs/heads/main".
  private static func broken(_ line: Substring) -> String? {
    let marks = ["ignoring broken ref ", "ignoring dangling symref ", "missing object ", "bad ref "]
    guard let mark = marks.first(where: { line.contains($0) }),
      let ref = line.split(separator: " ").last.map(String.init), ref.hasPrefix("refs/"),
      mark != "missing object " || line.contains(" for ")
    else { return nil }
    return ref
  }
}

extension Doctor {
  func repository(_ app: AppName, _ config: AppConfig, live: CommitID?) throws -> [Finding] {
    let path = layout.app(app).repository
    // Root runs the doctor too, and git by default trusts no repository that another user owns.
    let git = ["git", "-c", "safe.directory=*", "--git-dir=\(path)"]
    let head = try programs.run(git + ["rev-parse", "--git-dir"])
    // The output includes object names, so that git notices missing objects.
    let refs = try programs.run(git + ["for-each-ref", "--format=%(objecttype)"])
    return RepositoryCheck(
      app: app, path: path, branch: config.branch, live: live, head: (head.status.isSuccess, head.output),
      refs: (refs.status.isSuccess, refs.output)
    ).findings
  }
}
