import SSHAccess
import GitHubActions
import Console
import Deploy
import Git
import Adapters
import Posix

/// `nextdeploy generate-ci`: writes the workflow with which GitHub deploys every commit.
enum CICommands {
  private static let remote = CommandSpec.Option(
    "--remote", value: "URL", "the app on its server (default: the git remote 'production')")
  private static let branch = CommandSpec.Option(
    "--branch", value: "NAME", "the branch whose commits are deployed (default: main)")
  private static let noVerify = CommandSpec.Option(
    "--no-verify", "leave out the job that runs lint, typecheck and test first")
  private static let onRunner = CommandSpec.Option(
    "--build-on-runner", "have GitHub's runner build and ship what it built, for a server too small to build")
  private static let printOnly = CommandSpec.Option("--print", "print the workflow, and write nothing")
  private static let force = CommandSpec.Option("--force", "write over a workflow that is there")

  static let generate = ServerCommand.serverOrApp(
    CommandSpec(
      "generate-ci", [], [.app, remote, branch, noVerify, onRunner, printOnly, force],
      "Write the GitHub workflow that deploys every push (also: ci); over ssh, print that of an app"),
    reach: .projectAndSSH
  ) { invocation, server, find in
    if case .server = server.rights, invocation.value(.app) == nil { return try inProject(invocation, server) }
    return try onServer(invocation, find())
  }

  // MARK: In a project

  private static func inProject(_ invocation: Invocation, _ server: Server) throws -> Int32 {
    let repository = try WorkRepository(containing: CurrentProcess.directory)
    guard let address = try invocation.value(remote) ?? repository.address(ofRemote: ProjectCommands.remoteName) else {
      throw Failure(
        .usage, "looking for the server", "the project has no git remote '\(ProjectCommands.remoteName)'",
        next: "Add it with 'nextdeploy init --remote nextdeploy@HOST:APP', or name it here with --remote.")
    }
    var remote = try Remote(address)
    let settings = try SSHSettings(of: remote, environment: server.baseEnvironment)
    guard let keys = try settings.hostKeys() else {
      throw Failure(
        "looking for the host keys of \(settings.host)",
        "known_hosts has none, so nobody could tell it from another server",
        next: "Connect once and compare the fingerprint ('\(remote.ssh()) help'), then run this again; or let the "
          + "server write the workflow: '\(remote.ssh()) generate-ci \(remote.app) > \(Workflow.path)'.")
    }
    // A name that is only defined in this machine's ~/.ssh/config means nothing in CI.
    (remote.host, remote.port) = (settings.host, settings.port)
    let branch = try BranchName(invocation.value(branch) ?? "main")
    let result = try Result(
      invocation, of: repository.files(), remote: remote, branch: branch, hostKeys: keys, deployed: BranchName("main"))
    if invocation.has(printOnly) {
      result.print(server.terminal)
    } else {
      try write(result.workflow, in: repository, overwriting: invocation.has(force), server.terminal)
      server.terminal.print(result.steps)
    }
    return 0
  }

  private static func write(
    _ workflow: Workflow, in repository: WorkRepository, overwriting: Bool, _ terminal: Terminal
  ) throws {
    let file = "\(repository.directory)/\(Workflow.path)"
    let old = try Files.text(file)
    if old == workflow.text {
      terminal.print("\(Workflow.path) is as it would be written.")
      return
    }
    guard old == nil || overwriting else {
      throw Failure(
        .usage, "writing \(Workflow.path)", "it is there, and not as it would be written",
        next: "Look at what would be written with --print, or write over it with --force.")
    }
    try Files.makeDirectory(Files.parent(file))
    try Files.write(workflow.text, to: file)
    terminal.print("Wrote \(Workflow.path).")
  }

  // MARK: From the server's view

  private static func onServer(_ invocation: Invocation, _ app: AppContext) throws -> Int32 {
    let config = try app.config()
    let branch = try invocation.value(branch).map { try BranchName($0) } ?? config.branch
    let remote = try remote(of: app.name, invocation, app.server)
    let readsFiles = !invocation.has(noVerify) || invocation.has(onRunner)
    let tree = try readsFiles ? tree(of: app, branch) : nil
    if tree == nil, invocation.has(onRunner) {
      throw Failure(
        .notFound, "describing how \(app.name) is built", "nothing has been pushed, so its files are not known here",
        next:
          "Run this in the project. '\(remote.ssh()) program > nextdeploy' brings the program to a machine like the server."
      )
    }
    if tree == nil, readsFiles {
      app.terminal.printError("Nothing has been pushed yet, so it is not known what is to be checked first.")
    }
    try Result(
      invocation, of: tree, remote: remote, branch: branch, hostKeys: .own(), deployed: config.branch,
      runner: Workflow.runnerLikeThisMachine
    ).print(app.terminal)
    return 0
  }

  /// The app's remote as seen from outside: at the address that the client used.
  private static func remote(of app: AppName, _ invocation: Invocation, _ server: Server) throws -> Remote {
    if let address = invocation.value(remote) {
      let remote = try Remote(address)
      guard remote.app == app else {
        throw Failure(
          .usage, "describing \(app)", "--remote names another app, \(remote.app)", next: "Name the same app twice.")
      }
      return remote
    }
    guard let found = server.connection else {
      throw Failure(
        .usage, "describing \(app)", "it is not known by which name this server is reached",
        next: "Run it over ssh ('ssh nextdeploy@HOST generate-ci \(app)'), or add --remote nextdeploy@HOST:\(app).")
    }
    // The user may be root.
    let user = server.backend.owner ?? server.environment["USER"]
    return try Remote(
      user: user ?? "nextdeploy", host: HostName(found.description), port: found.port, app: app)
  }

  /// The files that will be deployed next, as far as they are known: those of the branch, or else of what is live.
  private static func tree(of app: AppContext, _ branch: BranchName) throws -> (any SourceTree)? {
    let repository = app.repository
    if let id = try repository.target(of: branch.ref) {
      return try repository.tree(of: repository.commit(id.description))
    }
    guard let live = try app.state.live()?.commit, live.hasFiles else { return nil }
    return try repository.tree(of: live)
  }

  // MARK: What is said

  private struct Result {
    let workflow: Workflow
    let remote: Remote
    let branch: BranchName
    /// The branch that the server deploys, if it is known here.
    let deployed: BranchName
    let verification: Verification?
    let build: RunnerBuild?

    /// - Parameters:
    ///   - tree: the project's files; nil if they are not known.
    ///   - runner: GitHub's name for machines like the server.
    init(
      _ invocation: Invocation, of tree: (any SourceTree)?, remote: Remote, branch: BranchName, hostKeys: HostKeys,
      deployed: BranchName, runner: String = Workflow.usualRunner
    ) throws {
      let verifies = !invocation.has(noVerify)
      let project = try verifies || invocation.has(onRunner) ? tree.map { ($0, try Project($0)) } : nil
      verification = try verifies ? project.flatMap { try Verification($1, in: $0) } : nil
      build = try invocation.has(onRunner) ? project.map { try RunnerBuild($1, in: $0) } : nil
      workflow = try Workflow(
        remote: remote, branch: branch, hostKeys: hostKeys, verification: verification, build: build, runner: runner)
      (self.remote, self.branch, self.deployed) = (remote, branch, deployed)
    }

    /// Prints only the workflow on standard output, so that it can be redirected to a file.
    func print(_ terminal: Terminal) {
      terminal.print(String(workflow.text.dropLast()))
      terminal.printError(steps)
    }

    /// What to do next.
    var steps: String {
      let scripts = verification.map { $0.scripts.map(\.rawValue).joined(separator: ", ") }
      let node = verification?.nodeFile.map { " with the Node of \($0)" } ?? ""
      var warnings = ""
      if remote.host.isPrivate {
        warnings += "\nwarning: GitHub cannot reach \(remote.host): name the server with --remote.\n"
      }
      if build == nil, branch != deployed {
        let change = "\(remote.ssh()) config set \(remote.app) branch \(branch)"
        warnings += "\nThe server must deploy that branch: '\(change)'.\n"
      }
      let way = build == nil ? "pushed on" : "built by GitHub's runner and shipped"
      return """
        Every push to \(branch) will be \(way) to \(remote.short)\(scripts.map { ", once these pass\(node): \($0)" } ?? "").
        \(warnings)
        Next, outside of the project, where no commit takes the key along:

          1. Make a key for CI:
               ssh-keygen -t ed25519 -N '' -f nextdeploy_ci -C ci
          2. Let the server know it, for this app only. This runs there, or with '\(remote.ssh(as: "root"))' in front:
               nextdeploy key add github-ci - --app \(remote.app) < nextdeploy_ci.pub
          3. Make its private half a secret of the repository at GitHub:
               gh secret set SSH_PRIVATE_KEY --repo OWNER/NAME < nextdeploy_ci
             or on the web: Settings > Secrets and variables > Actions > New repository secret.
             Then delete both files.
          4. Optional, where secrets come from Doppler: its service token, which is handed on to the server:
               gh secret set DOPPLER_TOKEN --repo OWNER/NAME
          5. Commit \(Workflow.path) and push to \(branch).
        """
    }
  }
}
