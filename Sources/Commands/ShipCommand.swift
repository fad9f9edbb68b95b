import SSHAccess
import Console
import Deploy
import Posix

/// `nextdeploy ship`: puts a release live that was built somewhere else.
enum ShipCommand {
  private static let commit = CommandSpec.Option("--commit", value: "SHA", "the commit that the archive was built from")

  static let ship = ServerCommand.app(
    CommandSpec(
      "ship", [.app("APP")], [commit], "Put an archive live that was built elsewhere, read from standard input",
      details: """
        The archive is a tar (plain or compressed by gzip, zstd, xz or bzip2) or a zip of what a build left: a standalone
        directory of Next.js with .next/static and public/ in their places, an app with its node_modules, or a directory of
        pages. As in: tar cz -C dist . | ssh nextdeploy@HOST ship APP
        """)
  ) { invocation, app in
    guard !CurrentProcess.isTerminal(0) else {
      throw Failure(
        .usage, "shipping to \(app.name)", "standard input is a terminal, where an archive is expected",
        next: "Give it one, as in 'nextdeploy ship \(app.name) < app.tar.gz'.")
    }
    let commit = try invocation.value(commit).map { try CommitID($0) }
    return try app.deploy(.ship(Delivery(key: app.server.rights.key?.description, commit: commit)))
  }
}
