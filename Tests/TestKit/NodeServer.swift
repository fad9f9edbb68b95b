public import Deploy
import Posix
import Testing

/// A small server, written in JavaScript, that a test talks to.
public struct NodeServer {
  /// Where it listens.
  public let port: Port
  private let child: ChildProcess

  /// Runs a test while a server is there.
  ///
  /// - Parameter script: makes `server`; where it listens is not its affair.
  public static func run<Result>(
    _ scratch: Scratch, _ script: String, listen: String = "0, '127.0.0.1'",
    _ test: (NodeServer) async throws -> Result
  ) async throws -> Result {
    let server = try NodeServer(scratch, script, listen)
    defer { server.end() }
    return try await test(server)
  }

  private init(_ scratch: Scratch, _ script: String, _ listen: String) throws {
    let text = """
      \(script)
      server.listen(\(listen), () => require('fs').writeSync(1, server.address().port + '\\n'))
      """
    let output = "\(scratch.path)/node-server-\(UInt64.random(in: 0...UInt64.max)).out"
    let command = Command(
      ["node", "-e", text], environment: CurrentProcess.environment, directory: scratch.path)
    let child = try ChildProcess(command, output: .file(output), errors: .file(output), family: .ownGroup)
    self.child = child
    port = try wait(for: "the server to listen") {
      if let exit = try child.poll() {
        throw Failure("starting a test's server", "it ended with \(exit)", next: try Files.text(output) ?? "")
      }
      return try Files.text(output)?.split(separator: "\n").first.flatMap { try? Port(String($0)) }
    }
  }

  /// Its process, which leads a group of its own.
  public var process: Int32 { child.id }

  private func end() {
    ProcessIdentity(of: child.id)?.signal(.kill)
    _ = try? child.wait()
  }
}
