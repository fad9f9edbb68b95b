public import Deploy

/// The content of a GitHub Actions workflow that deploys every commit of a branch; ``text`` is how it is written.
public struct Workflow: Equatable, Sendable {
  /// The workflow's path in a repository.
  public static let path = ".github/workflows/nextdeploy.yml"

  let remote: Remote
  let branch: BranchName
  let hostKeys: HostKeys
  /// What runs before the deploy, if anything.
  let verification: Verification?
  /// How the runner builds what it ships; nil where the server builds what is pushed to it.
  let build: RunnerBuild?
  /// GitHub's name for machines like the one that deploys.
  let runner: String

  /// Makes a workflow that deploys to `remote`, after `verification` if there is one; throws for an unsafe branch name.
  public init(
    remote: Remote, branch: BranchName, hostKeys: HostKeys, verification: Verification?, build: RunnerBuild? = nil,
    runner: String = Workflow.usualRunner
  ) throws(Failure) {
    // Other characters have a meaning in a branch filter, in an expression, or for the shell.
    guard branch.description.isPlain(and: ".-/") else {
      throw Failure(
        .usage, "writing a workflow for the branch \(branch.description.quoted)",
        "its name has characters that mean something in a workflow",
        next: "Deploy a branch whose name has letters, digits and . _ - / only.")
    }
    self.remote = remote
    self.branch = branch
    self.hostKeys = hostKeys
    self.verification = verification
    self.build = build
    self.runner = runner
  }

  /// A runner with a processor of AMD's or Intel's.
  public static let usualRunner = "ubuntu-latest"

  /// A runner with this machine's processor, for which it can build.
  public static var runnerLikeThisMachine: String {
    #if arch(arm64)
      "ubuntu-24.04-arm"
    #else
      usualRunner
    #endif
  }
}

/// The actions that it uses, by commit: a tag could be moved to other code.
enum Action {
  static let checkout = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
  static let setupNode = "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0"
  static let setupBun = "oven-sh/setup-bun@0c5077e51419868618aeaa5fe8019c62421857d6 # v2.2.0"
  static let cache = "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5"
}
