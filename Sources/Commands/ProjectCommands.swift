import GitHubActions
import Console
import Deploy
import Git
import Posix

/// `nextdeploy init`: sets a project up to be pushed to a server.
enum ProjectCommands {
  /// The name of the git remote for the server.
  static let remoteName = "production"

  private static let remote = CommandSpec.Option(
    "--remote", value: "URL",
    "the app on its server, as in nextdeploy@HOST:shop; not needed where the git remote is there")

  static let initialize = ServerCommand.server(
    CommandSpec(
      "init", [], [remote], "In a project: add the server as git remote, and nextdeploy.json where one is needed"),
    reach: .project
  ) { invocation, server in
    let repository = try WorkRepository(containing: CurrentProcess.directory)
    let old = try repository.address(ofRemote: remoteName)
    guard let address = invocation.value(remote) ?? old else {
      throw Failure(
        .usage, "nextdeploy init", "--remote is missing, and there is no git remote '\(remoteName)' yet",
        next: "Name the app on its server: 'nextdeploy init --remote nextdeploy@HOST:APP'.")
    }
    let target = try Remote(address)
    if let old, (try? Remote(old)) != target {
      throw Failure(
        .usage, "adding the git remote '\(remoteName)'", "there is one, and it is \(old.quoted)",
        next: "Keep it (leave --remote out), or change it with 'git remote set-url \(remoteName) \(target.short)'.")
    }
    let tree = try repository.files()
    let hasFile = try tree.text(ProjectFile.name) != nil
    let starter = hasFile ? nil : try StarterFile.find(for: tree)
    let project = try Project(tree, file: starter?.file)
    try project.requireCommands()
    let verification = try Verification(project, in: tree)

    // Everything is decided; now it is done.
    let say = server.terminal.print
    say("Found \(detected(project, verification)).")
    if old == nil { try repository.addRemote(remoteName, address) }
    say("The git remote '\(remoteName)' is \(target.short)\(old == nil ? "." : ", as it was.")")
    if let starter {
      try Files.write(starter.text, to: "\(repository.directory)/\(ProjectFile.name)")
      say("Wrote \(ProjectFile.name); commit it:\n\n\(starter.text)")
    } else {
      say(hasFile ? "\(ProjectFile.name) is there, and stays as it is." : "It needs no \(ProjectFile.name).")
    }
    let branch = try repository.branch()?.description
    say(
      """

      Next:

        git push \(remoteName) \(branch == "main" ? "main" : "\(branch ?? "HEAD"):main")
        nextdeploy generate-ci
      """)
    return 0
  }

  /// The framework, the package manager and Node, for people to read.
  private static func detected(_ project: Project, _ verification: Verification?) -> String {
    let place = project.root.isTop ? "" : " in \(project.root)"
    let lockfile = project.packages.lockfile ?? "no lockfile"
    let version = project.packages.wanted.map { " \($0)" } ?? ""
    let range = project.manifests.lazy.compactMap(\.manifest.nodeRange).first
    let node = verification?.nodeFile.map { ", Node as \($0) says" } ?? range.map { ", Node \($0)" } ?? ""
    let scripts = verification.map { ", to be checked by \($0.scripts.map(\.rawValue).joined(separator: ", "))" } ?? ""
    return "\(project.framework)\(place), \(project.packages.manager.rawValue)\(version) (\(lockfile))\(node)\(scripts)"
  }
}
