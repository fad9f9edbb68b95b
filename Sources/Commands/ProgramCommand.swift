import Console
import Deploy
import Posix

/// `nextdeploy program`: hands this program to a machine that has none, so that it can pack what it builds.
enum ProgramCommand {
  static let program = ServerCommand.server(
    CommandSpec(
      "program", [], [], "Write this server's nextdeploy itself to standard output, for a machine that packs",
      details: """
        As in: ssh -C nextdeploy@HOST program > nextdeploy && chmod +x nextdeploy
        It runs on a machine of the same processor, with Linux.
        """),
    reach: .ssh
  ) { _, server in
    guard !CurrentProcess.isTerminal(1) else {
      throw Failure(
        .usage, "printing the program", "standard output is a terminal, where a program is of no use",
        next: "Hand it on to a file, as in 'ssh nextdeploy@HOST program > nextdeploy'.")
    }
    let program = try FileDescriptor(path: server.binary, .read)
    let output = try FileDescriptor(inherited: 1)
    while case let bytes = try program.read(upTo: 1 << 20), !bytes.isEmpty { try output.write(bytes) }
    return 0
  }
}
