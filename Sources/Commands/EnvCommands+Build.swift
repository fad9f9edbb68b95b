import Adapters
import Console
import Deploy
import GitHubActions
import Posix

extension EnvCommands {
  private static let github = CommandSpec.Option(
    "--github", "on standard error, also what has GitHub mask the secrets in a run's log")

  static let build = ServerCommand.unsettledApp(
    CommandSpec(
      "env build", [.app("APP")], [github],
      "Print what a build on another machine is given, secrets included, for its shell",
      details: """
        It is what the server's own builds see of the app's variables, Doppler's included, the key of Next's server actions, and a
        new NEXT_DEPLOYMENT_ID. As in:

          ( vars=$(ssh nextdeploy@HOST env build shop) && set -a && eval "$vars" && npm ci && npm run build )
          nextdeploy pack | ssh nextdeploy@HOST ship shop
        """)
  ) { invocation, app in
    // No deploy counts that far in one second, and no two builds are likely to meet.
    let id = try ReleaseID(stamp: WallClock.stamp(WallClock.now), number: .random(in: 100_000...999_999))
    let build = try BuildElsewhere(id: id, seams: app.seams())
    if !build.leftOut.isEmpty {
      app.terminal.printError("left out, for they are about this machine: \(build.leftOut.joined(separator: ", "))")
    }
    if invocation.has(github) {
      for line in WorkflowCommand.masks(build.secrets) { app.terminal.printError(line) }
    }
    // A part of it would do as a whole, but for what is missing: it arrives, or the command fails.
    try FileDescriptor(inherited: 1).write("\(build.shellText)\n".utf8)
    return 0
  }
}
